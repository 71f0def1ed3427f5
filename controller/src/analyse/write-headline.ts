import { formatNumber } from '../lib/units.ts';
import type { CellFinding, Headline } from '../model/finding.ts';
import { isLatencyWhole } from '../model/latency-share.ts';
import { reasonCodes } from '../model/reason-kinds.ts';
import type { RepetitionRecord, RunRecord } from '../model/record.ts';
import { nounOf, wordCell } from '../model/word-cell.ts';
import { saidByLoad, sayNotCarried } from './headline-load.ts';
import { headNetwork, remarkOnNetwork } from './headline-network.ts';
import { asClause, count, hasCode, hasReason, listCells } from './headline-words.ts';
import { judgeAttempt } from './judge-attempt.ts';
import { brokeSafety } from './judge-cell.ts';

const { evidenceAgainstHonest, hostLimited, noProgress } = reasonCodes;

/**
 * The first line of the result: one sentence with the numbers that carry it, for the worst thing
 * that is true. Worst first: safety violation, failed, a network off its
 * tolerance, otherwise invalid, host-limited, suspect, valid.
 * @param attempts every attempt of every repetition: a violation counts wherever it occurred
 */
export function writeHeadline(
  run: RunRecord,
  cells: readonly CellFinding[],
  attempts: readonly RepetitionRecord[],
): Headline {
  const notCarried = sayNotCarried(cells);
  const remarks = `${remarkOnNetwork(cells)}${remarkOnHost(cells)}`;
  // What the nodes did comes after what their network was.
  const broken =
    headViolation(cells, attempts) ?? headFailure(run, cells) ?? headNetwork(cells, 'invalid');
  if (broken !== null) return { ...broken, text: `${broken.text}${remarks}` };
  const invalid = headInvalid(cells);
  if (invalid !== null) return { ...invalid, text: `${notCarried}${invalid.text}${remarks}` };
  const limited = headHostLimited(cells);
  if (limited !== null) {
    return { ...limited, text: `${notCarried}${limited.text}${remarkOnNetwork(cells)}` };
  }
  const other = headNetwork(cells, 'suspect') ?? headSuspect(cells) ?? headValid(cells);
  return { ...other, text: `${notCarried}${other.text}` };
}

function headViolation(
  cells: readonly CellFinding[],
  attempts: readonly RepetitionRecord[],
): Headline | null {
  const violated = attempts.filter(brokeSafety);
  const first = violated.find((one) => one.safetyViolation !== null) ?? violated[0];
  if (first === undefined) return null;
  const cell = cells.find(({ cellId }) => cellId === first.cellId);
  const where = `at ${cell === undefined ? `n = ${first.nodeCount}` : wordCell(cell)}`;
  const times = `(${count(violated.length, 'repetition')} with a violation)`;
  if (first.safetyViolation === null) {
    const proof = first.reasons.find(({ code }) => code === evidenceAgainstHonest);
    const told =
      proof === undefined
        ? `Nodes report a violation of safety themselves ${where} ${times}.`
        : `${proof.text.replace(/\.$/, '')} ${where} ${times}.`;
    const text = `${told}${beyondF(first)}${alsoFailed(first)}`;
    return { kind: 'safety-violation', text };
  }
  const { height, groups } = first.safetyViolation;
  const sides = groups.map(({ nodes }) => `${nodes.length}`).join(' against ');
  const text =
    `Nodes committed different logs ${where}: at height ${height} they differ, ` +
    `${sides} nodes ${times}.${beyondF(first)}${alsoFailed(first)}`;
  return { kind: 'safety-violation', text };
}

/** No protocol promises safety then. */
function beyondF(record: RepetitionRecord): string {
  const members = record.byzantine?.members.length ?? 0;
  const { faultyMax } = judgeAttempt(record);
  return members <= faultyMax
    ? ''
    : ` With ${members} Byzantine members this is beyond f = ${faultyMax}: safety is not promised.`;
}

/** What else happened to it, second: nodes that disagree often do not live long. */
function alsoFailed({ failure }: RepetitionRecord): string {
  return failure === null ? '' : ` The repetition failed besides: ${failure.message}`;
}

function headFailure(run: RunRecord, cells: readonly CellFinding[]): Headline | null {
  const done = cells.reduce((sum, cell) => sum + cell.repetitionsDone, 0);
  const planned = cells.reduce((sum, cell) => sum + cell.repetitionsPlanned, 0);
  const progress = `after ${done} of ${count(planned, 'repetition')}`;
  switch (run.status) {
    case 'completed':
      return null;
    case 'interrupted':
      return { kind: 'failed', text: `The run was interrupted ${progress}.` };
    case 'running':
      return { kind: 'failed', text: `The run has not ended: this is its state ${progress}.` };
    case 'failed': {
      const why = run.failure === null ? 'no reason was stored.' : run.failure.message;
      return { kind: 'failed', text: `The run failed ${progress}: ${why}` };
    }
  }
}

function headInvalid(cells: readonly CellFinding[]): Headline | null {
  const invalid = cells.filter((cell) => cell.verdict === 'invalid');
  // A chain that stood still says more than anything else about the rest.
  const halted = invalid.find((cell) => hasCode(cell, noProgress));
  const worst = halted ?? invalid.reduce(fewerCounted, invalid[0]);
  if (worst === undefined) return null;
  const { repetitionsCounted: counted, repetitionsPlanned: planned } = worst;
  const causes = worst.reasons.filter(({ verdict }) => verdict === 'invalid');
  const cause = causes.find(({ code }) => code === noProgress) ?? causes[0];
  const where = invalid.length > 1 || planned > 1 ? ` at ${wordCell(worst)}` : '';
  const clauses = [
    planned > 1
      ? `${counted === 0 ? 'none' : counted} of ${planned} repetitions${where} can be counted`
      : '',
    cause === undefined || cause.repetitions === null
      ? ''
      : `${asClause(cause.text)}${planned > 1 ? '' : where}`,
  ].filter((text) => text !== '');
  const text = `No valid result at ${listCells(invalid, cells)}: ${clauses.join('; ') || 'nothing was measured'}.`;
  return { kind: 'invalid', text };
}

/** A saturated host belongs into the first line even when something worse stands there. */
function remarkOnHost(cells: readonly CellFinding[]): string {
  const limited = cells.filter((cell) =>
    cell.repetitions.some((repetition) => hasReason(repetition, hostLimited)),
  );
  return limited.length === 0 ? '' : ` This host was the limit at ${listCells(limited, cells)}.`;
}

function headHostLimited(cells: readonly CellFinding[]): Headline | null {
  const limited = cells.filter((cell) =>
    cell.repetitions.some(
      (repetition) => repetition.isCounted && hasReason(repetition, hostLimited),
    ),
  );
  // The largest size is the one whose figures are most likely to be quoted as the protocol's.
  const last = limited.at(-1);
  const cause = last?.reasons.find(({ code }) => code === hostLimited);
  if (last === undefined || cause === undefined) return null;
  const rate = last.throughputTxPerSec;
  const figure = rate === null ? '' : ` (${perSecond(rate.mean)})`;
  const where =
    limited.length > 1
      ? `${listCells(limited, cells)}; at ${wordCell(last)}${figure}`
      : `${wordCell(last)}${figure}`;
  const text = `This host was the limit at ${where}: ${asClause(cause.text)}.`;
  return { kind: 'host-limited', text };
}

function headSuspect(cells: readonly CellFinding[]): Headline | null {
  const suspect = cells.filter((cell) => cell.verdict === 'suspect');
  const first = suspect[0];
  if (first === undefined) return null;
  const isSaid = !isLatencyWhole(first.latency.shareOfDue);
  const told = first.reasons.find(({ code }) => !isSaid || !saidByLoad.has(code));
  const subject = suspect.length > 1 ? `at ${wordCell(first)}, ` : '';
  const why =
    told === undefined
      ? isSaid
        ? ''
        : '; no reason is stored'
      : `; ${subject}${asClause(told.text)}`;
  const text = `Check before use: ${listCells(suspect, cells)} ${be(suspect)} suspect${why}.`;
  return { kind: 'suspect', text };
}

function headValid(cells: readonly CellFinding[]): Headline {
  const ends = cells.length > 1 ? [cells[0], cells.at(-1)] : [cells[0]];
  const figures = ends.flatMap((cell) => (cell === undefined ? [] : [describeCell(cell)]));
  const noun = nounOf(cells);
  const subject = cells.length === 1 ? `The one ${noun} is` : `All ${cells.length} ${noun}s are`;
  return { kind: 'valid', text: `${subject} valid: ${figures.join(', and ')}.` };
}

/** `596 tx/s with a median commit latency of 6.02 ms at n = 4` */
function describeCell(cell: CellFinding): string {
  const rate = cell.throughputTxPerSec;
  const p50 = cell.latency.p50;
  const latency =
    p50 === null
      ? 'without any latency'
      : `with a median commit latency of ${formatNumber(p50.mean, p50.mean < 10 ? 2 : 1)} ms`;
  return `${rate === null ? 'no throughput' : perSecond(rate.mean)} ${latency} at ${wordCell(cell)}`;
}

function perSecond(rate: number): string {
  return `${formatNumber(rate)} tx/s`;
}

function be(cells: readonly CellFinding[]): string {
  return cells.length === 1 ? 'is' : 'are';
}

function fewerCounted(a: CellFinding | undefined, b: CellFinding): CellFinding {
  return a === undefined || b.repetitionsCounted < a.repetitionsCounted ? b : a;
}
