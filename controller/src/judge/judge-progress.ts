import type { NodeResults } from '../../../node-image/src/contract/index.ts';
import { formatDuration } from '../lib/units.ts';
import { describeSides } from '../plan/quorum-loss.ts';
import type { RepetitionEvidence } from './repetition-evidence.ts';
import type { ReasonCollector } from './verdict-reasons.ts';

/** Whether the chain went on while it was measured, and if not, whether it could have. Pure. */

interface Window {
  readonly startUnixMs: number;
  readonly endUnixMs: number;
}

/**
 * A chain has halted that committed nothing for longer than this share of the window, to its end,
 * and less than this share of the transactions due in it. What was under way when the window began
 * is committed inside it even if the chain halts at once, so "nothing at all" would miss that.
 */
const haltedMin = 0.5;

export function judgeProgress(
  { nodes, network }: RepetitionEvidence,
  { startUnixMs, endUnixMs }: Window,
  reasons: ReasonCollector,
): void {
  const known = nodes.flatMap(({ results }) => (results === null ? [] : [results]));
  const total = (pick: (results: NodeResults) => number): number =>
    known.reduce((sum, results) => sum + pick(results), 0);
  const due = total(({ scheduledInWindow }) => scheduledInWindow);
  const committed = total(({ committedOfWindow }) => committedOfWindow);
  const inside = total(({ committedInWindow }) => committedInWindow);
  const windowMs = endUnixMs - startUnixMs;
  const lastMs = inside === 0 ? 0 : Math.min(windowMs, lastCommitMs(known) ?? windowMs);
  const isHalted = lastMs < (1 - haltedMin) * windowMs && committed < (1 - haltedMin) * due;
  if (due === 0 || (inside > 0 && committed > 0 && !isHalted)) return;
  const loss = network.quorumLosses.find(({ fromMs }) => fromMs < windowMs);
  const why =
    loss === undefined
      ? ''
      : `No side had a quorum after "${loss.text}" (${describeSides(loss)}): `;
  const what = `${committed === 0 ? 'None' : `Only ${committed}`} of ${due} transactions`;
  const when =
    inside === 0
      ? `${committed === 0 ? 'was' : 'were'} committed in the window`
      : `due in the window ${committed === 0 ? 'was' : 'were'} committed, and nothing after its first ${formatDuration(lastMs)}`;
  reasons.give('noProgress', `${why}${why === '' ? what : lowered(what)} ${when}.`);
}

/** End of the last slice of the window in which anything was committed; null if none tells. */
function lastCommitMs(known: readonly NodeResults[]): number | null {
  const ends = known.map(
    ({ series: { committed, periodMs } }) =>
      (committed.findLastIndex((count) => count > 0) + 1) * periodMs,
  );
  const last = Math.max(0, ...ends);
  return last === 0 ? null : last;
}

function lowered(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
