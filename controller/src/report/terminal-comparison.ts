/** A comparison as a person reads it. Pure. */
import { mergeRefused } from '../analyse/comparison/compare-two-runs.ts';
import type {
  Comparison,
  MetricComparison,
  PairComparison,
} from '../analyse/comparison/comparison.ts';
import { wordCell } from '../model/word-cell.ts';
import { formatThreeDigits, noValue } from './format-value.ts';
import { layoutTables, type TextColumn } from './text-table.ts';
import { wrapSentence } from './wrap-sentence.ts';

const designWords: Readonly<Record<Comparison['design'], string>> = {
  'paired-blocks': 'interleaved blocks of one run, paired t on logarithms: this design decides',
  history: 'the newest session against earlier ones, predictive t on logarithms',
  lone: 'two sessions, exact Mann-Whitney and Hodges-Lehmann on logarithms: for a report, capped at moderate',
  smoke: 'fewer than four repetitions on a side: a smoke test, no more',
};

export const outcomeWords: Readonly<Record<Comparison['outcome'], string>> = {
  regression: 'WORSE',
  improvement: 'BETTER',
  equivalent: 'EQUIVALENT',
  inconclusive: 'INCONCLUSIVE',
  'not-comparable': 'NOT COMPARABLE',
};

export function renderComparison(comparison: Comparison, columns: number): string {
  const { pairs, underTest, geometricMean } = comparison;
  const compared = pairs.filter(({ metrics }) => metrics.length > 0);
  const sections: string[][] = [
    [wrapSentence(headlineOf(comparison), columns)],
    [wrapSentence(`design: ${designWords[comparison.design]}`, columns)],
    ...compared.flatMap((pair) => renderPair(pair, columns, pairs.length > 1)),
    renderEvents(pairs, columns),
    renderRefused(comparison, columns),
    underTest.map(({ key, a, b }) => wrapSentence(`under test: ${key} ${a} -> ${b}`, columns)),
    geometricMean === null
      ? []
      : [
          wrapSentence(
            `For information: geometric mean of the primary ratios ${geometricMean.toFixed(3)}, better way up.`,
            columns,
          ),
        ],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

export function headlineOf({ outcome, severity, pairs }: Comparison): string {
  const word = outcomeWords[outcome];
  const primary = pairs.flatMap(({ metrics }) => metrics.filter(({ isPrimary }) => isPrimary));
  const worst = [...primary].sort((a, b) => b.decision.worse - a.decision.worse)[0];
  switch (outcome) {
    case 'regression':
      return `${word}  severity ${severity}${worst === undefined ? '' : `: ${worst.title} ${describeChange(worst)}`}.`;
    case 'improvement':
      return `${word}  at least one primary figure improved, and none became worse.`;
    case 'equivalent':
      return `${word}  every primary figure changed by less than can matter, for certain.`;
    case 'inconclusive':
      return `${word}  the data allow neither "worse" nor "the same"; that is not "no change".`;
    default:
      return `${word}  nothing could be compared.`;
  }
}

/** `-12.4 % (-18.1 to -6.2 %)`, as the figure itself changed. */
export function describeChange({ effect }: Pick<MetricComparison, 'effect'>): string {
  const percent = (ratio: number): string => {
    const value = 100 * (ratio - 1);
    return `${value > 0 ? '+' : ''}${value.toFixed(1)}`;
  };
  const { interval, ratio } = effect;
  const range =
    interval === null
      ? ', no interval'
      : ` (${percent(interval.low)} to ${percent(interval.high)} %)`;
  return `${percent(ratio)} %${range}`;
}

function renderPair(pair: PairComparison, columns: number, isNamed: boolean): string[][] {
  const { metrics, a, b, quality } = pair;
  const place = pair.coordinates.length > 0 && isNamed ? `${wordCell(pair)}: ` : '';
  const head = `${place}${a} -> ${b}, quality of the comparison ${Math.round(quality)} of 100`;
  const right = (heading: string, of: (one: MetricComparison) => string): TextColumn => ({
    heading,
    cells: metrics.map(of),
    align: 'right',
  });
  const table = layoutTables(
    [
      {
        heading: 'figure',
        cells: metrics.map(({ name, isPrimary }) => (isPrimary ? name : `(${name})`)),
        align: 'left',
      },
      right('before', ({ older }) => formatThreeDigits(older)),
      right('after', ({ newer }) => formatThreeDigits(newer)),
      right('change, 95 %', describeChange),
      right('p adj.', ({ adjustedP }) => formatP(adjustedP)),
      right('n', ({ effect }) => String(effect.count)),
      {
        heading: 'outcome',
        cells: metrics.map(({ decision }) =>
          decision.severity === 'none'
            ? decision.outcome
            : `${decision.outcome}, ${decision.severity}`,
        ),
        align: 'left',
      },
    ],
    columns,
  );
  return [[wrapSentence(head, columns)], ...table.map((lines) => [...lines]), needs(pair, columns)];
}

/** What would decide, of primary figures that are undecided; and what was only assumed. */
function needs({ metrics }: PairComparison, columns: number): string[] {
  const primary = metrics.filter(({ isPrimary }) => isPrimary);
  const more = Math.max(0, ...primary.map(({ decision }) => decision.neededMore ?? 0));
  const assumed = primary.find(({ noise }) => noise?.isAssumed);
  return [
    ...(more === 0
      ? []
      : [
          wrapSentence(
            `To decide, about ${more} more repetitions (or blocks) are needed.`,
            columns,
          ),
        ]),
    ...(assumed?.noise == null
      ? []
      : [
          wrapSentence(
            `Assumed: sessions of one system differ by ${(100 * assumed.noise.tau).toFixed(0)} % anyway; that is in the intervals and p values.`,
            columns,
          ),
        ]),
  ];
}

function renderEvents(pairs: readonly PairComparison[], columns: number): string[] {
  return pairs.flatMap((pair) =>
    pair.events.map((text) =>
      wrapSentence(`critical without statistics, at ${wordCell(pair)}: ${text}`, columns, '  '),
    ),
  );
}

function renderRefused(comparison: Comparison, columns: number): string[] {
  const refused = comparison.pairs.filter((pair) => pair.refused.length > 0);
  if (refused.length === 0) return [];
  const keys = mergeRefused(comparison).map(({ key, a, b }) =>
    wrapSentence(`  ${key}: ${a} | ${b}`, columns, '    '),
  );
  return [
    `Not compared (${refused.length} of ${comparison.pairs.length} pairs), because these differ or forbid it:`,
    ...keys,
  ];
}

function formatP(p: number | null): string {
  if (p === null) return noValue;
  return p < 0.0001 ? '<.0001' : p.toFixed(4);
}
