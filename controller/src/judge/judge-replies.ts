import type { LoadStatus } from '../../../node-image/src/contract/index.ts';
import { nameNodes } from '../model/name-nodes.ts';
import type { Disagreement } from './check-results.ts';
import type { NodeEvidence, RepetitionEvidence } from './repetition-evidence.ts';
import type { ReasonCollector } from './verdict-reasons.ts';

/** What nodes answered: whether they did, whether it can be, and whether it agrees. Pure. */

/** More than this many sentences of nodes are counted and not told. */
const toldMax = 3;

export function judgeReplies(
  { nodes }: Pick<RepetitionEvidence, 'nodes'>,
  reasons: ReasonCollector,
): void {
  judgeMissing(nodes, reasons);
  const unusable = nodes.flatMap(({ nodeIndex, refused, impossible }) => [
    ...(refused?.kind === 'unusable' ? [refused.text] : []),
    ...impossible.map((text) => `node ${nodeIndex} answered GET /v1/results with ${text}`),
  ]);
  if (unusable.length > 0) {
    const text = `What nodes handed over cannot be used: ${listed(unusable)}.`;
    reasons.give('resultsUnusable', text);
  }
  const found = nodes
    .flatMap(disagreementsOf)
    .sort((a, b) => b.disagreement.ratio - a.disagreement.ratio);
  const [worst] = found;
  if (worst === undefined) return;
  const said = found.map(
    ({ nodeIndex, request, disagreement }) =>
      `in ${request} of node ${nodeIndex} ${disagreement.text}`,
  );
  reasons.check(
    'repliesDisagree',
    worst.disagreement.ratio,
    `Numbers that must agree do not: ${listed(said)}`,
  );
}

function judgeMissing(nodes: readonly NodeEvidence[], reasons: ReasonCollector): void {
  const missing = nodes.filter(
    ({ results, refused }) => results === null && refused?.kind !== 'unusable',
  );
  if (missing.length === 0) return;
  const names = nameNodes(missing.map(({ nodeIndex }) => nodeIndex));
  const why = missing.flatMap(({ refused }) => refused?.text ?? []);
  const because = why.length === 0 ? '' : `: ${listed(why)}`;
  reasons.give('resultsMissing', `No results were handed over by ${names}${because}.`);
}

interface Found {
  readonly nodeIndex: number;
  readonly request: string;
  readonly disagreement: Disagreement;
}

function disagreementsOf({ nodeIndex, disagreements, loadStatus }: NodeEvidence): Found[] {
  return [
    ...disagreements.map((disagreement) => ({
      nodeIndex,
      request: 'GET /v1/results',
      disagreement,
    })),
    ...checkLoadStatus(loadStatus).map((disagreement) => ({
      nodeIndex,
      request: 'GET /v1/load',
      disagreement,
    })),
  ];
}

/** Every transaction is committed, rejected or pending; the end of the drain rests on that. */
function checkLoadStatus(status: LoadStatus | null): Disagreement[] {
  if (status === null) return [];
  const { scheduled, committed, rejected, pending } = status;
  const together = committed + rejected + pending;
  if (together === scheduled) return [];
  const text = `/committed, /rejected and /pending are ${together} together, /scheduled is ${scheduled}`;
  const ratio = Math.abs(together - scheduled) / Math.max(together, scheduled);
  return [{ text, ratio }];
}

function listed(sentences: readonly string[]): string {
  const told = sentences.slice(0, toldMax).map((text) => text.replace(/\.$/, ''));
  const more = sentences.length - told.length;
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
