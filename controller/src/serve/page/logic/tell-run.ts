/** The run under way in words and tiles. Pure. */

import { formatBytes, formatDuration, formatNumber } from '../../../lib/units.ts';
import { formatPercent, formatRate, formatThreeDigits } from '../../../report/format-value.ts';
import { phaseWords } from '../../../report/progress-words.ts';
import type { LiveResult, LiveRun, NodeColumns } from '../../api/live.ts';
import type { EntryState, QueueEntry } from '../../api/queue.ts';
import type { Live } from './live-state.ts';
import { tellStates } from './node-rows.ts';

export type Tone = 'good' | 'caution' | 'bad' | 'plain';

export interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly tone: Tone;
}

export function tellTiles({ status, history, nodes }: Live): Tile[] {
  const last = history.t.length - 1;
  const offered = history.offeredTxPerSec[last] ?? 0;
  const p50 = history.latencyP50Ms[last] ?? null;
  const height = history.height[last] ?? null;
  const { host, run } = status;
  return [
    tile(
      'Committed',
      rate(history.txPerSec[last]),
      offered > 0 ? `of ${formatRate(offered)} offered` : 'no load',
    ),
    tile('Latency p50', ms(p50), 'estimate'),
    tile('Latency p99', ms(history.latencyP99Ms[last]), 'estimate'),
    tile('Height', height === null ? '–' : formatNumber(height), 'blocks committed'),
    nodesTile(nodes),
    tile(
      'Time left',
      run === null ? '–' : tellRemaining(run),
      run === null ? '' : tellElapsed(run, status.at),
    ),
    {
      ...tile(
        'Host',
        host.cpuBusyRatio === null ? '–' : formatPercent(host.cpuBusyRatio),
        `of ${host.cores} cores · ${formatBytes(host.memoryAvailableBytes)} free`,
      ),
      tone: (host.cpuBusyRatio ?? 0) > 0.9 ? 'caution' : 'plain',
    },
  ];
}

const tile = (label: string, value: string, note: string): Tile => ({
  label,
  value,
  note,
  tone: 'plain',
});
const ms = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : `${formatThreeDigits(value)} ms`;
const rate = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : `${formatRate(value)} tx/s`;

function nodesTile(nodes: NodeColumns | null): Tile {
  if (nodes === null) return tile('Nodes', '–', 'none run');
  const total = nodes.state.length;
  const up = nodes.state.filter((state) => state === 'up').length;
  const hasDead = nodes.state.some((state) => state === 'silent' || state === 'down');
  return {
    ...tile('Nodes up', `${up} / ${total}`, tellStates(nodes)),
    tone: hasDead ? 'caution' : 'plain',
  };
}

export function tellRemaining({ remainingMs }: LiveRun): string {
  if (remainingMs === null) return 'not known yet';
  return remainingMs < 1000 ? 'almost done' : formatDuration(remainingMs);
}

function tellElapsed({ startedAt }: LiveRun, at: string): string {
  return `${formatDuration(Math.max(0, Date.parse(at) - Date.parse(startedAt)))} so far`;
}

/** `repetition 3 of 8, second attempt` */
export function tellPosition({ position, total, repetition, attempt }: LiveRun): string {
  if (total === 0) return 'making the plan';
  if (position === null) return `${total} ${total === 1 ? 'repetition' : 'repetitions'} planned`;
  const own =
    repetition === null
      ? ''
      : ` (no. ${repetition + 1} of its cell${attempt ? `, attempt ${attempt + 1}` : ''})`;
  return `repetition ${position + 1} of ${total}${own}`;
}

export function tellPhase({ phase, progress }: LiveRun): string {
  if (phase === null) return '';
  const done = progress === null ? '' : `: ${progress.done}/${progress.total} ${progress.what}`;
  return `${phaseWords[phase]}${done}`;
}

/** `12 s of about 60 s` */
export function tellPhaseTime({ phaseStartedAt, phaseExpectedMs }: LiveRun, at: string): string {
  if (phaseStartedAt === null) return '';
  const sofar = formatDuration(Math.max(0, Date.parse(at) - Date.parse(phaseStartedAt)));
  return phaseExpectedMs === null ? sofar : `${sofar} of about ${formatDuration(phaseExpectedMs)}`;
}

/** 0-1 of the phase under way, null where nobody knows how long it takes. */
export function phaseShare(
  { phaseStartedAt, phaseExpectedMs, progress }: LiveRun,
  at: string,
): number | null {
  if (progress !== null && progress.total > 0) return progress.done / progress.total;
  if (phaseStartedAt === null || phaseExpectedMs === null || phaseExpectedMs <= 0) return null;
  return Math.max(0, Math.min(1, (Date.parse(at) - Date.parse(phaseStartedAt)) / phaseExpectedMs));
}

export const stateWords: Readonly<Record<EntryState, string>> = {
  waiting: 'waits',
  preparing: 'is prepared',
  running: 'runs',
  stopping: 'is being stopped',
  cancelling: 'is being cancelled',
  completed: 'completed',
  failed: 'failed',
  interrupted: 'interrupted',
  removed: 'taken out',
};

export function stateTone(state: EntryState): Tone {
  if (state === 'completed') return 'good';
  if (state === 'failed') return 'bad';
  return ['interrupted', 'stopping', 'cancelling'].includes(state) ? 'caution' : 'plain';
}

/** Completed is not good by itself: none of its repetitions may have counted. */
export function entryTone({ state, exitCode }: QueueEntry): Tone {
  return state === 'completed' && exitCode !== 0 ? 'caution' : stateTone(state);
}

export type VerdictWord = LiveResult['verdict'] | 'unsafe';

export function verdictTone(verdict: VerdictWord | null): Tone {
  if (verdict === null) return 'plain';
  return verdict === 'valid' ? 'good' : verdict === 'suspect' ? 'caution' : 'bad';
}

/** Said aloud when a repetition has ended. */
export function tellVerdict({
  title,
  repetition,
  verdict,
  reasons,
  isRepeated,
}: LiveResult): string {
  const why = reasons[0] === undefined ? '' : `: ${reasons[0]}`;
  return `${title}, repetition ${repetition + 1}: ${verdict}${why}${isRepeated ? '. It is done again' : ''}`;
}

/** `14:03:22`, the viewer's own time of day. */
export function timeOfDay(iso: string): string {
  return new Date(iso).toTimeString().slice(0, 8);
}

/** `2026-11-28 14:03`, the viewer's own time. */
export function dayAndTime(iso: string): string {
  const at = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function tellEntry({ state, startedAt, endedAt }: QueueEntry): string {
  if (startedAt === null || endedAt === null) return stateWords[state];
  return `${stateWords[state]} after ${formatDuration(Date.parse(endedAt) - Date.parse(startedAt))}`;
}
