/**
 * Reports: a finding in, text out. Pure: a renderer may know the model and nothing else; it does
 * not compute figures, it prints those of the finding, and reads no clock, file or environment.
 */
import type { CellFinding, RunFinding } from '../model/finding.ts';
import { isLatencyWhole } from '../model/latency-share.ts';
import { isSizeAlone, wordCell } from '../model/word-cell.ts';
import { cellColumns } from './cell-columns.ts';
import { describeClaims } from './describe-claims.ts';
import { describeFloors } from './describe-floor.ts';
import {
  describeLoad,
  headlineTone,
  headlineWords,
  listConcerns,
  markInvalid,
  notValidNote,
} from './describe-run.ts';
import {
  expenseFigures,
  type Figure,
  latencyFigures,
  overlayFiguresOf,
  performanceFigures,
  resourceFigures,
  throughputFigure,
} from './figures.ts';
import { formatPercent, formatSpread, noValue } from './format-value.ts';
import { shareBeside } from './latency-share.ts';
import { renderByzantine } from './terminal-byzantine.ts';
import { renderEvents } from './terminal-events.ts';
import { renderNetwork } from './terminal-network.ts';
import { drawBar, scaleFor } from './text-bars.ts';
import { joinGroups, layoutTables, type TextColumn, widthOf } from './text-table.ts';
import { wrapSentence } from './wrap-sentence.ts';

export interface TerminalOptions {
  /** Longest line, >= 40. */
  readonly columns: number;
  /** Whether escape sequences may be used. */
  readonly color: boolean;
  /** Where the full report and the data are, label first; empty if nothing was written. */
  readonly files?: readonly { readonly label: string; readonly path: string }[];
}

/** The result as a person reads it in a terminal or a log. Ends without a line break. */
export function renderTerminal(finding: RunFinding, options: TerminalOptions): string {
  const { run, cells, warnings } = finding;
  const { columns, files = [] } = options;
  const claims = describeClaims(run);
  const sections = [
    [renderHeadline(finding, options)],
    [
      wrapSentence(`${run.name}, run ${run.id}: ${describeLoad(run)}`, columns),
      ...(claims === null ? [] : [wrapSentence(`nodes say they are: ${claims}`, columns)]),
    ],
    ...renderTables(finding, columns),
    renderBars(cells, columns),
    ...renderByzantine(finding, columns),
    renderFloors(cells, columns),
    ...renderEvents(finding, columns),
    ...renderNetwork(finding, columns),
    renderReasons(cells, options),
    renderWarnings(warnings, columns),
    renderFiles(files),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

type Style = 'good' | 'caution' | 'bad';
const escapes: Readonly<Record<Style, string>> = { good: '32', caution: '33', bad: '31' };

function paint(text: string, style: Style, color: boolean): string {
  return color ? `\u001b[1;${escapes[style]}m${text}\u001b[0m` : text;
}

function renderHeadline({ headline }: RunFinding, { columns, color }: TerminalOptions): string {
  const word = headlineWords[headline.kind];
  const wrapped = wrapSentence(`${word}  ${headline.text}`, columns, ' '.repeat(2));
  return paint(word, headlineTone(headline.kind), color) + wrapped.slice(word.length);
}

function renderFloors(cells: readonly CellFinding[], columns: number): readonly string[] {
  const text = describeFloors(cells);
  return text === null ? [] : [wrapSentence(text, columns)];
}

function renderTables(finding: RunFinding, columns: number): readonly (readonly string[])[] {
  const { cells } = finding;
  const leads = leadColumns(finding, columns);
  const [rates, latencies] = [false, true].map((wanted) =>
    performanceFigures.filter(({ isLatency = false }) => isLatency === wanted),
  ) as [Figure[], Figure[]];
  const performance = [
    ...columnsOf(rates.slice(0, 1), cells),
    column(nameSpread(cells), cells, (cell) =>
      markInvalid(formatSpread(throughputFigure.ofCell(cell), throughputFigure.format), cell),
    ),
    ...columnsOf(rates.slice(1), cells),
  ];
  const isPartial = cells.some(({ latency }) => !isLatencyWhole(latency.shareOfDue));
  const latency = [
    ...(isPartial ? [column('of due', cells, shareText)] : []),
    ...columnsOf(latencies, cells),
  ];
  const expense = [
    column('valid', cells, countValid),
    column('verdict', cells, (cell) => cell.verdict),
    ...columnsOf([...expenseFigures, ...overlayFiguresOf(cells)], cells),
  ];
  const groups = [performance, latency, expense, columnsOf(resourceFigures, cells)];
  const parts = joinGroups(leads, groups, columns).flatMap((group) =>
    layoutTables([...leads, ...group], columns, leads.length),
  );
  const texts = groups.flat().flatMap((one) => one.cells);
  const hasInterval = cells.some((cell) => throughputFigure.ofCell(cell)?.interval);
  const notes = [
    ...(texts.some((text) => text.startsWith('(')) ? [`${notValidNote}.`] : []),
    `Means over repetitions${hasInterval ? ' with a 95 % t interval' : ''}; latency from due time to commit, in ms.`,
    ...(isPartial
      ? ['Latencies are of the share "of due" of the transactions: the rest was not committed.']
      : []),
    'MiB/node: the most in the window, mean over nodes; it grows with the length of the window.',
    ...(texts.includes(noValue)
      ? [`A ${noValue} stands where there is no value: not measured, or too little of it.`]
      : []),
  ];
  return [...parts, notes.map((note) => wrapSentence(note, columns))];
}

/** Axes as far as they leave half of the width to figures; else the names of the cells, made of them. */
function leadColumns(finding: RunFinding, columns: number): readonly TextColumn[] {
  const { cells } = finding;
  const leads = cellColumns(finding).map(
    ({ heading, isNumeric, textOf }): TextColumn => ({
      heading,
      align: isNumeric ? 'right' : 'left',
      cells: cells.map(textOf),
    }),
  );
  if (leads.length === 1 || widthOf(leads) <= columns / 2) return leads;
  return [{ heading: 'cell', align: 'left', cells: cells.map(({ cellId }) => cellId) }];
}

function shareText(cell: CellFinding): string {
  const { shareOfDue } = cell.latency;
  return shareOfDue === null ? noValue : markInvalid(formatPercent(shareOfDue), cell);
}

/** What `formatSpread` shows of throughput; of a run that is cut short it can be both. */
function nameSpread(cells: readonly CellFinding[]): string {
  const estimates = cells.flatMap((cell) => throughputFigure.ofCell(cell) ?? []);
  const hasInterval = estimates.some(({ interval }) => interval !== null);
  const hasPair = estimates.some(
    ({ interval, values }) => interval === null && values.length === 2,
  );
  if (!hasPair) return '95 % interval';
  return hasInterval ? 'interval or both' : 'both values';
}

function columnsOf(figures: readonly Figure[], cells: readonly CellFinding[]): TextColumn[] {
  return figures.map((figure) =>
    column(figure.heading, cells, (cell) => {
      const estimate = figure.ofCell(cell);
      return estimate === null ? noValue : markInvalid(figure.format(estimate.mean), cell);
    }),
  );
}

function column(
  heading: string,
  cells: readonly CellFinding[],
  text: (cell: CellFinding) => string,
): TextColumn {
  return { heading, align: 'right', cells: cells.map(text) };
}

/** Valid over planned; suspect ones are counted in the figures but are not valid. */
function countValid(cell: CellFinding): string {
  const valid = cell.repetitions.filter(({ verdict }) => verdict === 'valid').length;
  return `${valid}/${cell.repetitionsPlanned}`;
}

/** Room for the longer title; below it the two panels stand one under the other. */
const panelWidthMin = 28;
const panelWidthMax = 36;

/** More combinations than a screen has lines are for the charts of the HTML report. */
const barsMax = 40;

/** Two cells or more make a curve: throughput and median latency side by side. */
function renderBars(cells: readonly CellFinding[], columns: number): readonly string[] {
  const drawable = cells.filter((cell) => cell.throughputTxPerSec !== null).length;
  const areSizes = isSizeAlone(cells);
  if (drawable < 2 || (!areSizes && cells.length > barsMax)) return [];
  const labels = cells.map((cell) => (areSizes ? wordCell(cell) : cell.cellId));
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const half = Math.floor((columns - labelWidth - 4) / 2);
  const isWide = half >= panelWidthMin;
  const panelWidth = Math.min(panelWidthMax, isWide ? half : columns - labelWidth - 2);
  const panels = [
    drawPanel('committed tx/s', throughputFigure, cells, panelWidth),
    drawPanel('p50 latency, ms', latencyFigures.p50, cells, panelWidth),
  ];
  return (isWide ? [panels] : panels.map((panel) => [panel])).flatMap((beside) =>
    ['', ...labels].map((label, row) => {
      const drawn = beside.map((panel) => (panel[row] ?? '').padEnd(panelWidth));
      return [label.padStart(labelWidth), ...drawn].join('  ').trimEnd();
    }),
  );
}

/** A title, then one bar per cell. */
function drawPanel(
  title: string,
  figure: Figure,
  cells: readonly CellFinding[],
  width: number,
): readonly string[] {
  const values = cells.map((cell) => figure.ofCell(cell)?.mean ?? null);
  const texts = cells.map((cell, row) => {
    const value = values[row] ?? null;
    if (value === null) return noValue;
    const text = markInvalid(figure.format(value), cell);
    return `${text} ${shareBeside(figure, cell.latency.shareOfDue)}`.trimEnd();
  });
  const barWidth = width - 1 - Math.max(...texts.map((text) => text.length));
  const scale = scaleFor(values.filter((value) => value !== null));
  const bars = values.map((value, row) => {
    const bar = value === null ? '' : drawBar(scale.share(value), barWidth);
    return `${bar} ${texts[row] ?? noValue}`.trimStart();
  });
  const noted = `${title} (log scale)`;
  const heading = noted.length <= width ? noted : `${title} (log)`;
  return [scale.isLog ? heading : title, ...bars];
}

/** A newcomer reads a handful of lines; the rest is in the report. */
const linesMax = 5;
/** What a host could not give (clamped limits, a shaper that is not the kernel's) is among them. */
const warningsMax = 8;

function renderReasons(
  cells: readonly CellFinding[],
  { columns, color }: TerminalOptions,
): readonly string[] {
  const tones = { suspect: 'caution', invalid: 'bad' } as const;
  const concerns = listConcerns(cells);
  const texts = concerns.slice(0, linesMax).map(({ where: cell, verdict, text, extent }) => {
    const lead = `  ${verdict}  `;
    const where = extent === '' ? cell : `${cell} (${extent})`;
    const wrapped = wrapSentence(`${lead}${where}: ${text}`, columns, ' '.repeat(lead.length));
    return `  ${paint(verdict, tones[verdict], color)}${wrapped.slice(2 + verdict.length)}`;
  });
  return texts.length === 0
    ? []
    : ['Why not all is valid:', ...texts, ...more(concerns.length - linesMax, 'reason')];
}

function renderWarnings(warnings: readonly string[], columns: number): readonly string[] {
  if (warnings.length === 0) return [];
  const texts = warnings
    .slice(0, warningsMax)
    .map((text) => wrapSentence(`  - ${text}`, columns, '    '));
  return [
    'Before you use these numbers:',
    ...texts,
    ...more(warnings.length - warningsMax, 'remark'),
  ];
}

function more(left: number, noun: string): readonly string[] {
  if (left <= 0) return [];
  return [`  ... and ${left} more ${noun}${left === 1 ? '' : 's'} in the HTML report`];
}

function renderFiles(files: NonNullable<TerminalOptions['files']>): readonly string[] {
  const width = Math.max(0, ...files.map(({ label }) => label.length));
  return files.map(({ label, path }) => `${label.padEnd(width)}  ${path}`);
}
