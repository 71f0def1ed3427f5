/** Progress events in words, shared by the two displays. Pure. */
import { formatDuration, formatNumber } from '../lib/units.ts';
import { createCellId } from '../model/ids.ts';
import { isLatencyWhole } from '../model/latency-share.ts';
import type { Progress } from '../model/progress.ts';
import type { PhaseName } from '../model/record.ts';
import { describeShare } from './latency-share.ts';

type Of<K extends Progress['kind']> = Extract<Progress, { kind: K }>;

export const phaseWords: Readonly<Record<PhaseName, string>> = {
  start: 'starting nodes',
  shape: 'shaping and measuring the network',
  ready: 'waiting until all nodes are connected',
  warmup: 'warming up',
  measure: 'measuring',
  drain: 'draining',
  collect: 'collecting',
  stop: 'removing nodes',
};

export function describeRun({ runId, plan, estimatedMs }: Of<'run-started'>): string {
  const count = plan.order.length;
  const what = `${count} ${count === 1 ? 'repetition' : 'repetitions'} on ${plan.runtime}`;
  return `run ${runId}: ${what}, about ${formatDuration(estimatedMs)}`;
}

/** `[3/12] n=10, repetition 2`; `[3/12] n10-wan-r200, repetition 2` where more is varied */
export function describeRepetition(
  event: Of<'repetition-started'> | Of<'repetition-ended'>,
): string {
  const again = event.attempt === 0 ? '' : `, attempt ${event.attempt + 1}`;
  const { cellId, nodeCount } = event;
  const cell = cellId === createCellId(nodeCount) ? `n=${nodeCount}` : cellId;
  return `${counter(event)} ${cell}, repetition ${event.repetition + 1}${again}`;
}

/** Verdict and figures on one line, without reasons. */
export function describeEnd(event: Of<'repetition-ended'>): string {
  const figures = [
    event.throughputTxPerSec === null
      ? undefined
      : `${formatNumber(event.throughputTxPerSec, 1)} tx/s`,
    event.latencyP50Ms === null ? undefined : `p50 ${formatNumber(event.latencyP50Ms, 1)} ms`,
    event.latencyP99Ms === null ? undefined : `p99 ${formatNumber(event.latencyP99Ms, 1)} ms`,
    event.latencyP50Ms === null || isLatencyWhole(event.successRatio)
      ? undefined
      : `latencies ${describeShare(event.successRatio)} of the transactions`,
  ].filter((text) => text !== undefined);
  const again = event.isRepeated ? '; to be done again' : '';
  return `${describeRepetition(event)}: ${[event.verdict, ...figures].join(', ')}${again}`;
}

/**
 * Why a repetition is less than valid: the first reason, which is the most telling one, and how
 * many more there are; the result lists them all. Nothing for a valid one.
 */
export function describeReasons({ reasons }: Of<'repetition-ended'>): string[] {
  const [first, ...others] = reasons;
  if (first === undefined) return [];
  const rest = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return [`${first.verdict}: ${first.text}${rest}`];
}

export function describeLive(event: Of<'live'>): string {
  const rate = `${formatNumber(event.txPerSec)} tx/s of ${formatNumber(event.offeredTxPerSec)} offered`;
  const nodes = `${event.nodesAnswering}/${event.nodesTotal} nodes answer`;
  return `${rate}, height ${formatNumber(event.committedHeight)}, ${nodes}`;
}

export function describeStarted({ started, total }: Of<'nodes-started'>): string {
  return `${started}/${total} nodes started`;
}

export function describeReady({ ready, total }: Of<'nodes-ready'>): string {
  return `${ready}/${total} nodes ready`;
}

export function describeChecks({ done, total }: Of<'network-checks'>): string {
  return `${done}/${total} pairs of regions measured`;
}

export function describeChange({ text, nodes, failed }: Of<'network-changed'>): string {
  const where = `${nodes - failed} of ${nodes} nodes`;
  return `network: ${text} (${where})`;
}

export function describeRemaining(remainingMs: number): string {
  return remainingMs < 1000 ? 'almost done' : `about ${formatDuration(remainingMs)} left`;
}

function counter({
  position,
  total,
}: {
  readonly position: number;
  readonly total: number;
}): string {
  return `[${position + 1}/${total}]`;
}
