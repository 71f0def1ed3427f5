import { groupBy } from '../lib/group-by.ts';
import { formatDuration } from '../lib/units.ts';
import type { CellFinding } from '../model/finding.ts';
import type { Cell } from '../model/plan.ts';
import { reasonCodes } from '../model/reason-kinds.ts';
import type { RepetitionRecord, RunRecord } from '../model/record.ts';
import { nounOf, wordCell } from '../model/word-cell.ts';
import { warnOfStatistics } from '../plan/statistical-warnings.ts';
import { asClause } from './headline-words.ts';
import { warnLoad } from './warn-load.ts';

/** Repetitions from which on two sizes or runs may be compared (docs/methods.md). */
const comparisonMin = 5;

/** First attempts of which it is said why they had to be done again. */
const causesMax = 3;
/** Reasons that name a node: better told than the failure that followed from them. */
const nodeEnded: ReadonlySet<string> = new Set([
  reasonCodes.nodeDied,
  reasonCodes.nodeOutOfMemory,
  reasonCodes.nodeRestarted,
]);

/**
 * What to know before the numbers are used, as full sentences, each fact once. In order of what
 * it does to the numbers: what they are, what they lack, what they support, how they came about.
 */
export function collectWarnings(
  run: RunRecord,
  cells: readonly CellFinding[],
  attempts: readonly RepetitionRecord[],
): readonly string[] {
  // What the plan expected of the statistics is said here of what was really measured.
  const expected = new Set(warnOfStatistics(run.plan));
  const found = [
    ...warnRemote(run),
    ...warnLoad(cells),
    ...warnMissing(cells),
    ...warnSize(run, cells),
    ...run.warnings.filter((text) => !expected.has(text)),
    ...warnRedone(cells, attempts),
    ...warnClaims(run),
    ...warnChanges(run),
  ];
  return [...new Set(found)];
}

function warnRemote({ hosts }: RunRecord): readonly string[] {
  if (hosts.every(({ local }) => local)) return [];
  return [
    'The Docker host is remote, or the controller is in a container that does not see its ' +
      'processes: its load was not observed, so no verdict rests on it.',
  ];
}

/**
 * Nodes of one cell are taken to be of one kind; what they say may tell otherwise. Cells of different
 * builds are meant to differ, so as many answers as there are builds are no surprise.
 */
function warnClaims({ provenance, plan }: RunRecord): readonly string[] {
  const { nodes } = provenance.claims;
  const builds = plan.cells.map(({ settings: { image, command = null, engine } }) =>
    JSON.stringify([image, command, engine.protocol]),
  );
  if (nodes.length < 2 || nodes.length <= new Set(builds).size) return [];
  const said = nodes.slice(0, 3).map(({ software, protocol, said: who }) => {
    const runs = protocol === null ? '' : `, protocol ${protocol}`;
    return `${who} says ${JSON.stringify(software)}${runs}`;
  });
  const more = nodes.length > 3 ? `, and there are ${nodes.length - 3} more` : '';
  return [`Nodes of this run say that they run different software: ${said.join('; ')}${more}.`];
}

function warnChanges({ provenance }: RunRecord): readonly string[] {
  if (provenance.gitDirty !== true) return [];
  return ['The work tree had uncommitted changes: the commit alone does not repeat this run.'];
}

/** How much the number and the length of the repetitions support. */
function warnSize(run: RunRecord, cells: readonly CellFinding[]): readonly string[] {
  const { scenario, cells: planned } = run.plan;
  const { repetitions } = scenario;
  const limits: string[] = [];
  const isShort = countedOf(cells).some(({ steadiness }) => steadiness.kind === 'too-short');
  if (repetitions < comparisonMin) {
    limits.push(`to compare ${nounOf(cells)}s or runs (that takes ${comparisonMin})`);
  }
  if (isShort) limits.push('to tell whether throughput held still (that takes 60 s)');
  if (limits.length === 0) return [];
  const times = `${plural(repetitions, 'repetition')} of ${wordWindows(planned)} per ${nounOf(cells)}`;
  return [
    `${times}: too ${repetitions < comparisonMin ? 'few' : 'short'} ${limits.join(', and too short ')}.`,
  ];
}

/** `60 s`; `10 to 60 s` where windows are varied. */
function wordWindows(cells: readonly Cell[]): string {
  const lengths = cells.map(({ settings }) => settings.phases.measureMs);
  const [low, high] = [Math.min(...lengths), Math.max(...lengths)];
  return low === high ? formatDuration(low) : `${formatDuration(low)} to ${formatDuration(high)}`;
}

/** What made a first attempt useless is in no figure; that it happened belongs to the result. */
function warnRedone(
  cells: readonly CellFinding[],
  attempts: readonly RepetitionRecord[],
): readonly string[] {
  const again = new Set(attempts.filter(({ attempt }) => attempt > 0).map(({ id }) => id));
  if (again.size === 0) return [];
  const firsts = groupBy(
    attempts.filter(({ id, attempt }) => attempt === 0 && again.has(id)),
    ({ cellId }) => cellId,
  );
  const causes = cells.flatMap((cell) =>
    [...(firsts.get(cell.cellId) ?? [])]
      .sort((a, b) => a.repetition - b.repetition)
      .map(({ repetition, reasons }) => {
        const telling = reasons.find(({ code }) => nodeEnded.has(code)) ?? reasons[0];
        const why = telling === undefined ? 'no reason is stored' : asClause(telling.text);
        return `${wordCell(cell)}, repetition ${repetition + 1}: ${why}`;
      }),
  );
  const told = causes.slice(0, causesMax).join('; ');
  const rest = causes.length - causesMax;
  const why = told === '' ? '' : ` (${told}${rest > 0 ? `; and ${rest} more` : ''})`;
  return [
    `${plural(again.size, 'repetition')} had to be done again${why}; figures are of the last attempt.`,
  ];
}

function warnMissing(cells: readonly CellFinding[]): readonly string[] {
  const counted = countedOf(cells);
  const incomplete = counted.filter((one) => one.nodesReporting < one.nodeCount);
  const fewSamples = counted.filter(({ figures }) => figures.latency?.p99Ms === null);
  const warnings: string[] = [];
  if (incomplete.length > 0) {
    warnings.push(
      `In ${plural(incomplete.length, 'counted repetition')} not every node delivered results; ` +
        'sums are over those that did.',
    );
  }
  if (fewSamples.length > 0) {
    warnings.push(
      `${plural(fewSamples.length, 'repetition')} committed fewer than 1,000 transactions: ` +
        'too few for a 99th percentile.',
    );
  }
  return warnings;
}

function countedOf(cells: readonly CellFinding[]): CellFinding['repetitions'] {
  return cells.flatMap((cell) => cell.repetitions.filter(({ isCounted }) => isCounted));
}

function plural(quantity: number, noun: string): string {
  return `${quantity} ${noun}${quantity === 1 ? '' : 's'}`;
}
