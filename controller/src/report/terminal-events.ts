/** Events in the terminal: a line for each, in the manner of EXPLAIN. */
import type { RunFinding } from '../model/finding.ts';
import {
  describeBasis,
  describeEffect,
  describeResolution,
  eventfulCells,
  nameEvent,
  timeOf,
} from './event-rows.ts';
import { wrapSentence } from './wrap-sentence.ts';

/** The others are in the HTML report. */
const eventsMax = 12;

/** A block of lines for each cell with a timeline; none for other runs. */
export function renderEvents(
  { cells }: RunFinding,
  columns: number,
): readonly (readonly string[])[] {
  return eventfulCells(cells).map((one) => {
    const shown = one.events.slice(0, eventsMax);
    const width = Math.max(...shown.map((event) => timeOf(event).length));
    const left = one.events.length - shown.length;
    const resolution = describeResolution(one);
    return [
      wrapSentence(`Events at n = ${one.cell.nodeCount}, ${describeBasis(one)}:`, columns),
      ...shown.map((event) => {
        const lead = `  ${timeOf(event).padStart(width)}  `;
        const effect = describeEffect(event, one.events).join(', ');
        const indent = ' '.repeat(lead.length + 2);
        return wrapSentence(`${lead}${nameEvent(event)}: ${effect}`, columns, indent);
      }),
      ...(left > 0 ? [`  ... and ${left} more in the HTML report`] : []),
      ...(resolution === null ? [] : [wrapSentence(resolution, columns)]),
    ];
  });
}
