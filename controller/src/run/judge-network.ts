import {
  accessDown,
  type LinkCounterRecord,
  type NetworkChangeRecord,
  type NetworkRecord,
} from '../model/record.ts';
import { describeMismatch } from '../shape/describe-mismatch.ts';
import { nameNodes } from './name-nodes.ts';
import type { NetworkEvidence } from './repetition-evidence.ts';
import { formatValue, type ReasonCollector } from './verdict-reasons.ts';

/** What shaping and its measurement say about a repetition. Pure. */

interface Window {
  readonly startUnixMs: number;
  readonly endUnixMs: number;
}

/** Sentences of drift that are told; all are stored. */
const DRIFT_TOLD = 3;

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
    const told = record.drift.slice(0, DRIFT_TOLD).join(' ');
    const rest = record.drift.length - DRIFT_TOLD;
    const more = rest > 0 ? ` There are ${rest} more of this kind.` : '';
    reasons.give('networkDrift', `The shaping changed without a plan. ${told}${more}`);
  }
  if (window === null) return;
  judgeQueues(record, reasons);
  judgeDisturbances(record, window, reasons);
  judgeChanges(evidence, record, window, reasons);
}

function judgeChecks(
  { checks, counters }: NetworkRecord,
  { allowMismatch }: NetworkEvidence,
  window: Window | null,
  reasons: ReasonCollector,
): void {
  const mismatch = describeMismatch(checks);
  if (mismatch !== null) {
    reasons.give(allowMismatch ? 'networkMismatchAllowed' : 'networkMismatch', mismatch);
  }
  const unmeasured = checks.filter(({ samples }) => samples === 0);
  const [first] = unmeasured;
  if (first !== undefined) {
    const { fromRegion, toRegion } = first;
    const pairs = new Set(unmeasured.map((check) => `${check.fromRegion} ${check.toRegion}`));
    const more = pairs.size > 1 ? ` and ${pairs.size - 1} more` : '';
    reasons.give('networkUnverified', `${fromRegion} to ${toRegion}${more} was not measured.`);
  } else if (window !== null && checks.length === 0 && counters.length > 0) {
    reasons.give('networkUnverified', 'No link was measured.');
  }
}

function judgeQueues({ counters }: NetworkRecord, reasons: ReasonCollector): void {
  // What comes down to a node was counted where it was sent.
  const handed = counters.reduce(
    (sum, { toRegion, packets, dropped }) =>
      sum + (toRegion === accessDown ? 0 : packets + dropped),
    0,
  );
  const lost = counters.reduce((sum, { queueDropped }) => sum + queueDropped, 0);
  if (handed === 0 || lost === 0) return;
  const worst = counters.reduce((a, b) => (b.queueDropped > a.queueDropped ? b : a));
  reasons.check(
    'queueDrops',
    lost / handed,
    `Full queues dropped ${lost} packets, ${formatValue('ratio', lost / handed)} of all, most of them ${wordLink(worst)}`,
  );
}

function wordLink({ nodeIndex, toRegion }: LinkCounterRecord): string {
  return toRegion === accessDown
    ? `on the way down to node ${nodeIndex}`
    : `from node ${nodeIndex} to ${toRegion}`;
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
