/** Members that broke the rules in words, shared by the terminal and the HTML report. */
import { formatNumber } from '../lib/units.ts';
import type { ByzantineFinding } from '../model/byzantine-finding.ts';
import type { CellFinding } from '../model/finding.ts';
import { nameNodes } from '../model/name-nodes.ts';
import { formatPercent } from './format-value.ts';

/** A cell with an adversary. */
export interface ByzantineCell {
  readonly cell: CellFinding;
  readonly byzantine: ByzantineFinding;
}

export function byzantineCells(cells: readonly CellFinding[]): readonly ByzantineCell[] {
  return cells.flatMap((cell) =>
    cell.byzantine === undefined ? [] : [{ cell, byzantine: cell.byzantine }],
  );
}

/** `2 of 10 (f = 3): silent` */
export function describeMembers({ cell, byzantine }: ByzantineCell): string {
  const { members, faultyMax, isBeyond, behaviours } = byzantine;
  const bound = isBeyond ? `beyond f = ${faultyMax}` : `f = ${faultyMax}`;
  return `${members} of ${cell.nodeCount} (${bound}): ${behaviours}`;
}

export function describeSafety({ safety, isBeyond }: ByzantineFinding): string {
  const promised = isBeyond ? ' (beyond f: safety is not promised)' : '';
  return `safety ${safety}${promised}`;
}

/** `liveness slowed: 61 % of throughput (80 % expected), 1.8 times the median latency` */
export function describeLiveness(byzantine: ByzantineFinding): string {
  const { liveness } = byzantine;
  const cost = describeCost(byzantine);
  return cost === '' ? `liveness ${liveness}` : `liveness ${liveness}: ${cost}`;
}

export function describeCost(byzantine: ByzantineFinding): string {
  const { throughputRatio, latencyRatio, offeredRatio } = byzantine;
  return [
    ...(throughputRatio === null
      ? []
      : [
          `${formatPercent(throughputRatio)} of throughput (${formatPercent(offeredRatio)} is left to expect)`,
        ]),
    ...(latencyRatio === null
      ? []
      : [`${Number(latencyRatio.toPrecision(2))} times the median latency`]),
  ].join(', ');
}

export function describeMisbehaviours({ misbehaviours }: ByzantineFinding): string {
  if (misbehaviours === null) return 'nobody told whether it misbehaved';
  const told = Object.entries(misbehaviours).filter(([, count]) => count > 0);
  if (told.length === 0) return 'never misbehaved';
  return `misbehaved: ${told.map(([name, count]) => `${name} ${formatNumber(count)} times`).join(', ')}`;
}

export function describeEvidence({ evidence }: ByzantineFinding): string {
  const { pieces, proven, againstHonest, offenders } = evidence;
  if (pieces === 0) return 'no evidence';
  const noun = `${formatNumber(pieces)} ${pieces === 1 ? 'piece' : 'pieces'} of evidence`;
  const what = proven === pieces ? 'proven' : `${proven} proven`;
  const whom = offenders.length === 0 ? '' : ` against ${nameNodes(offenders)}`;
  const alarm = againstHonest === 0 ? '' : `, ${againstHonest} against honest members`;
  return `${noun}${whom}, ${what}${alarm}`;
}

/** Of members whose log is not that of the others; empty if there are none. */
export function describeDiffering({ differing }: ByzantineFinding): string {
  if (differing.length === 0) return '';
  const verb = differing.length === 1 ? 'has a log of its own' : 'have logs of their own';
  return `${nameNodes(differing)} ${verb}, which breaks no promise`;
}

/** What the ratios are of. */
export function describeBaselines(cells: readonly ByzantineCell[]): string {
  const isKnown = cells.some(({ byzantine }) => byzantine.baseline !== null);
  return isKnown
    ? 'Ratios are of the cell that differs in nothing but that nobody is Byzantine. Members that break the rules take their clients with them: figures are of the honest ones.'
    : 'No cell is the same without Byzantine members, so nobody knows what they cost. Figures are of the honest ones and their clients.';
}
