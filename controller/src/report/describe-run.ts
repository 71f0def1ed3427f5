/** A run in words, shared by the terminal and the HTML report. */
import { groupBy } from '../lib/group-by.ts';
import { formatBytes, formatDuration, formatNumber } from '../lib/units.ts';
import { describeVaried } from '../model/axes.ts';
import type { CellFinding, CellReason, Headline } from '../model/finding.ts';
import type { Cell, CellSettings } from '../model/plan.ts';
import { reasonCodes, reasonKindOf } from '../model/reason-kinds.ts';
import type { RunRecord } from '../model/record.ts';
import { nounOf, wordCell, wordCells } from '../model/word-cell.ts';
import { worseReason } from '../model/worse-reason.ts';
import { describeReading } from '../plan/describe-matrix.ts';
import { describeNetworks, listShapers } from '../plan/describe-network.ts';
import { describePlacements } from '../plan/describe-placement.ts';
import { describeTopology } from '../plan/describe-topology.ts';
import { noValue } from './format-value.ts';

/** The word that goes with the colour of a headline. */
export const headlineWords: Readonly<Record<Headline['kind'], string>> = {
  'safety-violation': 'SAFETY VIOLATION',
  failed: 'FAILED',
  invalid: 'INVALID',
  'host-limited': 'HOST-LIMITED',
  suspect: 'SUSPECT',
  valid: 'VALID',
};

/** How bad a headline is: green, yellow or red. */
export function headlineTone(kind: Headline['kind']): 'good' | 'caution' | 'bad' {
  switch (kind) {
    case 'valid':
      return 'good';
    case 'host-limited':
    case 'suspect':
      return 'caution';
    case 'safety-violation':
    case 'failed':
    case 'invalid':
      return 'bad';
  }
}

/** `docker, netem (wan), 600 tx/s offered (poisson, 128 B each), 5 repetitions of 20 s per size, seed 7` */
export function describeLoad(run: RunRecord): string {
  const { cells, scenario } = run.plan;
  const { repetitions, seed } = scenario;
  const over = describeTopologies(run.plan);
  const rate = `${each(cells, ({ load }) => formatNumber(load.rateTxPerSec, 1))} tx/s offered`;
  const arrivals = each(cells, ({ load }) => load.arrivals);
  const size = each(cells, ({ load }) => formatBytes(load.sizeBytes));
  const window = each(cells, ({ phases }) => formatDuration(phases.measureMs));
  const times = `${repetitions} ${repetitions === 1 ? 'repetition' : 'repetitions'}`;
  const signed = describeSignatures(cells);
  const others = describeVaried(run.plan.axes.filter(({ field }) => !toldFields.test(field)));
  return (
    `${run.runtime}, ${describeShaping(run)}${over}${signed}, ${rate} (${arrivals}, ${size} each), ` +
    `${times} of ${window} per ${nounOf(cells)}, seed ${seed}${others === '' ? '' : `; ${others}`}`
  );
}

/** Axes that the line above tells with what they are an axis of. */
const toldFields =
  /^(load|load\.(rate|size|arrivals)|network(\..*)?|topology(\..*)?|phases\.measure|shaper|engine\.signature)$/;

/** A setting of all cells: `200 | 1,000` where it is not the same in all. */
function each(cells: readonly Cell[], word: (settings: CellSettings) => string): string {
  return [...new Set(cells.map(({ settings }) => word(settings)))].join(' | ');
}

/** `, signed with ml-dsa-44`; empty where nobody asked for anything but the default. */
function describeSignatures(cells: readonly Cell[]): string {
  // Runs that were stored before there was a choice say nothing of it.
  const schemes = each(cells, ({ signature = 'ed25519' }) => signature);
  return schemes === 'ed25519' ? '' : `, signed with ${schemes}`;
}

/** ` over mesh (degree 4)`; empty where everybody is linked to everybody. */
function describeTopologies({ cells }: RunRecord['plan']): string {
  const words = cells.map(({ settings }) => describeTopology(settings.topology));
  const linked = words.every((word) => word === null);
  return linked ? '' : ` over ${[...new Set(words.map((word) => word ?? 'full'))].join(' | ')}`;
}

/**
 * `netem (wan)`; `netem (regions: eu 2, us 2; matrix aws.csv, read as one-way delays)`; `unshaped`.
 * Results under different shapers are never compared.
 */
export function describeShaping({ plan }: RunRecord): string {
  if (plan.shaper === 'none') return 'unshaped';
  const readings = plan.cells.map(({ settings }) => describeReading(settings.network) ?? '');
  const matrix = [...new Set(readings)]
    .filter((reading) => reading !== '')
    .map((reading) => `; matrix ${reading}`)
    .join('');
  const placement = describePlacements(plan);
  const placed = placement === null ? '' : `; nodes placed ${placement}`;
  return `${listShapers(plan.cells)} (${describeNetworks(plan)}${matrix}${placed})`;
}

/** A reason, and the cells that share it. */
export interface Concern {
  /** `n = 4, 7` */
  readonly where: string;
  /** How bad the reason is, which may be worse than the verdict on the cell. */
  readonly verdict: CellReason['verdict'];
  /** The worst of them, a full sentence. */
  readonly text: string;
  /** `3 of 10 repetitions, worst at n = 7`; empty where that goes without saying. */
  readonly extent: string;
}

/** Said elsewhere: in the headline and by the other reasons; in the warnings. */
const impliedCodes: ReadonlySet<string> = new Set([
  reasonCodes.tooFewRepetitions,
  reasonCodes.limitsNotEnforced,
]);

/**
 * The reasons of all cells, one for each code. First the worst of each kind (docs/verdicts.md), so
 * that five reasons of a busy host do not hide the one that says that the load was rejected; within
 * that, and after it, the worst first.
 */
export function listConcerns(cells: readonly CellFinding[]): readonly Concern[] {
  const told = cells.flatMap((cell) => {
    const telling = cell.reasons.filter(({ code }) => !impliedCodes.has(code));
    return (telling.length > 0 ? telling : cell.reasons).map((reason) => ({ cell, reason }));
  });
  const byCode = groupBy(told, ({ reason }) => reason.code);
  const concerns = [...byCode].map(([code, group]): Concern & { readonly kind: string } => {
    const worst = group.map(({ reason }) => reason).reduce(worseReason);
    return {
      kind: reasonKindOf(code),
      where: wordCells(
        group.map(({ cell }) => cell),
        cells,
      ),
      verdict: worst.verdict,
      text: worst.text.endsWith('.') ? worst.text : `${worst.text}.`,
      extent: describeExtent(group, worst),
    };
  });
  const ordered = worstFirst(concerns);
  const leading = ordered.filter(
    ({ kind }, at) => ordered.findIndex((other) => other.kind === kind) === at,
  );
  return [...leading, ...ordered.filter((concern) => !leading.includes(concern))].map(
    ({ kind: _kind, ...concern }) => concern,
  );
}

function worstFirst<C extends Concern>(concerns: readonly C[]): readonly C[] {
  return (['invalid', 'suspect'] as const).flatMap((verdict) =>
    concerns.filter((concern) => concern.verdict === verdict),
  );
}

function describeExtent(
  group: readonly { readonly cell: CellFinding; readonly reason: CellReason }[],
  worst: CellReason,
): string {
  const done = group.reduce((sum, { cell }) => sum + cell.repetitions.length, 0);
  const affected = group.reduce((sum, { reason }) => sum + (reason.repetitions ?? 0), 0);
  const worstAt = group.find(({ reason }) => reason === worst)?.cell;
  const parts: string[] = [];
  if (affected > 0 && affected < done) parts.push(`${affected} of ${done} repetitions`);
  else if (affected > group.length) parts.push(`all ${done} repetitions`);
  if (group.length > 1 && worst.value !== null && worstAt !== undefined) {
    parts.push(`worst at ${wordCell(worstAt)}`);
  }
  return parts.join(', ');
}

/** What stands around figures that are not to be used. */
export const notValidNote = '( ) = not valid: do not use';

/** A figure of a cell that is not valid stands in parentheses, wherever it is printed. */
export function markInvalid(text: string, { verdict }: Pick<CellFinding, 'verdict'>): string {
  return verdict === 'invalid' && text !== noValue ? `(${text})` : text;
}
