import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../controller/src/lib/system-clock.ts';
import type { RunId } from '../../../controller/src/model/ids.ts';
import type { StoredRun } from '../../../controller/src/model/record.ts';
import { dashboards, panelsOf } from '../../../controller/src/serve/panels/dashboards.ts';
import { openStore } from '../../../controller/src/store/open-store.ts';
import type { Store } from '../../../controller/src/store/store.ts';
import { expandPromql } from '../../../scripts/dashboards/expand-query.ts';
import { buildNodeProgram, startProgram } from '../../fixtures/testbed-program.ts';
import {
  configure,
  type Discovery,
  type PrometheusServer,
  root,
  type Series,
  serveNodes,
  startPrometheus,
  toolFolder,
} from './prometheus-server.ts';

/** Every PromQL of the dashboards, asked of a real Prometheus that scraped the nodes of a real run. */

const queries = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).flatMap(({ id, queries: all }) =>
    all.flatMap((query) =>
      query.source === 'prometheus'
        ? [{ id, expr: query.expr, isInstant: query.isInstant === true }]
        : [],
    ),
  ),
);

/** What a healthy run of processes without a controller's server does not have. */
const absent: readonly [reason: string, pattern: RegExp][] = [
  ['the controller of this run serves no metrics', /testbed_(?!build_info)/],
  ['only containers have a cgroup of their own', /container_/],
  ['everybody is linked to everybody', /hops_total|duplicates_total/],
  ['nothing is shaped', /shaped_segments_lost_total/],
];
const reasonWhyEmpty = (expr: string): string | undefined =>
  absent.find(([, pattern]) => pattern.test(expr))?.[0];

let home: string;
let discovery: Discovery;
let prometheus: PrometheusServer;
let runId: RunId;
let stored: StoredRun;
let samples: Awaited<ReturnType<Store['loadSamples']>>;

/** An invalid attempt is done once more: the last one, whose samples were loaded. */
const attempt = () => stored.repetitions.at(-1);

/** Its measured window, in Unix seconds. */
function window(): { from: number; to: number } {
  const { startUnixMs = 0, endUnixMs = 0 } = attempt()?.nodes[0]?.results?.window ?? {};
  return { from: startUnixMs / 1_000, to: endUnixMs / 1_000 };
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'testbed-panels-'));
  buildNodeProgram();
  discovery = await serveNodes(home);
  prometheus = await startPrometheus(mkdtempSync(join(home, 'prometheus-')), discovery.port);
  const running = startProgram(home, [
    ...['sweep', '--nodes', '4', '--runtime', 'process', '--rate', '200', '--repetitions', '1'],
    // Long enough for Prometheus to find the nodes (up to 12 s) and to have rates.
    ...['--warmup', '10s', '--measure', '12s', '--json'],
  ]);
  expect([0, 6]).toContain(await running.ended);
  runId = JSON.parse(running.output.stdout).run.id;
  const store = await openStore(
    { dataFolder: home },
    { clock: systemClock, signal: new AbortController().signal, onWarning: () => undefined },
  );
  stored = await store.loadRun(runId);
  samples = await store.loadSamples(runId);
  await store.close();
}, 180_000);

afterAll(async () => {
  await prometheus.stop();
  await discovery.close();
  rmSync(home, { recursive: true, force: true });
}, 30_000);

const ask = (expr: string, isInstant: boolean): Promise<Series[]> => {
  const { from, to } = window();
  const expanded = expandPromql(expr, {
    variables: { run: runId, cell: '.*', repetition: '.*' },
    from: new Date(from * 1_000),
    to: new Date(to * 1_000),
    intervalSeconds: 2,
    scrapeSeconds: 2,
  });
  return prometheus.ask(expanded, { from, to, isInstant });
};

describe('queries of the dashboards', () => {
  it.each(queries)('$id: $expr', async ({ expr, isInstant }) => {
    const series = await ask(expr, isInstant);
    // A percentile of nothing is not a number, and is nothing to look at.
    const numbers = series
      .flatMap(({ values }) => values.map(([, value]) => value))
      .filter(Number.isFinite);
    const reason = reasonWhyEmpty(expr);
    expect({ reason, hasValues: numbers.length > 0 }).toEqual({
      reason,
      hasValues: reason === undefined,
    });
    expect(numbers.filter((value) => value < 0)).toEqual([]);
  });

  it('have a line a node where they are by node', async () => {
    const { expr = '' } = queries.find(({ id }) => id === 'run-lag') ?? {};
    const nodes = (await ask(expr, false)).map(({ metric }) => metric.node);
    expect(nodes.sort()).toEqual(['0', '1', '2', '3']);
  });
});

describe('Prometheus and the database', () => {
  it('agree on the counters of every node, scrape by scrape', async () => {
    let compared = 0;
    for (const metric of [
      'consensus_transactions_committed_total',
      'consensus_commit_latency_seconds_count',
      'network_messages_sent_total',
    ]) {
      const range = { from: window().from, to: window().to, isInstant: true };
      const seconds = Math.ceil(range.to - range.from);
      const raw = await prometheus.ask(`${metric}{job="nodes",run="${runId}"}[${seconds}s]`, range);
      for (const { metric: labels, values } of raw) {
        const own = samples.filter(
          (one) => one.metric === metric && `${one.nodeIndex}` === labels.node,
        );
        compared += own.filter(({ at, value }) =>
          isBetween(values, at.getTime() / 1_000, value),
        ).length;
      }
      expect(raw.length).toBe(4);
    }
    expect(compared).toBeGreaterThan(50);
  });

  it('agree on the throughput of the window', async () => {
    const measured =
      attempt()?.nodes.reduce((sum, { results }) => sum + (results?.committedInWindow ?? 0), 0) ??
      0;
    const { from, to } = window();
    const [series] = await prometheus.ask(
      `sum(increase(consensus_commit_latency_seconds_count{job="nodes",run="${runId}"}[${Math.round(to - from)}s]))`,
      { from, to, isInstant: true },
    );
    const seen = series?.values[0]?.[1] ?? 0;
    expect(measured).toBeGreaterThan(1_000);
    // Prometheus extends the growth between its first and last scrape to the ends of the window.
    expect(Math.abs(seen / measured - 1)).toBeLessThan(0.05);
  });
});

describe('promtool', () => {
  const run = (words: readonly string[], input = ''): string =>
    execFileSync(join(toolFolder(), 'promtool'), words, { encoding: 'utf8', input, cwd: root });

  it('accepts the configuration', () => {
    const folder = mkdtempSync(join(home, 'configuration-'));
    configure(folder, { controller: 'controller:8080', prometheus: 'localhost:9090' });
    expect(run(['check', 'config', join(folder, 'prometheus.yml')])).toContain('is valid');
  });

  it('accepts the rules, and their tests pass', () => {
    run(['check', 'rules', '--lint=all', '--lint-fatal', 'compose/prometheus/rules/testbed.yml']);
    expect(run(['test', 'rules', 'compose/prometheus/tests/testbed.test.yml'])).toContain(
      'SUCCESS',
    );
  });

  it('finds nothing wrong with the names of metrics of a node', () => {
    expect(discovery.page()).toContain('consensus_round');
    run(['check', 'metrics'], discovery.page());
  });
});

/** Whether a counter read at that time lies between the scrapes of Prometheus before and after. */
function isBetween(values: Series['values'], at: number, value: number): boolean {
  const before = values.findLast(([time]) => time <= at);
  const after = values.find(([time]) => time > at);
  if (before === undefined || after === undefined) return false;
  // A scrape is stamped with its start; what it read is a little later.
  const slackSeconds = 0.1;
  const growth = after[1] - before[1];
  const slack = (growth / (after[0] - before[0])) * slackSeconds + 1;
  if (value < before[1] - slack || value > after[1] + slack) {
    throw new Error(`stored ${value} at ${at}, Prometheus has ${before} and ${after}`);
  }
  return true;
}
