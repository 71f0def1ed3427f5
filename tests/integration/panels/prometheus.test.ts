import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { measureRepetition } from '../../../controller/src/analyse/measure-repetition.ts';
import { systemClock } from '../../../controller/src/lib/system-clock.ts';
import type { RunId } from '../../../controller/src/model/ids.ts';
import type { StoredRun } from '../../../controller/src/model/record.ts';
import { accepted, queueEntry } from '../../../controller/src/serve/api/queue.ts';
import { dashboards, panelsOf } from '../../../controller/src/serve/panels/dashboards.ts';
import { openStore } from '../../../controller/src/store/open-store.ts';
import type { Store } from '../../../controller/src/store/store.ts';
import { expandPromql } from '../../../scripts/dashboards/expand-query.ts';
import {
  buildNodeProgram,
  type RunningProgram,
  startProgram,
} from '../../fixtures/testbed-program.ts';
import { waitFor } from '../store/workplace.ts';
import {
  configure,
  type PrometheusServer,
  root,
  type Series,
  startPrometheus,
  toolFolder,
} from './prometheus-server.ts';

/**
 * Every PromQL of the dashboards, asked of a real Prometheus that found controller and nodes through
 * `testbed serve` while that carried out a real run.
 */

const queries = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).flatMap(({ id, queries: all }) =>
    all.flatMap((query) =>
      query.source === 'prometheus'
        ? [{ id, expr: query.expr, isInstant: query.isInstant === true }]
        : [],
    ),
  ),
);

/** What a healthy run of processes does not have. */
const absent: readonly [reason: string, pattern: RegExp][] = [
  ['only containers have a cgroup of their own', /container_/],
  ['everybody is linked to everybody', /hops_total|duplicates_total/],
  ['nothing is shaped', /shaped_segments_lost_total/],
  ['nobody breaks the rules', /misbehaviours_total/],
];
/** There, or not, as this machine happens to be: an alert of a busy host. That they are understood is enough. */
const perhaps = /\bALERTS\b/;
const reasonWhyEmpty = (expr: string): string | undefined =>
  absent.find(([, pattern]) => pattern.test(expr))?.[0];

let home: string;
let server: RunningProgram;
let nodePage = '';
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
  server = startProgram(home, ['serve', '--port', '0']);
  await waitFor(async () => server.output.stdout.includes('serving at '));
  const url = /serving at (\S+)/.exec(server.output.stdout)?.[1] ?? '';
  const { host } = new URL(url);
  prometheus = await startPrometheus(mkdtempSync(join(home, 'prometheus-')), host);
  runId = await submitRun(url);
  nodePage = await runToItsEnd(url);
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
  server.child.kill('SIGINT');
  await server.ended;
  rmSync(home, { recursive: true, force: true });
}, 30_000);

/** Measured for 12 s: long enough to have rates, and for Prometheus to find the nodes before. */
async function submitRun(url: string): Promise<RunId> {
  const text = `{ name: scraped, nodes: [4], runtime: process, load: { rate: 200 }, repetitions: 1,
    phases: { warmup: 6s, measure: 12s } }`;
  const reply = await fetch(new URL('/api/v1/runs', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  });
  return accepted.parse(await reply.json()).entry.id as RunId;
}

/** @returns the last metrics page of node 0 that had committed something */
async function runToItsEnd(url: string): Promise<string> {
  let page = '';
  for (;;) {
    const entry = await fetch(new URL(`/api/v1/queue/${runId}`, url));
    const { endedAt, exitCode } = queueEntry.parse(await entry.json());
    if (endedAt !== null) {
      // A test machine is seldom quiet enough for a valid result.
      expect([0, 6]).toContain(exitCode);
      return page;
    }
    const reply = await fetch(new URL(`/nodes/${runId}/0/metrics`, url));
    const text = await reply.text();
    if (reply.ok && text.includes('consensus_round')) page = text;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

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
    if (perhaps.test(expr)) return;
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

  it('agree on the figures of the window', async () => {
    const record = attempt();
    if (record === undefined) throw new Error('nothing was stored');
    const { figures } = measureRepetition(record).finding;
    const { from, to } = window();
    const grown = (metric: string): string =>
      `sum(increase(${metric}{job="nodes",run="${runId}"}[${Math.round(to - from)}s]))`;
    const commits = grown('consensus_commit_latency_seconds_count');
    for (const [expr, stored, share] of [
      [`${commits} / ${to - from}`, figures.throughputTxPerSec, 0.05],
      [`${grown('network_messages_sent_total')} / ${commits}`, figures.messagesPerOperation, 0.05],
      [`${grown('network_bytes_sent_total')} / ${commits}`, figures.bytesPerOperation, 0.05],
      [`${grown('process_cpu_seconds_total')} / ${4 * (to - from)}`, figures.cpuCoresPerNode, 0.1],
    ] as const) {
      const [series] = await prometheus.ask(expr, { from, to, isInstant: true });
      const seen = series?.values[0]?.[1] ?? Number.NaN;
      expect([expr, Math.abs(seen / (stored ?? Number.NaN) - 1) < share]).toEqual([expr, true]);
    }
  });

  it('had the first sample of every node within 5 s of when it began to listen', async () => {
    const { startedAt, endedAt } = stored.run;
    const seconds = Math.ceil(((endedAt?.getTime() ?? 0) - startedAt.getTime()) / 1_000);
    const to = (endedAt?.getTime() ?? 0) / 1_000;
    const series = await prometheus.ask(`up{job="nodes",run="${runId}"}[${seconds}s]`, {
      ...{ from: to, to },
      isInstant: true,
    });
    const [first] = stored.repetitions;
    // When all had told who they are; each of them listened by then.
    const listeningAt = first?.phases.find(({ phase }) => phase === 'start')?.endedAt;
    expect(series).toHaveLength(4);
    const afterSeconds = series.map(({ values }) => {
      const [atSeconds = Number.NaN] = values.find(([, up]) => up === 1) ?? [];
      return atSeconds - (listeningAt?.getTime() ?? Number.NaN) / 1_000;
    });
    process.stdout.write(`first samples: ${afterSeconds.map((s) => s.toFixed(1)).join(', ')} s\n`);
    expect(Math.max(...afterSeconds)).toBeLessThan(5);
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
    expect(nodePage).toContain('consensus_round');
    run(['check', 'metrics'], nodePage);
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
