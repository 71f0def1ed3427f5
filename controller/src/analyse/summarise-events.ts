import type { EventFinding, EventImpact, MedianAndValues } from '../model/event-finding.ts';
import type { CellFinding, RepetitionFinding } from '../model/finding.ts';
import { median } from './describe.ts';

/** Each event of a timeline over repetitions; nothing where none had a timeline. */
export function summariseEvents(
  repetitions: readonly RepetitionFinding[],
): Pick<CellFinding, 'events'> {
  const impacts = repetitions.flatMap((one) => one.impacts ?? []);
  if (impacts.length === 0) return {};
  const indexes = [...new Set(impacts.map(({ index }) => index))].sort((a, b) => a - b);
  return {
    events: indexes.flatMap((index) => summarise(impacts.filter((one) => one.index === index))),
  };
}

function summarise(impacts: readonly EventImpact[]): readonly EventFinding[] {
  const [first] = impacts;
  if (first === undefined) return [];
  const { index, kind, text } = first;
  const over = (pick: (impact: EventImpact) => number | null): MedianAndValues | null => {
    const values = impacts.flatMap((impact) => pick(impact) ?? []);
    return values.length === 0 ? null : { median: median(values), values };
  };
  const ended = (recovery: EventImpact['recovery']): number =>
    impacts.filter((impact) => impact.recovery === recovery).length;
  const logs = impacts.flatMap(({ logsAgree }) => logsAgree ?? []);
  const resolutions = impacts.flatMap(({ resolutionMs }) => resolutionMs ?? []);
  return [
    {
      index,
      kind,
      text,
      plannedMs: over(({ plannedMs }) => plannedMs)?.median ?? null,
      begunMs: over(({ begunMs }) => begunMs)?.median ?? null,
      endedMs: over(({ endedMs }) => endedMs)?.median ?? null,
      repetitions: impacts.length,
      repetitionsDone: impacts.filter(({ begunMs }) => begunMs !== null).length,
      nodes: uniqueSorted(impacts.flatMap(({ nodes }) => nodes)),
      formerTxPerSec: over(({ formerTxPerSec }) => formerTxPerSec),
      heldTxPerSec: over(({ heldTxPerSec }) => heldTxPerSec),
      keptRatio: over(({ keptRatio }) => keptRatio),
      offeredRatio: over(({ offeredRatio }) => offeredRatio),
      silenceMs: over(({ silenceMs }) => silenceMs),
      recoveredMs: over(({ recoveredMs }) => recoveredMs),
      back: ended('back'),
      never: ended('never'),
      unknown: ended('unknown'),
      resolutionMs: resolutions.length === 0 ? null : Math.max(...resolutions),
      logsAgree: logs.length === 0 ? null : logs.every((agree) => agree),
      overlaps: uniqueSorted(impacts.flatMap(({ overlaps }) => overlaps)),
      witnesses: [...new Set(impacts.flatMap(({ witness }) => witness?.text ?? []))],
      error: impacts.find(({ error }) => error !== null)?.error ?? null,
    },
  ];
}

function uniqueSorted(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
