/** The tables of the report: figures per cell, and every repetition. */
import type { CellFinding, RepetitionFinding, RunFinding } from '../../model/finding.ts';
import type { Verdict } from '../../model/record.ts';
import { type CellColumn, cellColumns } from '../cell-columns.ts';
import { markInvalid, notValidNote } from '../describe-run.ts';
import {
  allFigures,
  expenseFigures,
  type Figure,
  performanceFigures,
  resourceFigures,
} from '../figures.ts';
import { formatSpread, noValue } from '../format-value.ts';
import { shareBeside } from '../latency-share.ts';
import { drawTable, type Head } from './draw-table.ts';
import { type Child, element, lines, type Markup } from './markup.ts';

const spreadNote =
  'mean over the counted repetitions, 95 % interval below (of two repetitions, both values)';

const tones: Readonly<Record<Verdict, string>> = {
  valid: 'good',
  suspect: 'caution',
  invalid: 'bad',
};

const shownElsewhere = [...performanceFigures, ...expenseFigures, ...resourceFigures];
const expense: readonly Figure[] = [
  ...expenseFigures,
  ...allFigures.filter((figure) => !shownElsewhere.includes(figure)),
];

/** Three tables with one row per cell. */
export function drawCellTables(finding: RunFinding): Markup {
  const { cells } = finding;
  const leads = cellColumns(finding);
  const verdicts = cells.map((cell) => [
    verdictCell(cell.verdict),
    element('td', {}, countCounted(cell)),
    element(
      'td',
      { title: describeQuality(cell) },
      `${Math.round(cell.quality.score)}`,
      element('small', {}, cell.quality.band),
    ),
  ]);
  const isMarked = cells.some(({ verdict, basis }) => verdict === 'invalid' && basis !== 'none');
  return lines([
    isMarked ? element('p', { class: 'note' }, `${notValidNote}.`) : null,
    drawTable(
      `Throughput and commit latency: ${spreadNote}`,
      [
        ...leads.map(leadHead),
        'verdict',
        'counted',
        'quality',
        ...performanceFigures.map(({ heading }) => heading),
      ],
      cells.map((cell, row) => [
        leadCells(leads, cell),
        verdicts[row] ?? null,
        performanceFigures.map((figure) => figureCell(cell, figure)),
      ]),
    ),
    figureTable('Success and cost', finding, expense),
    figureTable(
      'What a node used (memory: the most in the window, so it grows with its length)',
      finding,
      resourceFigures,
    ),
  ]);
}

function figureTable(title: string, finding: RunFinding, figures: readonly Figure[]): Markup {
  const leads = cellColumns(finding);
  return drawTable(
    `${title}: ${spreadNote}`,
    [...leads.map(leadHead), ...figures.map(({ heading }) => heading)],
    finding.cells.map((cell) => [
      leadCells(leads, cell),
      figures.map((figure) => figureCell(cell, figure)),
    ]),
  );
}

function leadHead({ heading, isNumeric }: CellColumn): Head {
  return { text: heading, className: isNumeric ? null : 'lead' };
}

function leadCells(leads: readonly CellColumn[], cell: CellFinding): Child {
  return leads.map(({ isNumeric, textOf }) =>
    element('td', { class: isNumeric ? null : 'lead' }, textOf(cell)),
  );
}

/** One row per repetition, earlier attempts included. */
export function drawRepetitionTable(finding: RunFinding): Markup {
  const leads = cellColumns(finding);
  const shown = [...performanceFigures, ...expenseFigures.slice(0, 1)];
  const attempts = finding.cells.flatMap((cell) =>
    [...cell.repetitions, ...cell.superseded]
      .sort((a, b) => a.repetition - b.repetition || a.attempt - b.attempt)
      .map((one) => ({ one, cell })),
  );
  const heads = [
    ...leads.map(leadHead),
    'repetition',
    'verdict',
    ...shown.map(({ heading }) => heading),
  ];
  const rows = attempts.map(({ one, cell }): Child[] => [
    leadCells(leads, cell),
    element('td', {}, describeAttempt(one, cell)),
    verdictCell(one.verdict),
    shown.map((figure) => {
      const value = figure.ofRepetition(one.figures);
      return element(
        'td',
        { 'data-repetition': `${one.id}#${one.attempt}`, 'data-figure': figure.key },
        value === null ? noValue : figure.format(value),
        value === null ? null : small(shareBeside(figure, one.figures.successRatio)),
      );
    }),
  ]);
  // Reasons are sentences: they get the width of the table, below the figures they are about.
  const shownRows = attempts.flatMap(({ one }, row) => {
    const cells = rows[row] ?? [];
    const tone = one.isCounted ? '' : 'excluded';
    const trouble = describeTrouble(one);
    if (trouble === '') return [{ cells, tone }];
    const why = element(
      'td',
      { class: 'prose', colspan: heads.length - leads.length },
      element('span', {}, trouble),
    );
    return [
      { cells, tone: `${tone} explained`.trimStart() },
      { cells: [...leads.map(() => element('td', {})), why], tone },
    ];
  });
  return drawTable(
    'Grey rows are not counted.',
    heads,
    shownRows.map((row) => row.cells),
    shownRows.map(({ tone }) => (tone === '' ? null : tone)),
  );
}

function figureCell(cell: CellFinding, figure: Figure): Markup {
  const estimate = figure.ofCell(cell);
  const spread = formatSpread(estimate, figure.format);
  return element(
    'td',
    {
      'data-cell': cell.cellId,
      'data-figure': figure.key,
      class: cell.verdict === 'invalid' ? 'unusable' : null,
    },
    estimate === null ? noValue : markInvalid(figure.format(estimate.mean), cell),
    spread === noValue ? null : element('small', {}, spread),
    estimate === null ? null : small(shareBeside(figure, cell.latency.shareOfDue)),
  );
}

function small(text: string): Child {
  return text === '' ? null : element('small', {}, text);
}

function verdictCell(verdict: Verdict): Markup {
  return element('td', { class: `verdict ${tones[verdict]}` }, verdict);
}

function countCounted(cell: CellFinding): Child {
  const valid = cell.repetitions.filter(({ verdict }) => verdict === 'valid').length;
  return [
    `${cell.repetitionsCounted} of ${cell.repetitionsPlanned}`,
    element('small', {}, `${valid} valid`),
  ];
}

function describeQuality({ quality }: CellFinding): string {
  return quality.weakest === null ? 'nothing is missing' : `weakest part: ${quality.weakest}`;
}

function describeAttempt(one: RepetitionFinding, { superseded }: CellFinding): Child {
  const wasRedone = superseded.includes(one);
  // People count from 1, as the progress of a run does.
  const number = `${one.repetition + 1}`;
  if (wasRedone) return [number, element('small', {}, 'done again')];
  return one.attempt === 0 ? number : [number, element('small', {}, `attempt ${one.attempt + 1}`)];
}

function describeTrouble({ reasons, failure, steadiness }: RepetitionFinding): string {
  const texts = reasons.map(({ text }) => text);
  if (failure !== null && !texts.includes(failure.message)) texts.push(failure.message);
  if (steadiness.kind === 'unsteady') texts.push('Throughput did not hold still over the window.');
  return texts.join(' ');
}
