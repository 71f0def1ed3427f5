import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { readCommits } from '../../../controller/src/analyse/network-commits.ts';
import type { RunFinding } from '../../../controller/src/model/finding.ts';
import { recomputeRun } from '../../fixtures/e2e-recompute.ts';
import { eventfulRun } from '../../fixtures/eventful-run.ts';
import { createWritten, type Workplace, type Written } from './workplace.ts';

const written = eventfulRun();

interface Row {
  readonly repetition: number;
  readonly event_index: number;
  readonly held_tx_per_sec: number;
  readonly delay_ms: number;
  readonly lasted_ms: number;
  readonly nodes: number[];
}

describe('a timeline in SQL', () => {
  let stored: Written;
  let place: Workplace;
  let finding: RunFinding;

  beforeAll(async () => {
    stored = await createWritten(written);
    ({ place, finding } = stored);
  }, 120_000);

  afterAll(() => stored.remove(), 60_000);

  it('comes back as it went in, with the commits that its figures are of', () => {
    expect(finding).toEqual(analyseRun(written));
    expect(finding.cells[0]?.events).toHaveLength(2);
  });

  it('has the throughput of the whole network although a client was down', async () => {
    for (const { id, figures } of finding.cells.flatMap(({ repetitions }) => repetitions)) {
      const [row] = await place.sql<Record<string, number>>(
        'select * from testbed.run_repetitions where repetition_id = $1',
        [id],
      );
      expect(row?.committed_tx_per_sec).toBeCloseTo(607);
      for (const [column, value] of [
        ['committed_tx_per_sec', figures.throughputTxPerSec],
        ['success_ratio', figures.successRatio],
        ['messages_per_operation', figures.messagesPerOperation],
        ['latency_p50_ms', figures.latency?.p50Ms],
        ['cpu_cores_per_node', figures.cpuCoresPerNode],
        ['window_seconds', figures.windowSeconds],
      ] as const) {
        expect([column, row?.[column]]).toEqual([column, expect.closeTo(value ?? Number.NaN, 9)]);
      }
    }
    const merged = await place.sql<{ p50_us: number }>(
      `select p50_us from testbed.merged_latencies where run_id = $1 and kind = 'commit'
       order by repetition`,
      [written.run.id],
    );
    const medians = finding.cells[0]?.repetitions.map(({ figures }) => figures.latency?.p50Ms);
    expect(merged.map(({ p50_us }) => Number(p50_us) / 1_000)).toEqual(medians);
  });

  it('can be recomputed from the tables alone', async () => {
    const again = await recomputeRun(place.sql, written.run.id);
    const found = finding.cells.flatMap(({ repetitions }) => repetitions);
    expect(again).toHaveLength(found.length);
    for (const [i, { figures, series, nodesReporting }] of found.entries()) {
      expect(again[i]?.figures.throughputTxPerSec).toBeCloseTo(figures.throughputTxPerSec ?? 0, 9);
      expect(again[i]?.figures.successRatio).toBeCloseTo(figures.successRatio ?? 0, 9);
      expect(again[i]?.figures.latency?.p50Ms).toBe(figures.latency?.p50Ms);
      expect(again[i]?.nodesReporting).toBe(nodesReporting);
      expect(again[i]?.txPerSec).toEqual(series?.txPerSec);
    }
  });

  it('knows what was committed while an event held', async () => {
    const rows = await place.sql<Row>(
      'select * from testbed.run_timeline_events where run_id = $1 order by repetition, position',
      [written.run.id],
    );
    const impacts = finding.cells[0]?.repetitions.flatMap((one) => one.impacts ?? []) ?? [];
    expect(rows).toHaveLength(6);
    for (const [i, row] of rows.entries()) {
      expect(row).toMatchObject({ event_index: impacts[i]?.index, nodes: impacts[i]?.nodes });
      expect(row).toMatchObject({ delay_ms: 0, lasted_ms: [5_000, 3_000][row.event_index] });
      expect(row.held_tx_per_sec).toBeCloseTo(impacts[i]?.heldTxPerSec ?? Number.NaN, 9);
    }
  });

  it('tells by coordinates what each event did', async () => {
    const rows = await place.sql<Record<string, unknown>>(
      'select * from testbed.run_event_effects where run_id = $1 order by repetition, event_index',
      [written.run.id],
    );
    const cell = finding.cells[0];
    const impacts = cell?.repetitions.flatMap((one) => one.impacts ?? []) ?? [];
    expect(rows).toHaveLength(6);
    for (const [i, row] of rows.entries()) {
      const impact = impacts[i];
      expect(row).toMatchObject({
        coordinates: { nodes: cell?.nodeCount },
        event_index: impact?.index,
        kept_ratio: impact?.keptRatio,
        silence_ms: impact?.silenceMs,
        recovery: impact?.recovery,
        recovered_ms: impact?.recoveredMs,
        felt_with: impact?.overlaps,
      });
    }
    expect(rows.some(({ recovery }) => recovery === 'back')).toBe(true);
  });

  it('has the same commits of the network, slice by slice', async () => {
    const [record] = written.repetitions;
    if (record === undefined) throw new Error('no repetition');
    const rows = await place.sql<{ slice: number; blocks: number; transactions: number }>(
      `select slice, blocks, transactions from testbed.network_commits
       join testbed.repetitions using (attempt_key) where repetition_id = $1 order by slice`,
      [record.id],
    );
    const lived = record.nodes.flatMap(({ nodeIndex, results }) =>
      nodeIndex === 3 || results === null ? [] : [results],
    );
    const network = readCommits(lived);
    expect(rows.map(({ transactions }) => transactions)).toEqual(network?.transactions);
    expect(rows.map(({ blocks }) => blocks)).toEqual(network?.commits);
  });
});
