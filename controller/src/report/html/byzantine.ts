/** Members that broke the rules in the HTML report: a row for each cell. */
import type { RunFinding } from '../../model/finding.ts';
import { wordCell } from '../../model/word-cell.ts';
import {
  type ByzantineCell,
  byzantineCells,
  describeBaselines,
  describeDiffering,
  describeEvidence,
  describeMembers,
  describeMisbehaviours,
} from '../byzantine-rows.ts';
import { formatPercent, noValue } from '../format-value.ts';
import { drawTable } from './draw-table.ts';
import { type Child, element, type Markup } from './markup.ts';

/** Null where nobody was Byzantine. */
export function drawByzantine({ cells }: RunFinding): Markup | null {
  const all = byzantineCells(cells);
  if (all.length === 0) return null;
  return drawTable(
    describeBaselines(all),
    ['cell', 'members', 'safety', 'liveness', 'throughput', 'p50 latency', 'what'].map((text) => ({
      text,
      className: ['cell', 'members', 'what'].includes(text) ? 'lead' : null,
    })),
    all.map(row),
  );
}

function row(one: ByzantineCell): readonly Child[] {
  const { cell, byzantine } = one;
  const { safety, liveness, isBeyond, throughputRatio, latencyRatio, offeredRatio } = byzantine;
  const notes = [
    describeMisbehaviours(byzantine),
    describeEvidence(byzantine),
    describeDiffering(byzantine),
  ].filter((note) => note !== '');
  return [
    element('td', { class: 'lead' }, wordCell(cell)),
    element('td', { class: 'lead' }, describeMembers(one)),
    element(
      'td',
      { class: safety === 'broken' ? 'off' : null },
      safety,
      isBeyond ? element('small', {}, 'not promised') : null,
    ),
    element('td', { class: liveness === 'lost' ? 'off' : null }, liveness),
    element(
      'td',
      {},
      throughputRatio === null ? noValue : formatPercent(throughputRatio),
      throughputRatio === null ? null : element('small', {}, `of ${formatPercent(offeredRatio)}`),
    ),
    element('td', {}, latencyRatio === null ? noValue : `x ${Number(latencyRatio.toPrecision(2))}`),
    element('td', { class: 'lead' }, notes.join('; ')),
  ];
}
