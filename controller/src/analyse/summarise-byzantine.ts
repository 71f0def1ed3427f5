import { sizeAxis } from '../model/axis.ts';
import type { Safety } from '../model/byzantine.ts';
import { type ByzantineRecord, byzantineNodes, type Misbehaviours } from '../model/byzantine.ts';
import type { ByzantineFinding, Liveness } from '../model/byzantine-finding.ts';
import type { CellFinding } from '../model/finding.ts';
import type { Cell } from '../model/plan.ts';
import type { RepetitionRecord } from '../model/record.ts';
import { describeBehaviours } from '../plan/describe-behaviours.ts';
import { judgeAttempt } from './judge-attempt.ts';

/** What members that broke the rules cost the others. Definitions: docs/methods.md. Pure. */

/** Of the throughput that is left to expect, and of the median latency. */
const throughputMin = 0.9;
const latencyMax = 2;

export interface AnalysedCell {
  readonly cell: Cell;
  readonly finding: CellFinding;
  /** Last attempts. */
  readonly records: readonly RepetitionRecord[];
}

/** @returns the findings in the same order; those of cells with an adversary say what it did */
export function summariseByzantine(all: readonly AnalysedCell[]): readonly CellFinding[] {
  return all.map((one) => {
    const { cell, finding, records } = one;
    const told = records.flatMap(({ byzantine }) => byzantine ?? []);
    if (!told.some(({ members }) => members.length > 0)) return finding;
    const baseline = all.find((other) => other !== one && isBaseline(other, cell)) ?? null;
    return { ...finding, byzantine: summarise(one, told, baseline) };
  });
}

/**
 * Nobody is Byzantine from the start, and whatever else was varied is the same. One whose figures
 * do not count is no measure of anything.
 */
function isBaseline({ cell, finding }: AnalysedCell, of: Cell): boolean {
  return (
    finding.basis === 'counted' &&
    byzantineNodes(cell.nodes).length === 0 &&
    placeOf(cell) === placeOf(of)
  );
}

/** In one repetition at most. */
function membersOf(records: readonly RepetitionRecord[]): number {
  return Math.max(0, ...records.map(({ byzantine }) => byzantine?.members.length ?? 0));
}

/** Its coordinates but for who is Byzantine. */
function placeOf({ coordinates }: Cell): string {
  return coordinates
    .filter(({ axis }) => axis === sizeAxis || !/^byzantine(\.|$)/.test(axis))
    .map(({ axis, text }) => `${axis}=${text}`)
    .join('\n');
}

function summarise(
  { cell, finding, records }: AnalysedCell,
  told: readonly ByzantineRecord[],
  base: AnalysedCell | null,
): ByzantineFinding {
  const { nodeCount, faultyMax } = cell;
  const members = membersOf(records);
  const baseline = base?.finding;
  const clientsLeft = nodeCount - membersOf(base?.records ?? []);
  const offeredRatio = clientsLeft === 0 ? 0 : (nodeCount - members) / clientsLeft;
  const ratios = {
    throughputRatio: ratio(finding.throughputTxPerSec?.mean, baseline?.throughputTxPerSec?.mean),
    latencyRatio: ratio(finding.latency.p50?.mean, baseline?.latency.p50?.mean),
    offeredRatio,
  };
  return {
    nodes: ascending(told.flatMap((one) => one.members.map(({ nodeIndex }) => nodeIndex))),
    members,
    faultyMax,
    isBeyond: members > faultyMax,
    behaviours: wordsOf(cell),
    safety: worstSafety(records),
    liveness: livenessOf({ ...ratios, successRatio: successOver(finding, baseline) }, records),
    baseline: baseline?.cellId ?? null,
    ...ratios,
    misbehaviours: addUp(told),
    evidence: countEvidence(told),
    differing: ascending(
      told.flatMap((one) =>
        one.members.flatMap(({ nodeIndex, differsAtHeight }) =>
          differsAtHeight === null ? [] : nodeIndex,
        ),
      ),
    ),
  };
}

function wordsOf({ nodes, timeline }: Cell): string {
  const roles = nodes.flatMap(({ role }) =>
    role === 'honest' ? [] : describeBehaviours(role.behaviours),
  );
  const events = timeline.flatMap((event) =>
    event.kind === 'behaviour' && event.action.kind === 'behaviour'
      ? describeBehaviours(event.action.behaviours)
      : [],
  );
  return [...new Set([...roles, ...events])].join('; ');
}

function worstSafety(records: readonly RepetitionRecord[]): Safety {
  const found = records.map((record) => judgeAttempt(record).safety);
  if (found.includes('broken')) return 'broken';
  return found.includes('unverified') ? 'unverified' : 'held';
}

/**
 * Of what honest clients had due, the part that was committed, over that of the baseline, if there
 * is one: what Byzantine members pass on of their own clients does not make up for it.
 */
function successOver(finding: CellFinding, baseline: CellFinding | undefined): number | null {
  const own = finding.successRatio?.mean;
  return own === undefined ? null : own / (baseline?.successRatio?.mean || 1);
}

function livenessOf(
  { throughputRatio, latencyRatio, offeredRatio, successRatio }: Ratios,
  records: readonly RepetitionRecord[],
): Liveness {
  if (records.some((record) => judgeAttempt(record).isHalted)) return 'lost';
  const parts = [
    throughputRatio === null || offeredRatio === 0 ? null : throughputRatio / offeredRatio,
    successRatio,
  ].filter((part) => part !== null);
  if (parts.length === 0) return 'unknown';
  const kept = Math.min(...parts);
  const isSlow = kept < throughputMin || (latencyRatio !== null && latencyRatio > latencyMax);
  return isSlow ? 'slowed' : 'kept';
}

interface Ratios
  extends Pick<ByzantineFinding, 'throughputRatio' | 'latencyRatio' | 'offeredRatio'> {
  readonly successRatio: number | null;
}

function addUp(told: readonly ByzantineRecord[]): Misbehaviours | null {
  const known = told.flatMap(({ members }) => members.flatMap((one) => one.misbehaviours ?? []));
  if (known.length === 0) return null;
  const sums = new Map<string, number>();
  for (const misbehaviours of known) {
    for (const [name, count] of Object.entries(misbehaviours)) {
      sums.set(name, (sums.get(name) ?? 0) + count);
    }
  }
  return Object.fromEntries(sums);
}

function countEvidence(told: readonly ByzantineRecord[]): ByzantineFinding['evidence'] {
  const pieces = told.flatMap(({ evidence, members }) =>
    evidence.map((piece) => ({
      ...piece,
      isHonest: !members.some(({ nodeIndex }) => nodeIndex === piece.offender),
    })),
  );
  const proven = pieces.filter(({ flaw }) => flaw === null);
  return {
    pieces: pieces.length,
    proven: proven.length,
    againstHonest: proven.filter(({ isHonest }) => isHonest).length,
    offenders: ascending(proven.map(({ offender }) => offender)),
  };
}

function ascending(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function ratio(part: number | undefined, whole: number | undefined): number | null {
  return part === undefined || whole === undefined || whole === 0 ? null : part / whole;
}
