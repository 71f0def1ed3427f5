/** Events of a timeline in words, shared by the terminal and the HTML report. */
import { formatDuration } from '../lib/units.ts';
import type { EventFinding, MedianAndValues } from '../model/event-finding.ts';
import type { CellFinding } from '../model/finding.ts';
import { nameNodes } from '../model/name-nodes.ts';
import { formatPercent, formatTick, noValue } from './format-value.ts';

/** A cell with a timeline. */
export interface EventfulCell {
  readonly cell: CellFinding;
  readonly events: readonly EventFinding[];
}

export function eventfulCells(cells: readonly CellFinding[]): readonly EventfulCell[] {
  return cells.flatMap((cell) =>
    cell.events === undefined || cell.events.length === 0 ? [] : [{ cell, events: cell.events }],
  );
}

/** `median of 3 repetitions`, `of 1 repetition`; and whether they count. */
export function describeBasis({ cell, events }: EventfulCell): string {
  const count = Math.max(...events.map(({ repetitions }) => repetitions));
  const of = count === 1 ? 'of 1 repetition' : `median of ${count} repetitions`;
  return cell.basis === 'counted' ? of : `${of}, none of which counts`;
}

/** `crash: leader (node 3)`. */
export function nameEvent({ text, nodes }: EventFinding): string {
  const isTold = nodes.length === 0 || !text.includes('leader');
  return isTold ? text : `${text} (${nameNodes(nodes)})`;
}

/** When it was planned: `10 s`. */
export function timeOf({ plannedMs }: EventFinding): string {
  return plannedMs === null ? noValue : secondsText(plannedMs);
}

/** What it did, as clauses; the first says that it was not done, if so. */
export function describeEffect(
  event: EventFinding,
  all: readonly EventFinding[],
): readonly string[] {
  const { repetitions, repetitionsDone, error, logsAgree, overlaps } = event;
  if (repetitionsDone === 0) return [`not done: ${error ?? 'the window was over'}`];
  const others = all.filter(({ index }) => overlaps.includes(index));
  return [
    ...(repetitionsDone < repetitions ? [`done in ${repetitionsDone} of ${repetitions}`] : []),
    ...describeKept(event),
    ...describeSilence(event),
    ...describeRecovery(event),
    ...(logsAgree === null ? [] : [logsAgree ? 'logs agree' : 'logs differ']),
    ...(others.length === 0
      ? []
      : [`beside ${others.map((one) => `${one.kind} at ${timeOf(one)}`).join(', ')}`]),
    ...(error === null ? [] : [error]),
  ];
}

function describeKept({ keptRatio, offeredRatio }: EventFinding): readonly string[] {
  if (keptRatio === null) return [];
  const kept = `kept ${formatPercent(keptRatio.median)} of throughput`;
  // A client that is down with its node asks for nothing; a few in a hundred are chance.
  const isLess = offeredRatio !== null && Math.abs(offeredRatio.median - 1) > 0.05;
  return [isLess ? `${kept} (${formatPercent(offeredRatio.median)} offered)` : kept];
}

function describeSilence({ silenceMs, resolutionMs }: EventFinding): readonly string[] {
  if (silenceMs === null) return [];
  if (silenceMs.median === 0) {
    const limit = formatDuration(2 * (resolutionMs ?? 0));
    return [`never ${limit} without a commit`];
  }
  return [`${spreadText(silenceMs)} without a commit`];
}

function describeRecovery({ recoveredMs, back, never, endedMs }: EventFinding): readonly string[] {
  if (back + never === 0) return [];
  if (recoveredMs === null) return ['never back at 90 %'];
  const time = spreadText(recoveredMs);
  const isAtOnce = Math.max(...recoveredMs.values) === 0;
  const text =
    endedMs === null
      ? `90 % ${isAtOnce ? 'at once' : `after ${time}`}`
      : `90 % ${isAtOnce ? 'at' : `${time} after`} its end`;
  return [never === 0 ? text : `${text}, never in ${never} of ${back + never}`];
}

/** `0.4 s (max 0.6)`; the largest only where it says more than the median. */
export function spreadText(spread: MedianAndValues | null): string {
  if (spread === null) return noValue;
  const middle = formatTick(spread.median / 1000);
  const most = formatTick(Math.max(...spread.values) / 1000);
  return middle === most ? `${middle} s` : `${middle} s (max ${most})`;
}

/** How far the times can be believed. */
export function describeResolution({ events }: EventfulCell): string | null {
  const known = events.flatMap(({ resolutionMs }) => resolutionMs ?? []);
  if (known.length === 0) return null;
  const text = `Times are good to ${formatDuration(Math.max(...known))}`;
  return Math.max(...known) < 100
    ? `${text}.`
    : `${text}: not all nodes tell when they commit blocks, or the window is long.`;
}

function secondsText(ms: number): string {
  return `${formatTick(ms / 1000)} s`;
}
