import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { sessionOf } from '../../../controller/src/analyse/comparison/session-of.ts';
import type { RunFinding } from '../../../controller/src/model/finding.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';
import { createWritten, type Workplace, type Written } from './workplace.ts';

const written = generateStoredRun({ measureMs: 5_000, repetitions: 3 });

/** Columns of run_repetitions by figure of the analysis. */
const columns = {
  windowSeconds: 'window_seconds',
  throughputTxPerSec: 'committed_tx_per_sec',
  blocksPerSec: 'blocks_per_sec',
  successRatio: 'success_ratio',
  messagesPerOperation: 'messages_per_operation',
  bytesPerOperation: 'bytes_per_operation',
  cpuCoresPerNode: 'cpu_cores_per_node',
  memoryBytesPerNode: 'memory_bytes_per_node',
  memoryBytesPeak: 'memory_bytes_peak',
  roundsTimedOut: 'rounds_timed_out',
  throttledRatio: 'throttled_ratio',
  bringUpMs: 'bring_up_ms',
  blockLatencyP50Ms: 'block_latency_p50_ms',
} as const;

type FigureRow = Record<string, number | null>;

describe('figures computed in SQL', () => {
  let stored: Written;
  let place: Workplace;
  let finding: RunFinding;

  beforeAll(async () => {
    stored = await createWritten(written);
    ({ place, finding } = stored);
  }, 120_000);

  afterAll(() => stored.remove(), 60_000);

  it('are those of the analysis, before and after the database', () => {
    expect(finding).toEqual(analyseRun(written));
  });

  it('agree with the analysis for every repetition', async () => {
    let compared = 0;
    for (const repetition of finding.cells.flatMap((cell) => cell.repetitions)) {
      const [row] = await place.sql<FigureRow>(
        'select * from testbed.run_repetitions where repetition_id = $1 and attempt = $2',
        [repetition.id, repetition.attempt],
      );
      if (row === undefined) throw new Error(`no row for ${repetition.id}`);
      expect(row.is_counted).toBe(repetition.isCounted);
      for (const [figure, column] of Object.entries(columns)) {
        const value = repetition.figures[figure as keyof typeof columns];
        expectSame(row[column], value, `${repetition.id} ${column}`);
        compared++;
      }
      const { latency } = repetition.figures;
      expectSame(row.latency_mean_ms, latency?.meanMs, 'mean');
      expectSame(row.latency_p50_ms, latency?.p50Ms, 'p50');
      expectSame(row.latency_p95_ms, latency?.p95Ms, 'p95');
      expectSame(row.latency_p99_ms, latency?.p99Ms, 'p99');
      expectSame(row.latency_max_ms, latency?.maxMs, 'max');
    }
    expect(compared).toBeGreaterThan(12 * 11);
  });

  it('are what history reads of a run', async () => {
    const store = await place.open();
    try {
      const { run } = finding;
      const [session, ...others] = await store.loadSessions({ name: run.name, limit: 5 });
      expect(others).toEqual([]);
      expect(session?.run).toEqual(run);
      const expected = sessionOf(finding).repetitions;
      expect(session?.repetitions).toHaveLength(expected.length);
      for (const one of expected) {
        const same = session?.repetitions.find(
          ({ cellId, repetition }) => cellId === one.cellId && repetition === one.repetition,
        );
        expect(same?.isCounted).toBe(one.isCounted);
        const { throughputTxPerSec, latency } = one.figures;
        expectSame(same?.figures.throughputTxPerSec, throughputTxPerSec, 'throughput');
        expectSame(same?.figures.latency?.p50Ms, latency?.p50Ms, 'p50');
        expectSame(same?.figures.latency?.p99Ms, latency?.p99Ms, 'p99');
      }
      expect(await store.loadSessions({ name: 'another', limit: 5 })).toEqual([]);
      expect(await store.loadSessions({ before: run.startedAt, limit: 5 })).toEqual([]);
    } finally {
      await store.close();
    }
  });

  it('agree with the analysis for every cell', async () => {
    for (const cell of finding.cells) {
      const [row] = await place.sql<FigureRow>(
        'select * from testbed.run_cells where run_id = $1 and cell_id = $2',
        [finding.run.id, cell.cellId],
      );
      if (row === undefined) throw new Error(`no row for ${cell.cellId}`);
      expect(row.node_count).toBe(cell.nodeCount);
      expect(row.repetitions_done).toBe(cell.repetitionsDone);
      expect(row.repetitions_counted).toBe(cell.repetitionsCounted);
      expectSame(row.committed_tx_per_sec, cell.throughputTxPerSec?.mean, 'throughput');
      expectSame(row.blocks_per_sec, cell.blocksPerSec?.mean, 'blocks');
      expectSame(row.latency_p50_ms, cell.latency.p50?.mean, 'p50');
      expectSame(row.latency_max_ms, cell.latency.max?.mean, 'max');
      expectSame(row.success_ratio, cell.successRatio?.mean, 'success');
      expectSame(row.cpu_cores_per_node, cell.cpuCoresPerNode?.mean, 'cpu');
    }
  });

  it('have the same percentiles whether from stored columns or from buckets', async () => {
    const rows = await place.sql<FigureRow>(
      `select l.p50_us - m.p50_us as p50, l.p95_us - m.p95_us as p95, l.p99_us - m.p99_us as p99,
         l.max_us - m.max_us as max, l.count - m.count::float8 as count
       from testbed.latencies l join testbed.repetitions r using (attempt_key)
       join testbed.merged_latencies m using (run_id, cell_id, repetition, attempt, kind)`,
    );
    expect(rows).toHaveLength(written.repetitions.length * 4);
    for (const row of rows) expect(row).toEqual({ p50: 0, p95: 0, p99: 0, max: 0, count: 0 });
  });

  it('have percentiles over all repetitions of a cell, with the query of the documentation', async () => {
    const rows = await place.sql<FigureRow>(cellPercentiles, [finding.run.id]);
    for (const cell of finding.cells) {
      const row = rows.find(({ node_count }) => node_count === cell.nodeCount);
      expectSame(row?.p50_ms, cell.latency.merged?.p50Ms, 'p50');
      expectSame(row?.p95_ms, cell.latency.merged?.p95Ms, 'p95');
      expectSame(row?.max_ms, cell.latency.merged?.maxMs, 'max');
    }
  });

  it('unfold series, slices and digests into rows', async () => {
    const [counts] = await place.sql<FigureRow>(
      `select (select sum(committed) from testbed.node_slices where run_id = $1) as committed,
         (select sum(committed_in_window) from testbed.run_nodes where run_id = $1) as in_window,
         (select count(*)::int from testbed.committed_digests where run_id = $1) as digests,
         (select count(*)::int from testbed.run_phases where run_id = $1) as phases`,
      [finding.run.id],
    );
    expect(counts?.committed).toBe(counts?.in_window);
    const nodes = written.repetitions.flatMap((repetition) => repetition.nodes);
    expect(counts?.digests).toBe(nodes.length);
    expect(counts?.phases).toBe(written.repetitions.length * 5);
  });
});

const cellPercentiles = `
  with buckets as (
    select a.node_count, b.high_us, sum(b.bucket_count) as bucket_count
    from testbed.run_attempts a
    join testbed.histograms h using (attempt_key)
    cross join lateral unnest(h.bucket_highs_us, h.bucket_counts) as b (high_us, bucket_count)
    where a.run_id = $1 and a.is_counted and h.kind = 'commit'
    group by a.node_count, b.high_us),
  running as (
    select *, (sum(bucket_count) over (partition by node_count order by high_us))::numeric as reached,
      (sum(bucket_count) over (partition by node_count))::numeric as total
    from buckets)
  select node_count,
    min(high_us) filter (where reached >= ceil(total * 0.50)) / 1000 as p50_ms,
    min(high_us) filter (where reached >= ceil(total * 0.95)) / 1000 as p95_ms,
    max(high_us) / 1000 as max_ms
  from running group by node_count order by node_count`;

function expectSame(
  found: number | null | undefined,
  expected: number | null | undefined,
  what: string,
): void {
  if (typeof expected === 'number' && typeof found === 'number') {
    // Sums are taken in another order: the last digits may differ.
    const difference = Math.abs(found - expected);
    if (difference <= Math.abs(expected) * 1e-12) return;
  }
  expect([what, found ?? null]).toEqual([what, expected ?? null]);
}
