/** Events of a timeline in the HTML report: shades in the charts over time, and a table. */
import type { EventFinding } from '../../model/event-finding.ts';
import type { CellFinding, RunFinding } from '../../model/finding.ts';
import {
  describeBasis,
  describeEffect,
  describeResolution,
  type EventfulCell,
  eventfulCells,
  nameEvent,
  spreadText,
  timeOf,
} from '../event-rows.ts';
import { formatPercent, formatRate, formatTick, noValue } from '../format-value.ts';
import type { ChartSpec } from './draw-chart.ts';
import type { ChartMark } from './draw-marks.ts';
import { drawTable } from './draw-table.ts';
import { type Child, element, lines, type Markup } from './markup.ts';

/** Where each event held, in seconds; where two do, the shade is deeper. */
export function eventShades(
  { events = [] }: CellFinding,
  windowSeconds: number,
): NonNullable<ChartSpec['shades']> {
  return events.flatMap(({ begunMs, endedMs }) => {
    if (begunMs === null) return [];
    const from = Math.min(begunMs / 1000, windowSeconds);
    const to = Math.min(endedMs === null ? windowSeconds : endedMs / 1000, windowSeconds);
    return [{ from, to, label: '', tone: 'held' }];
  });
}

/** Names at the begin of each event. */
export function eventMarks({ events = [] }: CellFinding): readonly ChartMark[] {
  return events.map((event) => ({
    x: (event.begunMs ?? event.plannedMs ?? 0) / 1000,
    label: event.repetitionsDone === 0 ? `${event.kind} (not done)` : event.kind,
    title: `${timeOf(event)} ${nameEvent(event)}: ${describeEffect(event, events).join(', ')}`,
  }));
}

/** The shades in words, for those who cannot see them. */
export function describeShades({ events = [] }: CellFinding): string {
  if (events.length === 0) return '';
  const told = events.map((event) => {
    const end = event.endedMs === null ? 'the end' : `${formatTick(event.endedMs / 1000)} s`;
    return `${nameEvent(event)}, from ${timeOf(event)} to ${end}`;
  });
  return ` Shaded: ${told.join('; ')}.`;
}

/** Null where there is no timeline. */
export function drawEventTables({ cells }: RunFinding): Markup | null {
  const eventful = eventfulCells(cells);
  return eventful.length === 0 ? null : lines(eventful.map(drawEventTable));
}

function drawEventTable(one: EventfulCell): Markup {
  return drawTable(
    `Events at n = ${one.cell.nodeCount}, ${describeBasis(one)}. Kept: throughput while it held over ` +
      'that before it, below it what was offered. Silent: longest time without a commit. 90 %: from ' +
      'its end, or its begin if it held to the end of the window, until throughput was back. ' +
      `${describeResolution(one) ?? ''}`.trim(),
    ['event', 'at', 'until', 'tx/s before', 'kept', 'silent', '90 % after', 'logs', 'what'],
    one.events.map((event) => eventRow(event, one.events)),
  );
}

function eventRow(event: EventFinding, all: readonly EventFinding[]): readonly Child[] {
  const { formerTxPerSec, keptRatio, offeredRatio, silenceMs, logsAgree, endedMs } = event;
  const { repetitions, repetitionsDone, witnesses, error, overlaps } = event;
  const beside = all.filter(({ index }) => overlaps.includes(index));
  const notes = [
    repetitionsDone < repetitions ? `done in ${repetitionsDone} of ${repetitions}` : null,
    error,
    ...witnesses,
    beside.length === 0
      ? null
      : `beside ${beside.map((one) => `${one.kind} at ${timeOf(one)}`).join(', ')}`,
  ].filter((note) => note !== null);
  return [
    element('td', { class: 'lead' }, nameEvent(event)),
    element('td', {}, timeOf(event)),
    element('td', {}, endedMs === null ? 'end' : `${formatTick(endedMs / 1000)} s`),
    element('td', {}, formerTxPerSec === null ? noValue : formatRate(formerTxPerSec.median)),
    element(
      'td',
      {},
      keptRatio === null ? noValue : formatPercent(keptRatio.median),
      offeredRatio === null
        ? null
        : element('small', {}, `of ${formatPercent(offeredRatio.median)}`),
    ),
    element('td', {}, spreadText(silenceMs)),
    recoveryCell(event),
    element(
      'td',
      { class: logsAgree === false ? 'off' : null },
      logsAgree === null ? noValue : logsAgree ? 'agree' : 'differ',
    ),
    element('td', { class: 'lead' }, notes.length === 0 ? 'done' : notes.join('; ')),
  ];
}

function recoveryCell({ recoveredMs, never, back }: EventFinding): Markup {
  if (recoveredMs === null) return element('td', {}, never > 0 ? 'never' : noValue);
  const missing = never === 0 ? null : element('small', {}, `never in ${never} of ${back + never}`);
  return element('td', {}, spreadText(recoveredMs), missing);
}
