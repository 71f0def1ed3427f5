import type { NodeResults } from '../../../node-image/src/contract/index.ts';
import { nameNodes } from '../model/name-nodes.ts';
import { beyondF } from './judge-byzantine.ts';
import { judgeProgress } from './judge-progress.ts';
import { judgeReplies } from './judge-replies.ts';
import { judgeScrapes } from './judge-scrapes.ts';
import { describeAbsences } from './planned-absences.ts';
import { describeDisruption, type PlannedDisruption } from './planned-disruption.ts';
import type { NodeEvidence, RepetitionEvidence } from './repetition-evidence.ts';
import { scheduleDeviations, slewRatioMax, verdictLimits } from './verdict-limits.ts';
import { formatValue, type ReasonCollector } from './verdict-reasons.ts';

/** What nodes, load and observation say about a repetition. Pure. */

interface Window {
  readonly startUnixMs: number;
  readonly endUnixMs: number;
}

const percent = (ratio: number): string => formatValue('ratio', ratio);

/** Agreement first: nothing else matters where nodes committed different logs. */
export function judgeSafety(evidence: RepetitionEvidence, reasons: ReasonCollector): void {
  const { logs, nodes, scrapes } = evidence;
  if (logs.violation !== null) {
    const sides = logs.violation.groups.map((group) => nameNodes(group.nodes));
    reasons.give(
      'logsDiffer',
      `The committed logs differ at height ${logs.violation.height}: ${sides.join(' against ')}.${beyondF(evidence.byzantine)}`,
    );
  }
  if (scrapes.safetyViolationsReported > 0) {
    const count = scrapes.safetyViolationsReported;
    reasons.give(
      'logsDiffer',
      `A node itself reports ${count} ${count === 1 ? 'violation' : 'violations'} of safety.`,
    );
  }
  // A node that committed nothing contradicts nobody; one alone has nobody to be compared with.
  const unverified = logs.notCompared.filter(({ kind }) => kind !== 'empty');
  // Before any load there is no log either: why it did not come so far is told.
  const hadBegun = evidence.window !== null;
  if (hadBegun && unverified.length > 0 && nodes.length > 1) {
    const said = unverified.map(({ nodeIndex, reason }) => `node ${nodeIndex} ${reason}`);
    reasons.give('logsUnverified', `Agreement was not checked for all nodes: ${said.join('; ')}.`);
  }
}

/** Nodes that ended, began anew or kept their results. */
export function judgeLife(evidence: RepetitionEvidence, reasons: ReasonCollector): void {
  for (const { nodeIndex, exit } of evidence.nodes) {
    if (exit === null) continue;
    if (exit.oomKilled)
      reasons.give('nodeOutOfMemory', `The kernel killed node ${nodeIndex} for memory.`);
    else {
      const code = exit.code === null ? 'a signal' : `exit code ${exit.code}`;
      reasons.give('nodeDied', `Node ${nodeIndex} ended by itself with ${code}.`);
    }
  }
  const restarted = new Set(evidence.scrapes.resets.map(({ nodeIndex }) => nodeIndex));
  for (const nodeIndex of restarted) {
    reasons.give('nodeRestarted', `A counter of node ${nodeIndex} went down: it began anew.`);
  }
}

/** @param evidence of honest nodes */
export function judgeResults(
  evidence: RepetitionEvidence,
  window: Window,
  reasons: ReasonCollector,
): void {
  judgeReplies(evidence, reasons);
  const known = evidence.nodes.flatMap(({ nodeIndex, results }) =>
    results === null ? [] : [{ nodeIndex, results }],
  );
  if (known.length === 0) return;
  const disruption = disruptionOf(evidence, window);
  const blocks = known.map(({ results }) => results.counters.blocksCommitted);
  if (Math.max(...blocks) > 0) {
    const absences = describeAbsences(evidence.timeline.records);
    const span = { fromMs: window.startUnixMs, toMs: window.endUnixMs };
    const stalled = known.filter(
      ({ nodeIndex, results }) =>
        results.counters.blocksCommitted === 0 &&
        !disruption.isCutThroughout(nodeIndex) &&
        absences.presentMs(nodeIndex, span) >= STALLED_MS_MIN,
    );
    if (stalled.length > 0) {
      const names = nameNodes(stalled.map(({ nodeIndex }) => nodeIndex));
      const text = `While others went on, no block was committed in the window by ${names}.`;
      reasons.give('nodeStalled', text);
    }
  }
  const counters = known.map(({ results }) => results.counters);
  judgeForgeries(counters, reasons);
  if (!disruption.isAny) judgeFlow(counters, reasons);
}

/** Whom the plan left less time than this, down or frozen for the rest, could commit nothing. */
const STALLED_MS_MIN = 1_000;

type Counters = NodeResults['counters'];

function totalOf(known: readonly Counters[]): (pick: (counters: Counters) => number) => number {
  return (pick) => known.reduce((sum, counters) => sum + pick(counters), 0);
}

/** No plan explains these. */
function judgeForgeries(known: readonly Counters[], reasons: ReasonCollector): void {
  const total = totalOf(known);
  const delivered = total(({ overlay }) => overlay?.messagesDelivered ?? 0);
  const forged = total(({ overlay }) => overlay?.forged ?? 0);
  reasons.check(
    'forged',
    ratioOf(forged, forged + delivered),
    `${forged} messages were handed on that their origin had not signed`,
  );
}

/** Timeouts and dropped messages, where the plan does nothing that explains them. */
function judgeFlow(known: readonly Counters[], reasons: ReasonCollector): void {
  const total = totalOf(known);
  const timedOut = total(({ roundsTimedOut }) => roundsTimedOut);
  const entered = total(({ roundsEntered }) => roundsEntered);
  reasons.check(
    'roundsTimedOut',
    ratioOf(timedOut, entered),
    `${percent(ratioOf(timedOut, entered))} of all rounds ended by a timeout`,
  );
  const unroutable = total(({ overlay }) => overlay?.unroutable ?? 0);
  const delivered = total(({ overlay }) => overlay?.messagesDelivered ?? 0);
  reasons.check(
    'unroutable',
    ratioOf(unroutable, unroutable + delivered),
    `${unroutable} messages found no path over live links, or went in circles`,
  );
  const dropped = total(({ messagesDropped }) => messagesDropped);
  const sent = total(({ messagesSent }) => messagesSent);
  reasons.check(
    'messagesDropped',
    ratioOf(dropped, sent),
    `Nodes dropped ${dropped} messages, ${percent(ratioOf(dropped, sent))} of those they sent`,
  );
}

/** What became of the transactions that were due inside the window. */
export function judgeLoad(
  evidence: RepetitionEvidence,
  window: Window,
  reasons: ReasonCollector,
): void {
  const known = evidence.nodes.flatMap(({ results }) => (results === null ? [] : [results]));
  if (evidence.rateTxPerSec <= 0 || known.length === 0) return;
  const total = (pick: (results: NodeResults) => number): number =>
    known.reduce((sum, results) => sum + pick(results), 0);
  const due = total(({ scheduledInWindow }) => scheduledInWindow);
  const committed = total(({ committedOfWindow }) => committedOfWindow);
  const rejected = total(({ rejectedOfWindow }) => rejectedOfWindow);
  judgeProgress(evidence, window, reasons);
  judgeSchedule(evidence, window, due, reasons);
  const { timeline } = evidence;
  const isHeld = timeline.planned.some((event) => 'action' in event);
  // What a node that was down or frozen could not take belongs to the result.
  if (!isHeld)
    reasons.check(
      'rejected',
      ratioOf(rejected, due),
      `${rejected} transactions, ${percent(ratioOf(rejected, due))} of those due, were rejected: more was offered than the network takes`,
    );
  const unfinished = Math.max(0, due - committed - rejected);
  const { isCutAtEnd } = disruptionOf(evidence, window);
  // Behind a cut that was never healed nothing can finish: only the median still has to be covered.
  const isPlanned = isCutAtEnd && ratioOf(unfinished, due) <= verdictLimits.unfinished.invalid;
  if (isPlanned) return;
  reasons.check(
    'unfinished',
    ratioOf(unfinished, due),
    `${unfinished} transactions, ${percent(ratioOf(unfinished, due))} of those due, were still under way when the drain ended: latencies lack the slowest`,
  );
}

function disruptionOf(
  { network, timeline, byzantine }: RepetitionEvidence,
  { startUnixMs, endUnixMs }: Window,
): PlannedDisruption {
  const windowMs = endUnixMs - startUnixMs;
  const disruption = describeDisruption(network, windowMs);
  const isAny =
    disruption.isAny ||
    byzantine.members.length > 0 ||
    timeline.planned.some(({ atMs }) => atMs < windowMs);
  return { ...disruption, isAny };
}

/** Was what was planned really due, and what was due really sent? */
function judgeSchedule(
  { nodes, rateTxPerSec }: RepetitionEvidence,
  { startUnixMs, endUnixMs }: Window,
  due: number,
  reasons: ReasonCollector,
): void {
  const share = nodes.filter(({ results }) => results !== null).length / nodes.length;
  const expected = (rateTxPerSec * share * (endUnixMs - startUnixMs)) / 1000;
  // The count of a Poisson process has the standard deviation sqrt(expected).
  const allowed = scheduleDeviations * Math.sqrt(expected);
  if (expected > 0) {
    reasons.check(
      'scheduled',
      (due + allowed) / expected,
      `Only ${due} transactions were due in the window where rate and window give ${Math.round(expected)}`,
    );
  }
  const sent = nodes.reduce((sum, { sentOfWindow }) => sum + (sentOfWindow ?? 0), 0);
  if (due > 0) {
    const ratio = sent / due;
    reasons.check('sent', ratio, `Only ${percent(ratio)} of the transactions due were sent`);
  }
}

/** How punctual the generators were, and the loops they live in. */
export function judgePunctuality(
  { nodes }: Pick<RepetitionEvidence, 'nodes'>,
  reasons: ReasonCollector,
): void {
  const late = worstOf(nodes, ({ sendLagMsP99 }) => sendLagMsP99);
  if (late !== undefined) {
    reasons.check(
      'sendLag',
      late.value,
      `Node ${late.nodeIndex} sent its transactions up to ${formatValue('ms', late.value)} (p99) after they were due`,
    );
  }
  const slow = worstOf(nodes, ({ results }) => results?.counters.eventLoopDelayMsP99 ?? null);
  if (slow !== undefined) {
    reasons.check(
      'loopDelay',
      slow.value,
      `The event loop of node ${slow.nodeIndex} was late by ${formatValue('ms', slow.value)} (p99)`,
    );
  }
}

/** Gaps in what was observed, and clocks that moved. */
export function judgeObservation(
  evidence: RepetitionEvidence,
  window: Window,
  reasons: ReasonCollector,
): void {
  const { scrapes, clocks } = evidence;
  judgeScrapes(scrapes, window, reasons);
  if (clocks !== null) {
    const apartMs = Math.abs(clocks.wallMs - clocks.monotonicMs);
    const stepMs = Math.max(0, apartMs - slewRatioMax * clocks.monotonicMs);
    const text = `The host's clock was set by ${formatValue('ms', apartMs)} while the network was measured`;
    reasons.check('clockStep', stepMs, text);
  }
  judgeWatch(evidence.unwatched, window, reasons);
  judgeWindows(evidence.nodes, window, reasons);
}

/** Nobody would have noticed a node that died and came back. */
function judgeWatch(
  unwatched: RepetitionEvidence['unwatched'],
  { startUnixMs, endUnixMs }: Window,
  reasons: ReasonCollector,
): void {
  const inside = unwatched
    .map(({ from, to, why }) => {
      const fromMs = Math.max(from.getTime(), startUnixMs);
      return { why, ms: Math.max(0, Math.min(to.getTime(), endUnixMs) - fromMs) };
    })
    .sort((a, b) => b.ms - a.ms);
  const ms = inside.reduce((sum, gap) => sum + gap.ms, 0);
  const [longest] = inside;
  if (longest === undefined || ms === 0) return;
  reasons.check(
    'nodesUnwatched',
    ms / (endUnixMs - startUnixMs),
    `Nothing watched the nodes for ${(ms / 1_000).toFixed(1)} s of the window: ${longest.why.replace(/\.$/, '')}`,
  );
}

function judgeWindows(
  nodes: readonly NodeEvidence[],
  { startUnixMs, endUnixMs }: Window,
  reasons: ReasonCollector,
): void {
  const shifted = worstOf(nodes, ({ results }) =>
    results === null
      ? null
      : Math.max(
          Math.abs(results.window.startUnixMs - startUnixMs),
          Math.abs(results.window.endUnixMs - endUnixMs),
        ),
  );
  if (shifted === undefined) return;
  reasons.check(
    'windowShifted',
    shifted.value / (endUnixMs - startUnixMs),
    `Node ${shifted.nodeIndex} measured a window that lies ${formatValue('ms', shifted.value)} off the planned one`,
  );
}

function worstOf(
  nodes: readonly NodeEvidence[],
  pick: (node: NodeEvidence) => number | null,
): { readonly nodeIndex: number; readonly value: number } | undefined {
  let worst: { readonly nodeIndex: number; readonly value: number } | undefined;
  for (const node of nodes) {
    const value = pick(node);
    if (value !== null && (worst === undefined || value > worst.value)) {
      worst = { nodeIndex: node.nodeIndex, value };
    }
  }
  return worst;
}

/** 0 where there is nothing to take a share of. */
function ratioOf(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
