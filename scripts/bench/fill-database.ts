/**
 * How fast dashboards are on a database that has seen much: fills one of its own with 1,000 runs
 * and 5 million samples, then asks every query of every panel over all of it, as the role that
 * Grafana has, and prints how long each takes. Ends with 1 if one takes longer than 200 ms.
 *   node scripts/bench/fill-database.ts [runs] [samples]
 * One run is generated and stored as any run is; the others are copies of its rows at other times.
 * Encoded histograms and log digests are not copied: no panel reads them.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { systemClock } from '../../controller/src/lib/system-clock.ts';
import { dashboards, panelsOf } from '../../controller/src/serve/panels/dashboards.ts';
import { openStore } from '../../controller/src/store/open-store.ts';
import { generateHostSamples } from '../../tests/fixtures/host-samples.ts';
import { generateShapedRun } from '../../tests/fixtures/shaped-run.ts';
import { readerSql } from '../../tests/integration/panels/reader.ts';
import { expandSql } from '../dashboards/expand-query.ts';
import { copyRuns } from './copy-runs.ts';

const LIMIT_MS = 200;
const [runs = 1_000, samples = 5_000_000] = process.argv.slice(2).map(Number);
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

const root = await mkdtemp('/var/tmp/testbed-bench-');
try {
  // So that the server's account can enter.
  await chmod(root, 0o755);
  const dataFolder = join(root, 'data');
  const store = await openStore(
    { dataFolder },
    { clock: systemClock, signal: new AbortController().signal, onWarning: say },
  );
  const stored = generateShapedRun({
    ...{ sizes: [4, 7, 10], repetitions: 2, measureMs: 5_000 },
    ...{ withChanges: true, withTrouble: true },
  });
  const host = generateHostSamples(stored);
  await store.saveRun(stored.run);
  for (const record of stored.repetitions) {
    const hostSamples = host.filter(({ repetitionId }) => repetitionId === record.id);
    await store.saveRepetition({ ...record, hostSamples });
  }
  const connect = async (user: string): Promise<pg.Client> => {
    const place = { host: join(dataFolder, 'postgres/socket'), port: 5432, database: 'testbed' };
    const client = new pg.Client({ ...place, user });
    await client.connect();
    return client;
  };
  const owner = await connect('testbed');
  const startedMs = systemClock.monotonicMs();
  await copyRuns(owner, { runs, samples });
  await owner.query('vacuum analyze');
  await owner.query(readerSql);
  const counted = await owner.query<{
    runs: string;
    attempts: string;
    samples: string;
    bytes: string;
  }>(
    `select (select count(*) from testbed.runs) as runs, (select count(*) from testbed.repetitions) as attempts,
       (select sum(cardinality(value)) from testbed.series) as samples,
       pg_size_pretty(pg_database_size(current_database())) as bytes`,
  );
  await owner.end();
  const [size] = counted.rows;
  const seconds = Math.round((systemClock.monotonicMs() - startedMs) / 1_000);
  say(
    `${size?.runs} runs, ${size?.attempts} attempts, ${size?.samples} samples: ${size?.bytes}, filled in ${seconds} s`,
  );
  const reader = await connect('grafana_reader');
  const slow = await timeQueries(reader, stored.run.id, stored.run.name);
  await reader.end();
  await store.close();
  say(slow.length === 0 ? `all under ${LIMIT_MS} ms` : `over ${LIMIT_MS} ms: ${slow.join(', ')}`);
  if (slow.length > 0) process.exitCode = 1;
} finally {
  await rm(root, { recursive: true, force: true });
}

/** @returns what was over the limit; the second of three times counts, as of a dashboard in use */
async function timeQueries(reader: pg.Client, run: string, name: string): Promise<string[]> {
  const surroundings = {
    variables: { run, left: run, right: `${run}-1`, name },
    from: new Date('2020-01-01T00:00:00Z'),
    to: new Date('2030-01-01T00:00:00Z'),
    intervalSeconds: 3_600,
    scrapeSeconds: 2,
  };
  const slow: string[] = [];
  for (const [id, sql] of queriesOfDashboards()) {
    const text = expandSql(sql, surroundings);
    const times: number[] = [];
    let rows = 0;
    for (let round = 0; round < 3; round++) {
      const startedMs = systemClock.monotonicMs();
      rows = (await reader.query(text)).rows.length;
      times.push(systemClock.monotonicMs() - startedMs);
    }
    const [, medianMs = Number.NaN] = times.sort((a, b) => a - b);
    say(`${medianMs.toFixed(1).padStart(8)} ms ${String(rows).padStart(5)} rows  ${id}`);
    if (medianMs > LIMIT_MS) slow.push(id);
  }
  return slow;
}

function queriesOfDashboards(): readonly (readonly [id: string, sql: string])[] {
  return dashboards.flatMap((dashboard) => [
    ...panelsOf(dashboard).flatMap(({ id, queries }) =>
      queries.flatMap((query) => (query.source === 'results' ? [[id, query.sql] as const] : [])),
    ),
    ...dashboard.annotations.map(({ name, sql }) => [`${dashboard.uid}: ${name}`, sql] as const),
    ...dashboard.variables
      .filter(({ source }) => source === 'results')
      .map(({ name, query }) => [`${dashboard.uid}: $${name}`, query] as const),
  ]);
}
