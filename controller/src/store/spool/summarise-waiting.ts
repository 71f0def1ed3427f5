/** Runs of which records wait on disk, as a search finds those in the database. Pure. */
import { groupBy } from '../../lib/group-by.ts';
import type { RunId } from '../../model/ids.ts';
import type { RepetitionRecord, RunListing } from '../../model/record.ts';
import type { RunSearch, RunSummary, RunsFound, RunVerdict } from '../../model/run-summary.ts';
import { listWaiting, type WaitingRun } from './waiting-records.ts';

/** Undefined if there is no record of the run itself. */
function summariseWaiting(waiting: WaitingRun): RunSummary | undefined {
  const listing = listWaiting(waiting);
  const { run, repetitions } = waiting;
  if (listing === undefined || run === undefined) return undefined;
  const last = [...groupBy(repetitions, ({ id }) => id).values()].map((attempts) =>
    attempts.reduce((a, b) => (b.attempt > a.attempt ? b : a)),
  );
  const count = (verdict: string): number => last.filter((one) => one.verdict === verdict).length;
  const planned = new Map(run.plan.cells.map(({ id }) => [id as string, 0]));
  for (const { cellId } of run.plan.order) planned.set(cellId, (planned.get(cellId) ?? 0) + 1);
  const verdict = judge(repetitions, last, planned);
  return {
    ...listing,
    verdicts: { valid: count('valid'), suspect: count('suspect'), invalid: count('invalid') },
    verdict: run.status === 'running' && verdict !== 'unsafe' ? null : verdict,
    peakTxPerSec: peakOf(last),
    failureMessage: run.failure?.message ?? null,
  };
}

/** The rule of search-runs.ts. */
function judge(
  all: readonly RepetitionRecord[],
  last: readonly RepetitionRecord[],
  planned: ReadonlyMap<string, number>,
): RunVerdict | null {
  if (all.some(({ safetyViolation }) => safetyViolation !== null)) return 'unsafe';
  if (last.length === 0) return null;
  const verdicts = [...planned].map(([cell, count]): RunVerdict => {
    const needed = Math.max(Math.min(3, count), Math.ceil(0.6 * count));
    const own = last.filter(({ cellId }) => cellId === cell);
    const valid = own.filter(({ verdict }) => verdict === 'valid').length;
    const counted = own.filter(({ verdict }) => verdict !== 'invalid').length;
    if (counted < needed) return 'invalid';
    return valid < needed ? 'suspect' : 'valid';
  });
  if (verdicts.includes('invalid')) return 'invalid';
  return verdicts.includes('suspect') ? 'suspect' : 'valid';
}

function peakOf(last: readonly RepetitionRecord[]): number | null {
  const cells = groupBy(
    last.filter(({ verdict }) => verdict !== 'invalid'),
    ({ cellId }) => cellId,
  );
  const means = [...cells.values()].flatMap((repetitions) => {
    const rates = repetitions.flatMap(({ nodes }) => {
      const own = nodes.flatMap(({ results }) => rateOf(results));
      return own.length === 0 ? [] : [own.reduce((sum, rate) => sum + rate, 0)];
    });
    return rates.length === 0 ? [] : [rates.reduce((sum, rate) => sum + rate, 0) / rates.length];
  });
  return means.length === 0 ? null : Math.max(...means);
}

function rateOf(results: RepetitionRecord['nodes'][number]['results']): number[] {
  if (results === null) return [];
  const seconds = (results.window.endUnixMs - results.window.startUnixMs) / 1_000;
  return seconds > 0 ? [results.committedInWindow / seconds] : [];
}

/** Whole, where the rest of a run can be read; else what waits of it. */
export async function summariseAll(
  waiting: ReadonlyMap<RunId, WaitingRun>,
  loadRun: (id: RunId) => Promise<WaitingRun>,
): Promise<readonly RunSummary[]> {
  const summaries: RunSummary[] = [];
  for (const [id, run] of waiting) {
    const summary = summariseWaiting(await loadRun(id).catch(() => run));
    if (summary !== undefined) summaries.push(summary);
  }
  return summaries;
}

/** What waits stands in for what is stored of the same run. */
export function overlaySearch(
  { runs, total }: RunsFound,
  waiting: readonly RunSummary[],
  search: RunSearch,
): RunsFound {
  const ids = new Set(waiting.map(({ id }) => id));
  const kept = runs.filter(({ id }) => !ids.has(id));
  const added = waiting.filter((run) => fitsSearch(run, search));
  const all = [...kept, ...added].sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
  return {
    runs: all.slice(0, search.limit),
    total: total - (runs.length - kept.length) + added.length,
  };
}

/** Whether a run is what is looked for. */
function fitsSearch(run: RunSummary, search: RunSearch): boolean {
  const { text, status, verdict, runtime, shaper, nodeCount, startedFrom, startedBefore } = search;
  return (
    (text === undefined || namesOf(run).includes(text.toLowerCase())) &&
    (status === undefined || run.status === status) &&
    (verdict === undefined || (run.verdict ?? 'none') === verdict) &&
    (runtime === undefined || run.runtime === runtime) &&
    (shaper === undefined || run.shaper === shaper) &&
    (nodeCount === undefined || run.sizes.includes(nodeCount)) &&
    (startedFrom === undefined || run.startedAt >= startedFrom) &&
    (startedBefore === undefined || run.startedAt < startedBefore)
  );
}

function namesOf({ id, name, network, varied }: RunListing): string {
  return `${id} ${name} ${network} ${varied}`.toLowerCase();
}
