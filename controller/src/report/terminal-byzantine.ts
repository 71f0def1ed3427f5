/** Members that broke the rules in the terminal: a few lines for each cell. */
import type { RunFinding } from '../model/finding.ts';
import { wordCell } from '../model/word-cell.ts';
import {
  byzantineCells,
  describeBaselines,
  describeDiffering,
  describeEvidence,
  describeLiveness,
  describeMembers,
  describeMisbehaviours,
  describeSafety,
} from './byzantine-rows.ts';
import { wrapSentence } from './wrap-sentence.ts';

/** The others are in the HTML report. */
const cellsMax = 12;

/** One block; none for runs in which nobody was Byzantine. */
export function renderByzantine(
  { cells }: RunFinding,
  columns: number,
): readonly (readonly string[])[] {
  const all = byzantineCells(cells);
  if (all.length === 0) return [];
  const lines = all.slice(0, cellsMax).map((one) => {
    const { byzantine } = one;
    const clauses = [
      `${describeSafety(byzantine)}; ${describeLiveness(byzantine)}`,
      describeMisbehaviours(byzantine),
      describeEvidence(byzantine),
      describeDiffering(byzantine),
    ].filter((clause) => clause !== '');
    const text = `  ${wordCell(one.cell)}: ${describeMembers(one)}. ${clauses.join('; ')}.`;
    return wrapSentence(text, columns, '    ');
  });
  const left = all.length - lines.length;
  return [
    [
      'Byzantine members:',
      ...lines,
      ...(left > 0 ? [`  ... and ${left} more in the HTML report`] : []),
      wrapSentence(describeBaselines(all), columns),
    ],
  ];
}
