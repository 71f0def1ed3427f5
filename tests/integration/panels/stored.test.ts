import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createRepetitionId, type RunId } from '../../../controller/src/model/ids.ts';
import type { StoredRun } from '../../../controller/src/model/record.ts';
import { dashboards, panelsOf } from '../../../controller/src/serve/panels/dashboards.ts';
import type { Column, Panel } from '../../../controller/src/serve/panels/panel.ts';
import type { OpenedStore } from '../../../controller/src/store/store.ts';
import { expandSql } from '../../../scripts/dashboards/expand-query.ts';
import { generateCrossedRun } from '../../fixtures/crossed-run.ts';
import { eventfulRun } from '../../fixtures/eventful-run.ts';
import { generateHostSamples } from '../../fixtures/host-samples.ts';
import { generateShapedRun } from '../../fixtures/shaped-run.ts';
import { createWorkplace, type Workplace } from '../store/workplace.ts';
import { readerSql } from './reader.ts';

/** Every SQL of the dashboards as Grafana would ask it: as its role, of the project's own schema. */

const [shapedId, crossedId, eventfulId] = ['aaaa', 'cccc', 'eeee'].map(
  (end) => `20261123-110000-${end}` as RunId, // in the form of createRunId
) as [RunId, RunId, RunId];
const runs: readonly [RunId, StoredRun][] = [
  [
    shapedId,
    generateShapedRun({
      ...{ sizes: [6, 7], repetitions: 2, measureMs: 2_000 },
      ...{ withChanges: true, withTrouble: true },
    }),
  ],
  [
    crossedId,
    generateCrossedRun({ sizes: [4], repetitions: 2, measureMs: 1_000, withTrouble: false }),
  ],
  [eventfulId, eventfulRun()],
];

type Value = string | number | Date | null;
const queries = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).flatMap((panel) =>
    panel.queries.flatMap((query) =>
      query.source === 'results' ? [{ id: panel.id, panel, query }] : [],
    ),
  ),
);
const lists = dashboards.flatMap(({ uid, annotations, variables }) => [
  ...annotations.map(({ name, sql }) => ({ id: `${uid}: ${name}`, sql })),
  ...variables
    .filter(({ source }) => source === 'results')
    .map(({ name, query }) => ({ id: `${uid}: $${name}`, sql: query })),
]);

/** The run that has what a panel is about; the shaped one for all others. */
const runOf: Readonly<Record<string, RunId>> = {
  'run-events': eventfulId,
  'testbed-live-run: Timeline events': eventfulId,
};

const surroundings = (run: RunId) => ({
  variables: { run, left: shapedId, right: crossedId, name: 'five-regions' },
  from: new Date('2026-11-23T00:00:00Z'),
  to: new Date('2026-11-24T00:00:00Z'),
  intervalSeconds: 10,
  scrapeSeconds: 2,
});

let place: Workplace;
let store: OpenedStore;
let reader: pg.Client;

async function ask(sql: string): Promise<pg.QueryResult<Record<string, Value>>> {
  return reader.query(sql);
}

beforeAll(async () => {
  place = await createWorkplace();
  store = await place.open();
  await place.sql(readerSql);
  const host = `${place.dataFolder}/postgres/socket`;
  reader = new pg.Client({ host, port: 5432, user: 'grafana_reader', database: 'testbed' });
  reader.on('error', () => undefined);
  await reader.connect();
}, 120_000);

afterAll(async () => {
  await reader.end();
  await store.close();
  await place.remove();
}, 60_000);

describe('without a run', () => {
  it.each(queries)('$id answers, with nothing', async ({ query }) => {
    await ask(expandSql(query.sql, surroundings('' as RunId))); // as Grafana has it then
  });

  it.each(lists)('$id answers, with nothing', async ({ sql }) => {
    const { rows } = await ask(expandSql(sql, surroundings('' as RunId)));
    expect(rows).toEqual([]);
  });
});

describe('with runs', () => {
  beforeAll(async () => {
    for (const [id, stored] of runs) {
      const { run, repetitions } = stored;
      const host = generateHostSamples(stored);
      await store.saveRun({ ...run, id });
      for (const [index, record] of repetitions.entries()) {
        const { cellId, repetition } = record;
        await store.saveRepetition({
          ...record,
          id: createRepetitionId(id, cellId, repetition),
          runId: id,
          // As no fixture has them.
          events: [
            { at: record.startedAt, kind: 'node-ended', nodeIndex: 1, text: 'node 1 ended' },
          ],
          hostSamples: host.filter(({ repetitionId }) => repetitionId === record.id),
          safetyViolation:
            id === eventfulId && index === 0
              ? {
                  height: 7,
                  groups: [
                    { digestHex: 'aa', nodes: [0] },
                    { digestHex: 'bb', nodes: [1] },
                  ],
                }
              : null,
        });
      }
    }
  }, 120_000);

  it.each(queries)('$id finds what it is about', async ({ id, panel, query }) => {
    const result = await ask(expandSql(query.sql, surroundings(runOf[id] ?? shapedId)));
    expect(result.rows.length).toBeGreaterThan(0);
    expect(shapeProblems(panel, query.format, result)).toEqual([]);
  });

  it.each(lists)('$id finds what it is about', async ({ id, sql }) => {
    const { rows } = await ask(expandSql(sql, surroundings(runOf[id] ?? shapedId)));
    expect(rows.length).toBeGreaterThan(0);
    const [first = {}] = rows;
    const names = Object.keys(first);
    expect(names).toEqual(
      '__value' in first ? ['__value', '__text'] : ['time', 'timeend', 'text', 'tags'],
    );
  });

  it('two runs side by side agree with the figures of each', async () => {
    const { panel, query } = queries.find(({ id }) => id === 'history-compare') ?? {};
    expect(panel).toBeDefined();
    const { rows } = await ask(
      expandSql(query?.sql ?? '', {
        ...surroundings(shapedId),
        variables: { left: shapedId, right: shapedId },
      }),
    );
    const cells = await place.sql<{ cell_id: string; tx: number }>(
      `select cell_id, committed_tx_per_sec as tx from testbed.run_cells where run_id = '${shapedId}' order by cell_id`,
    );
    expect(
      rows.map(({ cell, left_tx_per_sec, right_tx_per_sec, change }) => [
        cell,
        left_tx_per_sec,
        right_tx_per_sec,
        change,
      ]),
    ).toEqual(cells.map(({ cell_id, tx }) => [cell_id, tx, tx, 0]));
  });

  it('is read by a role that can change nothing and is stopped in time', async () => {
    await expect(ask('delete from testbed.runs')).rejects.toMatchObject({ code: '25006' });
    await ask('set default_transaction_read_only = off');
    await expect(ask('delete from testbed.runs')).rejects.toMatchObject({ code: '42501' });
    expect((await ask('show statement_timeout')).rows).toEqual([{ statement_timeout: '15s' }]);
    await ask("set statement_timeout = '50ms'");
    await expect(ask('select pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
    await ask("set statement_timeout = '15s'");
  });
});

/** What Grafana could not draw: columns that are missing, or of the wrong kind. */
function shapeProblems(
  panel: Panel,
  format: string,
  { rows, fields }: pg.QueryResult<Record<string, Value>>,
): string[] {
  const names = fields.map(({ name }) => name);
  const missing = [...(panel.columns ?? []).map(({ name }: Column) => name), panel.x]
    .filter((name): name is string => name !== undefined && !names.includes(name))
    .map((name) => `there is no column ${name}`);
  if (new Set(names).size !== names.length) missing.push('two columns have one name');
  if (panel.kind === 'trend' || panel.kind === 'bars') {
    const xs = rows.map((row) => row[panel.x ?? '']);
    const sorted = [...xs].sort((a, b) => (Number(a) || 0) - (Number(b) || 0));
    if (panel.kind === 'trend' && `${xs}` !== `${sorted}`) missing.push('x does not ascend');
    if (new Set(xs).size !== xs.length) missing.push('x has one value twice');
  }
  if (format === 'time_series') {
    const times = rows.map(({ time }) => (time instanceof Date ? time.getTime() : Number(time)));
    if (names[0] !== 'time') missing.push('the first column is not time');
    if (times.some((time, i) => time < (times[i - 1] ?? 0))) missing.push('time does not ascend');
  }
  return missing;
}
