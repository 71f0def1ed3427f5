/** What a plan does at which times, as a person reads it. Pure. */
import { formatDuration } from '../lib/units.ts';
import { wrapText } from '../lib/wrap-text.ts';
import type { Cell, Plan } from '../model/plan.ts';
import type { PlannedEvent } from '../model/timeline.ts';
import { wordCell } from '../model/word-cell.ts';

const eventsMax = 40;

/**
 * The events on nodes, with their ends; what happens to the network is told with the network. Of
 * the largest cell, as shares name its nodes; of each value where they are varied.
 */
export function formatTimeline({ cells, axes }: Plan, columns: number): string[] {
  const fields = axes.map(({ field }) => field).filter((one) => /^(timeline|expect)$/.test(one));
  const byTimeline = new Map<string, Cell>();
  for (const cell of cells) byTimeline.set(wordOf(cell, fields), cell);
  return [...byTimeline].flatMap(([words, cell]) => {
    const text = formatEvents(cell, columns);
    return words === '' || text.length === 0 ? text : ['', words, ...text];
  });
}

function wordOf({ coordinates }: Cell, fields: readonly string[]): string {
  return wordCell({ coordinates: coordinates.filter(({ axis }) => fields.includes(axis)) });
}

function formatEvents({ timeline, settings }: Cell, columns: number): string[] {
  const events = timeline.filter((event) => 'action' in event);
  const { expect } = settings;
  const expected = expect.length === 0 ? [] : [`expected: ${expect.join(', ')}`];
  if (events.length === 0) return expected.length === 0 ? [] : ['', ...expected];
  const listed = events.slice(0, eventsMax);
  const width = Math.max(6, ...listed.map((event) => spanOf(event).length)) + 2;
  const rest = events.length - listed.length;
  return [
    '',
    'done to nodes, after the start of the measured window:',
    ...listed.map((event) =>
      wrapText(`  ${spanOf(event).padEnd(width)}${event.text}`, columns, ' '.repeat(2 + width)),
    ),
    ...(rest > 0 ? [`  ... ${rest} more: --json has all`] : []),
    ...expected,
  ];
}

function spanOf({ atMs, endMs }: PlannedEvent): string {
  const at = (ms: number): string => (ms === 0 ? '0 s' : formatDuration(ms));
  return endMs === null ? at(atMs) : `${at(atMs)} to ${at(endMs)}`;
}
