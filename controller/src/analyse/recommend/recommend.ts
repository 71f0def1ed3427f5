import type { RunFinding } from '../../model/finding.ts';
import type { GroupAssessment, Recommendation } from '../score/assessment.ts';
import { recommendOfCells } from './cell-rules.ts';
import { recommendOfGroup } from './group-rules.ts';

/**
 * Rules, each with the numbers that made it fire, and the experiment that would tell more.
 * @param quality mean over the cells, 0-100: no advice is surer than its data
 */
export function recommend(
  finding: RunFinding,
  groups: readonly GroupAssessment[],
  quality: number,
): readonly Recommendation[] {
  const all = [
    ...recommendOfCells(finding),
    ...groups.flatMap((group) => recommendOfGroup(group, finding.run.plan)),
  ];
  return all.map((one) => ({ ...one, confidence: capped(one.confidence, quality) }));
}

function capped(
  confidence: Recommendation['confidence'],
  quality: number,
): Recommendation['confidence'] {
  if (quality < 60) return 'low';
  return quality < 80 && confidence === 'high' ? 'medium' : confidence;
}
