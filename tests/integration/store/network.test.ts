import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import type { RunFinding } from '../../../controller/src/model/finding.ts';
import { reasonCodes } from '../../../controller/src/model/reason-kinds.ts';
import type { RepetitionRecord, StoredRun } from '../../../controller/src/model/record.ts';
import type { GraphReading } from '../../../controller/src/model/topology.ts';
import { generateShapedRun } from '../../fixtures/shaped-run.ts';
import { createWritten, type Workplace, type Written } from './workplace.ts';

/** One of three repetitions has two links swapped, and does not count. */
const shaped = generateShapedRun({ measureMs: 15_000, withChanges: true, mismatched: [1] });

/** In the last of them, nodes had other links than planned. */
const written: StoredRun = { ...shaped, repetitions: shaped.repetitions.map(withGraphs) };

function withGraphs(record: RepetitionRecord, index: number): RepetitionRecord {
  const isOff = index === shaped.repetitions.length - 1;
  const graph: GraphReading = {
    occasion: 'end',
    at: record.endedAt,
    silent: [3],
    kept: [[0, 1]],
    missing: isOff ? [[1, 2]] : [],
    extra: isOff ? [[0, 2]] : [],
  };
  const reason = { code: reasonCodes.topologyNotKept, verdict: 'invalid', text: '' } as const;
  const reasons = [...record.reasons, { ...reason, value: null, limit: null }];
  return { ...record, graphs: [graph], ...(isOff ? { reasons, verdict: 'invalid' } : {}) };
}

interface MatrixRow {
  readonly cell_id: string;
  readonly from_region: string;
  readonly to_region: string;
  readonly quantity: string;
  readonly unit: string;
  readonly asked: string;
  readonly planned: number;
  readonly measured: number;
  readonly low: number;
  readonly high: number;
  readonly checks: number;
  readonly checks_within: number;
  readonly is_within: boolean;
}

describe('the network in SQL', () => {
  let stored: Written;
  let place: Workplace;
  let finding: RunFinding;

  beforeAll(async () => {
    stored = await createWritten(written);
    ({ place, finding } = stored);
  }, 120_000);

  afterAll(() => stored.remove(), 60_000);

  it('is that of the analysis, before and after the database', () => {
    expect(finding).toEqual(analyseRun(written));
  });

  it('has a matrix that agrees with the analysis', async () => {
    const rows = await place.sql<MatrixRow>('select * from testbed.link_matrix where run_id = $1', [
      written.run.id,
    ]);
    let compared = 0;
    for (const { cellId, network } of finding.cells) {
      for (const link of network?.links ?? []) {
        const row = rows.find(
          (one) =>
            one.cell_id === cellId &&
            one.from_region === link.fromRegion &&
            one.to_region === link.toRegion &&
            one.quantity === link.quantity,
        );
        expect(row).toMatchObject({
          asked: link.asked,
          planned: link.planned,
          low: link.low,
          high: link.high,
          checks: link.checks,
          checks_within: link.checks - link.checksOutside,
          is_within: link.checksOutside === 0,
        });
        expect(row?.measured).toBeCloseTo(link.measured ?? Number.NaN, 9);
        compared++;
      }
    }
    expect(compared).toBe(rows.length);
    expect(rows.filter((row) => !row.is_within)).toHaveLength(8);
    expect(new Set(rows.map(({ unit }) => unit))).toEqual(new Set(['ms', '0 to 1', 'bit/s']));
  });

  it('has the links that nodes told of, one by one', async () => {
    expect(finding.cells.at(-1)?.graph).toMatchObject({
      missing: [{ edge: [1, 2], readings: 1 }],
      extra: [{ edge: [0, 2], readings: 1 }],
    });
    const rows = await place.sql(
      `select state, low, high, count(*)::integer as attempts from testbed.run_graph_edges
       where run_id = $1 and occasion = 'end' group by 1, 2, 3 order by 1`,
      [written.run.id],
    );
    expect(rows).toEqual([
      { state: 'extra', low: 0, high: 2, attempts: 1 },
      { state: 'kept', low: 0, high: 1, attempts: written.repetitions.length },
      { state: 'missing', low: 1, high: 2, attempts: 1 },
    ]);
  });

  it('has the times of changes that the analysis has', async () => {
    const rows = await place.sql<{ spread: number; delay: number; nodes: number }>(
      `select max(spread_ms) as spread, max(delay_ms) as delay, min(nodes_applied) as nodes
       from testbed.change_times where run_id = $1 group by node_count, change_index
       order by node_count, change_index`,
      [written.run.id],
    );
    const changes = finding.cells.flatMap(({ network }) => network?.changes ?? []);
    expect(rows).toEqual(
      changes.map(({ spreadMs, delayMs, nodes }) => ({
        spread: spreadMs?.max,
        delay: delayMs?.max,
        nodes,
      })),
    );
  });

  it('has the regions of nodes, and the shaper and the network of the run', async () => {
    const regions = await place.sql<{ region: string; nodes: number }>(
      `select region, count(distinct node_index)::int as nodes from testbed.run_nodes
       where cell_id = 'n12' group by 1 order by 1`,
    );
    expect(regions.map(({ region, nodes }) => `${region} ${nodes}`)).toEqual([
      'asia 2',
      'brazil 2',
      'eu-west 3',
      'us-east 3',
      'us-west 2',
    ]);
    const [run] = await place.sql('select shaper, network from testbed.run_overview');
    expect(run).toEqual({
      shaper: 'netem',
      network: 'regions: eu-west 3, us-east 3, us-west 2, asia 2, brazil 2, changing',
    });
    const [attempts] = await place.sql<{ shaped: number }>(
      `select count(*)::int as shaped from testbed.run_repetitions where shaper = 'netem'`,
    );
    expect(attempts?.shaped).toBe(written.repetitions.length);
  });

  it('refuses what is no shaper, no occasion and no quantity', async () => {
    const wrong = [
      `update testbed.runs set shaper = 'magic'`,
      `update testbed.repetitions set shaper = 'magic'`,
      `update testbed.link_checks set occasion = 'later'`,
      `update testbed.link_checks set quantity = 'colour'`,
    ];
    for (const sql of wrong) {
      await expect(place.sql(sql)).rejects.toMatchObject({ code: '23514' });
    }
  });
});
