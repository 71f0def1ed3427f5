/** What the tests want to know of a PromQL expression, from Prometheus' own grammar. */
import type { parser as promql } from '@prometheus-io/lezer-promql';

type Parser = typeof promql;

export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
  /** `[5m]` behind it: a function over time takes it. */
  readonly isRange: boolean;
}

export function parsesAsPromql(parser: Parser, expr: string): boolean {
  let isGood = expr !== '';
  parser.parse(expr).iterate({
    enter: ({ type }) => {
      if (type.isError) isGood = false;
    },
  });
  return isGood;
}

export function selectorsIn(parser: Parser, expr: string): readonly Selector[] {
  const selectors: Selector[] = [];
  parser.parse(expr).iterate({
    enter: ({ name, node, from, to }) => {
      if (name !== 'VectorSelector') return;
      const text = expr.slice(from, to);
      selectors.push({
        metric: /^[a-zA-Z_:][\w:]*/.exec(text)?.[0] ?? '',
        labels: [...text.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
        isRange: node.parent?.name === 'MatrixSelector',
      });
    },
  });
  return selectors;
}

export const metricsIn = (parser: Parser, expr: string): readonly string[] =>
  selectorsIn(parser, expr).map(({ metric }) => metric);
