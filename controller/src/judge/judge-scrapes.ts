import { nameNodes } from '../model/name-nodes.ts';
import type { RepetitionEvidence } from './repetition-evidence.ts';
import { missingMin } from './verdict-limits.ts';
import { formatValue, type ReasonCollector } from './verdict-reasons.ts';

/** Gaps in what was scraped: which node, how often, and why. Pure. */

type Scrapes = RepetitionEvidence['scrapes'];

/** More nodes or metrics than this are counted and not told. */
const toldMax = 3;

export function judgeScrapes(
  scrapes: Scrapes,
  { startUnixMs, endUnixMs }: { readonly startUnixMs: number; readonly endUnixMs: number },
  reasons: ReasonCollector,
): void {
  const inside = scrapes.rounds.filter(
    ({ at }) => at.getTime() >= startUnixMs && at.getTime() < endUnixMs,
  );
  judgeGaps(scrapes, inside, reasons);
  for (const { nodeIndex, count, first } of scrapes.malformed.slice(0, toldMax)) {
    reasons.give(
      'metricsMalformed',
      `Of the metrics of node ${nodeIndex}, ${count} lines could not be used and were left out, the first of them: ${first}.`,
    );
  }
  if (scrapes.dropped.length === 0) return;
  const most = [...scrapes.dropped].sort((a, b) => b.count - a.count);
  const total = most.reduce((sum, { count }) => sum + count, 0);
  const names = most.slice(0, toldMax).map(({ metric, count }) => `${metric} (${count})`);
  const more = most.length - names.length;
  if (more > 0) names.push(`${more} more`);
  reasons.give(
    'samplesDropped',
    `${total} samples were not kept, because there were more than the scraper's bound: of ${names.join(', ')}.`,
  );
}

function judgeGaps({ missed }: Scrapes, inside: Scrapes['rounds'], reasons: ReasonCollector): void {
  const due = inside.reduce((sum, round) => sum + round.due, 0);
  const missing = due - inside.reduce((sum, round) => sum + round.answered, 0);
  if (missing < missingMin) return;
  const byNode = countByNode(inside);
  const why = missed
    .filter(({ nodeIndex }) => byNode.has(nodeIndex))
    .sort((a, b) => (byNode.get(b.nodeIndex) ?? 0) - (byNode.get(a.nodeIndex) ?? 0))
    .map((one) => ({ ...one, count: byNode.get(one.nodeIndex) ?? 0 }));
  const told = why
    .slice(0, toldMax)
    .map(({ nodeIndex, count, lastError }) => `node ${nodeIndex}, ${count} times (${lastError})`);
  const rest = why.slice(toldMax).map(({ nodeIndex }) => nodeIndex);
  if (rest.length > 0) told.push(`and ${nameNodes(rest)}`);
  const who = told.length === 0 ? '' : `: ${told.join('; ')}`;
  const isTold = reasons.check(
    'scrapeGaps',
    missing / due,
    `${missing} of ${due} scrapes (${formatValue('ratio', missing / due)}) brought no page of metrics in time${who}`,
  );
  const [worst] = why;
  if (isTold || worst === undefined || worst.count < missingMin) return;
  reasons.check(
    'scrapeGapsOfNode',
    worst.count / inside.length,
    `${worst.count} of ${inside.length} scrapes of node ${worst.nodeIndex} brought no page of metrics in time (${worst.lastError})`,
  );
}

function countByNode(rounds: Scrapes['rounds']): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { missed } of rounds) {
    for (const nodeIndex of missed) counts.set(nodeIndex, (counts.get(nodeIndex) ?? 0) + 1);
  }
  return counts;
}
