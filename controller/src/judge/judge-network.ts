import { describeMismatch } from '../model/describe-mismatch.ts';
import { nameNodes } from '../model/name-nodes.ts';
import { accessDown, type NetworkChangeRecord, type NetworkRecord } from '../model/record.ts';
import type { NetworkEvidence } from './repetition-evidence.ts';
import { formatValue, type ReasonCollector } from './verdict-reasons.ts';
import { withHost } from './word-host.ts';
import { wordDrift, wordDrops, wordUnmeasured } from './word-network.ts';

/** What shaping and its measurement say about a repetition. Pure. */

interface Window {
  readonly startUnixMs: number;
  readonly endUnixMs: number;
}

/** @param window null if the measured window never came: only what was known by then is judged */
export function judgeNetwork(
  evidence: NetworkEvidence,
  window: Window | null,
  reasons: ReasonCollector,
): void {
  const { record, isShaped } = evidence;
  if (!isShaped) return;
  if (record === null) {
    if (window !== null) reasons.give('networkUnverified', 'Nothing is known about the shaping.');
    return;
  }
  judgeChecks(record, evidence, window, reasons);
  if (record.drift.length > 0) {
    reasons.give('networkDrift', wordDrift(record.drift));
  }
  if (window === null) return;
  judgeQueues(evidence, record, reasons);
  judgeDisturbances(record, window, reasons);
  judgeChanges(evidence, record, window, reasons);
}

function judgeChecks(
  { checks, counters }: NetworkRecord,
  { allowMismatch, hostNote = null }: NetworkEvidence,
  window: Window | null,
  reasons: ReasonCollector,
): void {
  const mismatch = describeMismatch(checks);
  if (mismatch !== null) {
    const sentence = withHost(mismatch, hostNote);
    reasons.give(allowMismatch ? 'networkMismatchAllowed' : 'networkMismatch', sentence);
  }
  const unmeasured = wordUnmeasured(checks);
  if (unmeasured !== null) {
    reasons.give('networkUnverified', unmeasured);
  } else if (window !== null && checks.length === 0 && counters.length > 0) {
    reasons.give('networkUnverified', 'No link was measured.');
  }
}

function judgeQueues(
  { initial, changesPlanned }: NetworkEvidence,
  record: NetworkRecord,
  reasons: ReasonCollector,
): void {
  const { counters } = record;
  // What comes down to a node was counted where it was sent.
  const handed = counters.reduce(
    (sum, { toRegion, packets, dropped }) =>
      sum + (toRegion === accessDown ? 0 : packets + dropped),
    0,
  );
  const lost = counters.reduce((sum, { queueDropped }) => sum + queueDropped, 0);
  if (handed === 0 || lost === 0) return;
  const states = [initial, ...changesPlanned.map(({ state }) => state)];
  const limits = states.flatMap(({ links }) => links.map(({ shape }) => shape.queuePackets));
  const ratio = lost / handed;
  const limitPackets = limits.length === 0 ? 0 : Math.min(...limits);
  reasons.check('queueDrops', ratio, wordDrops(record, { lost, ratio }, limitPackets));
}

function judgeDisturbances(
  { disturbances }: NetworkRecord,
  { startUnixMs, endUnixMs }: Window,
  reasons: ReasonCollector,
): void {
  const unshapedMs = new Map<number, number>();
  for (const { nodeIndex, at, shapedAgainAt } of disturbances) {
    const fromMs = Math.max(at.getTime(), startUnixMs);
    const toMs = Math.min(shapedAgainAt?.getTime() ?? endUnixMs, endUnixMs);
    if (toMs <= fromMs) continue;
    unshapedMs.set(nodeIndex, (unshapedMs.get(nodeIndex) ?? 0) + toMs - fromMs);
  }
  const [longest] = [...unshapedMs].sort((a, b) => b[1] - a[1]);
  if (longest === undefined) return;
  const [nodeIndex, ms] = longest;
  const others = unshapedMs.size - 1;
  const more = others === 0 ? '' : `, and ${others} more for a shorter time`;
  reasons.check(
    'networkDisturbed',
    ms / (endUnixMs - startUnixMs),
    `Node ${nodeIndex} was without its shaping for ${formatValue('ms', ms)} of the window${more}`,
  );
}

function judgeChanges(
  { changesPlanned }: NetworkEvidence,
  { changes }: NetworkRecord,
  { startUnixMs, endUnixMs }: Window,
  reasons: ReasonCollector,
): void {
  const due = changesPlanned.filter(({ atMs }) => startUnixMs + atMs < endUnixMs);
  for (const { index, text, nodes } of due) {
    const ours = changes.filter(({ changeIndex }) => changeIndex === index);
    const applied = new Set(ours.filter(isApplied).map(({ nodeIndex }) => nodeIndex));
    const missing = nodes.filter((node) => !applied.has(node));
    if (missing.length === 0) continue;
    const error = ours.find((one) => !isApplied(one))?.error ?? 'it was not tried';
    reasons.give(
      'changeNotApplied',
      `The change "${text}" did not take effect at ${nameNodes(missing)}: ${error.replace(/\.$/, '')}.`,
    );
  }
  const [latest] = changes
    .flatMap(({ text, nodeIndex, plannedAt, appliedAt }) =>
      appliedAt === null
        ? []
        : [{ text, nodeIndex, lateMs: appliedAt.getTime() - plannedAt.getTime() }],
    )
    .sort((a, b) => b.lateMs - a.lateMs);
  if (latest === undefined) return;
  reasons.check(
    'changeLate',
    latest.lateMs,
    `The change "${latest.text}" took effect at node ${latest.nodeIndex} ${formatValue('ms', latest.lateMs)} after its time`,
  );
}

function isApplied({ appliedAt }: NetworkChangeRecord): boolean {
  return appliedAt !== null;
}
