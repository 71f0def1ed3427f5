/**
 * Asks a real Grafana every query of every panel: starts its image with the provisioning and the
 * dashboards of compose/, beside a Postgres and a Prometheus of their images, and fails on what
 * Grafana complains about. Needs Docker and the images.
 *   npm run grafana:smoke
 * GRAFANA_IMAGE, PROMETHEUS_IMAGE and POSTGRES_IMAGE name other images. Ends with 0 if every query
 * was answered, 1 if one was not, and 4 with "skipped: no image" where an image cannot be had.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { systemClock } from '../controller/src/lib/system-clock.ts';
import { dashboards } from '../controller/src/serve/panels/dashboards.ts';
import { openStore } from '../controller/src/store/open-store.ts';
import { generateHostSamples } from '../tests/fixtures/host-samples.ts';
import { generateShapedRun } from '../tests/fixtures/shaped-run.ts';
import { readerSql } from '../tests/integration/panels/reader.ts';
import { createGrafanaClient, type GrafanaClient } from './dashboards/grafana-client.ts';

const images = {
  grafana: process.env.GRAFANA_IMAGE ?? 'grafana/grafana:12.4.2',
  prometheus: process.env.PROMETHEUS_IMAGE ?? 'prom/prometheus:v3.5.0',
  postgres: process.env.POSTGRES_IMAGE ?? 'postgres:17.6-bookworm',
};
const root = join(import.meta.dirname, '..');
const compose = join(root, 'compose');
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const docker = (...words: readonly string[]): string =>
  execFileSync('docker', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

function haveImages(): boolean {
  for (const image of Object.values(images)) {
    try {
      docker('image', 'inspect', image);
    } catch {
      try {
        docker('pull', '--quiet', image);
      } catch (error) {
        const [line = ''] = String((error as { stderr?: unknown }).stderr ?? error).split('\n');
        say(`skipped: no image\n  ${image} is not here and cannot be pulled: ${line}`);
        return false;
      }
    }
  }
  return true;
}

const stamp = randomBytes(4).toString('hex');
const network = `testbed-smoke-${stamp}`;
const password = randomBytes(12).toString('hex');

/** @returns the port of the host that leads to it */
function start(service: string, port: number, words: readonly string[]): number {
  const name = `${network}-${service}`;
  const published = ['--publish', `127.0.0.1::${port}`];
  const alias = ['--network', network, '--network-alias', service];
  docker('run', '--detach', '--name', name, ...alias, ...published, ...words);
  const [address = ''] = docker('port', name, `${port}/tcp`).split('\n');
  return Number(address.split(':').at(-1));
}

function startAll(folder: string): { grafana: number; postgres: number } {
  docker('network', 'create', network);
  const environment = [
    'POSTGRES_USER=testbed',
    'POSTGRES_DB=testbed',
    `POSTGRES_PASSWORD=${password}`,
  ];
  const postgres = start('postgres', 5432, [
    ...environment.flatMap((setting) => ['--env', setting]),
    images.postgres,
  ]);
  // Without a controller there is no token to show; everything else is as in compose.
  writeFileSync(join(folder, 'token'), 'none');
  start('prometheus', 9090, [
    ...['--volume', `${join(compose, 'prometheus')}:/etc/prometheus:ro`],
    ...['--volume', `${join(folder, 'token')}:/run/secrets/testbed-token:ro`],
    images.prometheus,
  ]);
  const grafana = start('grafana', 3000, [
    ...['--volume', `${join(compose, 'grafana/provisioning')}:/etc/grafana/provisioning:ro`],
    ...['--volume', `${join(compose, 'grafana/dashboards')}:/var/lib/grafana/dashboards:ro`],
    ...['--env', `GRAFANA_DB_PASSWORD=${password}`, '--env', 'GF_AUTH_ANONYMOUS_ENABLED=true'],
    ...[
      '--env',
      'GF_AUTH_ANONYMOUS_ORG_ROLE=Admin',
      '--env',
      'GF_ANALYTICS_REPORTING_ENABLED=false',
    ],
    images.grafana,
  ]);
  return { grafana, postgres };
}

function removeAll(): void {
  for (const service of ['grafana', 'prometheus', 'postgres']) {
    try {
      docker('rm', '--force', '--volumes', `${network}-${service}`);
    } catch {} // was never started
  }
  try {
    docker('network', 'rm', network);
  } catch {}
}

/** A stored run, and the role of docs/dashboards.md. */
async function fill(port: number, dataFolder: string): Promise<string> {
  const databaseUrl = `postgres://testbed:${password}@127.0.0.1:${port}/testbed?sslmode=disable`;
  const client = await connectPatiently(databaseUrl);
  const store = await openStore(
    { databaseUrl, dataFolder },
    { clock: systemClock, signal: new AbortController().signal, onWarning: say },
  );
  const stored = generateShapedRun({
    sizes: [4, 7],
    repetitions: 2,
    measureMs: 2_000,
    withChanges: true,
    withTrouble: true,
  });
  const host = generateHostSamples(stored);
  await store.saveRun(stored.run);
  for (const record of stored.repetitions) {
    const hostSamples = host.filter(({ repetitionId }) => repetitionId === record.id);
    await store.saveRepetition({ ...record, hostSamples });
  }
  await store.close();
  await client.query(readerSql);
  await client.query(`alter role grafana_reader password '${password}'`);
  await client.end();
  return stored.run.id;
}

async function connectPatiently(url: string): Promise<pg.Client> {
  const deadlineMs = systemClock.monotonicMs() + 60_000;
  for (;;) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (systemClock.monotonicMs() > deadlineMs) throw error;
      await systemClock.sleep(500, { signal: new AbortController().signal });
    }
  }
}

async function check(grafana: GrafanaClient, run: string): Promise<string[]> {
  const problems = await grafana.problemsOfSources(['testbed-prometheus', 'testbed-postgres']);
  const uids = await grafana.dashboardUids();
  for (const { uid } of dashboards) {
    if (!uids.includes(uid)) problems.push(`${uid} was not provisioned`);
  }
  const variables = {
    run,
    cell: '.*',
    repetition: '.*',
    left: run,
    right: run,
    name: 'five-regions',
  };
  for (const { uid } of dashboards) {
    const path = join(compose, 'grafana/dashboards', `${uid.replace('testbed-', '')}.json`);
    const { asked, failed } = await grafana.askPanels(readFileSync(path, 'utf8'), variables);
    say(`${uid}: ${asked} queries, ${failed.length} failed`);
    problems.push(...failed);
  }
  return problems;
}

if (haveImages()) {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-smoke-'));
  try {
    const ports = startAll(folder);
    const run = await fill(ports.postgres, folder);
    const grafana = await createGrafanaClient(`http://127.0.0.1:${ports.grafana}`, systemClock);
    const problems = await check(grafana, run);
    for (const problem of problems) say(`failed: ${problem}`);
    say(
      problems.length === 0
        ? `${images.grafana}: every query was answered`
        : `${problems.length} failed`,
    );
    if (problems.length > 0) process.exitCode = 1;
  } finally {
    removeAll();
    rmSync(folder, { recursive: true, force: true });
  }
} else {
  process.exitCode = 4; // the "environment" exit code of docs/errors.md: nothing was checked
}
