import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headlineWords } from '../../../controller/src/report/describe-run.ts';
import { withDatabase } from '../../fixtures/e2e-database.ts';
import {
  type Inspected,
  inspectContainers,
  nothing,
  objectsOfRun,
  volumesLeft,
  volumesOf,
} from '../../fixtures/e2e-docker.ts';
import {
  compareDigests,
  type Figures,
  type RecomputedRepetition,
  recomputeRun,
} from '../../fixtures/e2e-recompute.ts';
import { isPrinted, readBars, readTables, withoutMark } from '../../fixtures/e2e-terminal.ts';
import {
  createHome,
  type EndedCommand,
  isAlive,
  processesWith,
  type TestHome,
} from '../../fixtures/e2e-testbed.ts';

/**
 * The main job, end to end: one sweep over four sizes in Docker, watched while it runs, and every
 * number it prints recomputed from the database. A test machine is seldom quiet enough for a
 * valid result, so verdicts are not demanded; that exit code and verdicts agree is.
 */

/** Not every kernel has it, and only root may read it. */
const TRACKING = '/proc/net/nf_conntrack';
const canReadTracking = existsSync(TRACKING) && process.getuid?.() === 0;

const sizes = [4, 7, 10, 16];
const limitMs = 8 * 60_000;
const words = ['sweep', '--nodes', sizes.join(','), '--repetitions', '1', '--rate', '160'];
const limits = ['--cpus', '0.75', '--memory', '160MiB'];
const phases = ['--warmup', '1s', '--measure', '4s', '--drain', '10s', '--ready', '2m'];

let home: TestHome;
let ended: EndedCommand;
let runId = '';
/** Containers of the largest network, as they were while it was measured. */
let seen: readonly Inspected[] = [];
/** Open connections of theirs that the host tracks, at that time. */
let trackedMeanwhile: readonly string[] = [];
let identity = { uid: '', effective: '', noNewPrivileges: '' };
let document: Document;
let recomputed: readonly RecomputedRepetition[] = [];
let digests: Awaited<ReturnType<typeof compareDigests>> = [];

interface Estimate {
  readonly mean: number;
  readonly interval: unknown;
  readonly values: readonly number[];
}

/** The fields of result.json that are looked at. */
interface Document {
  readonly run: { readonly id: string; readonly status: string };
  readonly headline: { readonly kind: string };
  readonly cells: readonly (Readonly<Record<string, Estimate | null>> & {
    readonly nodeCount: number;
    readonly verdict: string;
    readonly repetitionsCounted: number;
    readonly latency: Readonly<Record<string, Estimate | null>> & { readonly merged: unknown };
    readonly repetitions: readonly {
      readonly figures: Figures;
      readonly nodesReporting: number;
      readonly series: { readonly txPerSec: readonly number[] } | null;
    }[];
  })[];
}

beforeAll(async () => {
  home = await createHome();
  const command = home.start([...words, ...limits, ...phases]);
  runId = await command.runId();
  await command.says(/n=16[\s\S]*measuring, 4 s/);
  const { containers } = await objectsOfRun(runId);
  seen = await inspectContainers(containers);
  identity = await readIdentity(seen[0]?.State.Pid ?? 0);
  trackedMeanwhile = canReadTracking ? await trackedConnections(seen) : [];
  ended = { code: await command.ended, ...command.output };
  document = JSON.parse(await readFile(join(home.path, 'runs', runId, 'result.json'), 'utf8'));
  await withDatabase(home.path, async (sql) => {
    recomputed = await recomputeRun(sql, runId);
    digests = await compareDigests(sql, runId);
  });
}, limitMs);
afterAll(() => home.remove(), 60_000);

/** What the host's connection tracking has of them as open, a line each. */
async function trackedConnections(containers: readonly Inspected[]): Promise<readonly string[]> {
  const addresses = containers.flatMap(({ NetworkSettings }) =>
    Object.values(NetworkSettings.Networks).map(({ IPAddress }) => `=${IPAddress} `),
  );
  const table = await readFile(TRACKING, 'utf8');
  return table
    .split('\n')
    .filter((line) => line.includes('ESTABLISHED') && addresses.some((at) => line.includes(at)));
}

/** What the kernel says about a process: real user, capabilities, no_new_privs. */
async function readIdentity(pid: number): Promise<typeof identity> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): string =>
    new RegExp(`^${name}:\\s+(\\w+)`, 'm').exec(status)?.[1] ?? '';
  return { uid: field('Uid'), effective: field('CapEff'), noNewPrivileges: field('NoNewPrivs') };
}

describe('a Docker sweep over 4, 7, 10 and 16 nodes', () => {
  it('runs every node in a container of its own, confined and on two networks', () => {
    expect(seen).toHaveLength(16);
    for (const { Config, HostConfig, NetworkSettings, State } of seen) {
      expect(State.Running).toBe(true);
      expect(HostConfig).toMatchObject({
        NanoCpus: 750_000_000,
        Memory: 160 * 1024 * 1024,
        MemorySwap: 160 * 1024 * 1024,
        ReadonlyRootfs: true,
        Privileged: false,
        CapDrop: ['ALL'],
      });
      expect(HostConfig.CapAdd ?? []).toEqual([]);
      expect(HostConfig.PidsLimit).toBeGreaterThan(0);
      expect(HostConfig.SecurityOpt.join()).toMatch(/^no-new-privileges/);
      expect(Config.User).not.toMatch(/^(root|0)?(:|$)/);
      expect(Config.Labels['testbed.run']).toBe(runId);
      expect(Object.keys(NetworkSettings.Networks)).toHaveLength(2);
    }
    const addresses = seen.flatMap(({ NetworkSettings }) =>
      Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress),
    );
    expect(new Set(addresses).size).toBe(32);
    expect(identity).toEqual({ uid: '1000', effective: '0000000000000000', noNewPrivileges: '1' });
  });

  (canReadTracking ? it : it.skip)(
    'ends every connection that the host tracks (as root, on a kernel that shows them)',
    async () => {
      // A full mesh of 16, and the controller's own.
      expect(trackedMeanwhile.length).toBeGreaterThanOrEqual((16 * 15) / 2 + 16);
      expect(await trackedConnections(seen)).toEqual([]);
    },
  );

  it('ends with the exit code that its verdicts ask for', () => {
    expect(document.run).toMatchObject({ id: runId, status: 'completed' });
    expect(document.cells.map(({ nodeCount }) => nodeCount)).toEqual(sizes);
    const unusable = document.cells.some(({ verdict }) => verdict === 'invalid');
    expect([ended.code, ended.stderr]).toEqual([unusable ? 6 : 0, expect.anything()]);
    const [, word] = Object.entries(headlineWords).find(
      ([kind]) => kind === document.headline.kind,
    ) ?? ['', 'no such headline'];
    expect(ended.stdout.slice(0, word.length + 2)).toBe(`${word}  `);
  });

  it('stores verdicts that count exactly the repetitions that are not invalid', () => {
    for (const [index, { verdict, repetitionsCounted }] of document.cells.entries()) {
      const stored = recomputed[index];
      expect(stored?.failureCode).toBeNull();
      expect(repetitionsCounted).toBe(stored?.verdict === 'invalid' ? 0 : 1);
      if (stored?.verdict === 'invalid') expect(verdict).toBe('invalid');
    }
  });

  it('writes a report, JSON and CSV that are whole', async () => {
    const read = (name: string): Promise<string> =>
      readFile(join(home.path, 'runs', runId, name), 'utf8');
    const html = await read('report.html');
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).toContain('<svg');
    expect(html).not.toMatch(/(src|href)="https?:/);
    const rows = async (name: string): Promise<number> =>
      (await read(name)).trimEnd().split('\n').length - 1;
    expect(await rows('cells.csv')).toBe(4);
    expect(await rows('repetitions.csv')).toBeGreaterThanOrEqual(4);
    expect(await rows('nodes.csv')).toBeGreaterThanOrEqual(4 + 7 + 10 + 16);
  });

  it('has nodes that committed the same log', () => {
    expect(digests.length).toBeGreaterThanOrEqual(4);
    for (const { common, disagreements } of digests) {
      expect(common).toBeGreaterThan(0);
      expect(disagreements).toBe(0);
    }
  });

  it('gives figures of repetitions in JSON that follow from the rows', () => {
    expect(recomputed.map(({ nodeCount }) => nodeCount)).toEqual(sizes);
    for (const [index, stored] of recomputed.entries()) {
      const told = document.cells[index]?.repetitions[0];
      expect(told?.nodesReporting).toBe(stored.nodeCount);
      expect(stored.nodesReporting).toBe(stored.nodeCount);
      expectEqual(told?.figures, stored.figures);
      expectEqual(told?.series?.txPerSec, stored.txPerSec);
      expect(stored.figures.throughputTxPerSec).toBeGreaterThan(0);
      expect(stored.figures.latency?.count).toBeGreaterThan(0);
    }
  });

  it('gives figures of sizes in JSON that follow from the rows', () => {
    for (const [index, { figures }] of recomputed.entries()) {
      const cell = document.cells[index];
      const told = Object.fromEntries(
        Object.keys(figures)
          .filter((key) => key !== 'latency' && key !== 'windowSeconds')
          .map((key) => [key, cell?.[key]]),
      );
      const { latency, windowSeconds: _, ...plain } = figures;
      for (const [key, value] of Object.entries(plain)) expectEqual(told[key], once(value));
      for (const key of ['mean', 'p50', 'p95', 'p99', 'max'] as const) {
        expectEqual(cell?.latency[key], once(latency?.[`${key}Ms`] ?? null));
      }
      expectEqual(cell?.latency.merged, { ...latency, curve: expect.anything() });
    }
  });

  it('prints a table in which every number follows from the rows', () => {
    const tables = readTables(ended.stdout);
    expect([...tables.keys()]).toEqual(sizes);
    for (const stored of recomputed) {
      const row = tables.get(stored.nodeCount);
      const checked = expectations(stored);
      expect([...(row?.keys() ?? [])].sort()).toEqual([...checked.keys(), ...worded].sort());
      for (const [heading, value] of checked) {
        const text = withoutMark(row?.get(heading) ?? '', stored.verdict === 'invalid');
        expect(`${heading} ${text} ${isPrinted(text, value)}`).toBe(`${heading} ${text} true`);
      }
      expect(row?.get('95 % interval')).toBe('-');
      expect(row?.get('valid')).toBe(stored.verdict === 'valid' ? '1/1' : '0/1');
      expect(row?.get('verdict')).toBe(document.cells.find(isSize(stored.nodeCount))?.verdict);
    }
  });

  it('draws bars that end with the numbers of the table', () => {
    const bars = readBars(ended.stdout);
    expect([...bars.keys()]).toEqual(sizes);
    for (const { nodeCount, verdict, figures } of recomputed) {
      const texts = bars.get(nodeCount)?.map((text) => withoutMark(text, verdict === 'invalid'));
      const values = [figures.throughputTxPerSec, figures.latency?.p50Ms ?? null];
      expect(texts).toHaveLength(2);
      expect(values.map((value, index) => isPrinted(texts?.[index] ?? '', value))).toEqual([
        true,
        true,
      ]);
    }
  });

  it('leaves nothing behind: no container, network, volume or process', async () => {
    expect(await objectsOfRun(runId)).toEqual(nothing);
    const volumes = volumesOf(seen);
    expect(volumes).toHaveLength(16);
    expect(await volumesLeft(volumes)).toEqual([]);
    expect(seen.filter(({ State }) => isAlive(State.Pid))).toEqual([]);
    expect(await processesWith(home.path)).toEqual([]);
  });

  it('is told the same way later', async () => {
    const again = await home.json(['report', runId]);
    expect(again.cells).toEqual(document.cells);
    expect(again.headline).toEqual(document.headline);
  });
});

/** Columns that hold words or a range. */
const worded = ['n', '95 % interval', 'valid', 'verdict'];

/** What the printed columns should show, in their printed units. */
function expectations({ figures }: RecomputedRepetition): ReadonlyMap<string, number | null> {
  const scaled = (value: number | null, unit: number): number | null =>
    value === null ? null : value / unit;
  const { latency } = figures;
  return new Map([
    ['tx/s', figures.throughputTxPerSec],
    ['blocks/s', figures.blocksPerSec],
    ['mean ms', latency?.meanMs ?? null],
    ['p50 ms', latency?.p50Ms ?? null],
    ['p95 ms', latency?.p95Ms ?? null],
    ['p99 ms', latency?.p99Ms ?? null],
    ['max ms', latency?.maxMs ?? null],
    ['success', figures.successRatio],
    ['msgs/op', figures.messagesPerOperation],
    ['kB/op', scaled(figures.bytesPerOperation, 1000)],
    ['CPU/node', figures.cpuCoresPerNode],
    ['MiB/node', scaled(figures.memoryBytesPerNode, 1024 * 1024)],
    ['MiB peak', scaled(figures.memoryBytesPeak, 1024 * 1024)],
    ['throttled', figures.throttledRatio],
    ['timeouts', figures.roundsTimedOut],
  ]);
}

const isSize =
  (nodeCount: number) =>
  (cell: { readonly nodeCount: number }): boolean =>
    cell.nodeCount === nodeCount;

/** The estimate of one repetition: its value, and no interval. */
function once(value: number | null): object | null {
  return value === null ? null : { mean: value, interval: null, scale: 'linear', values: [value] };
}

/** Equal, numbers within 1e-9 of their size: sums in another order differ in the last digits. */
function expectEqual(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(snapped(expected, actual));
}

/**
 * What is expected, with those numbers of `actual` that are close enough. Rounding both would not
 * do: of two neighbours around a tie, one goes up and one goes down.
 */
function snapped(expected: unknown, actual: unknown): unknown {
  if (typeof expected === 'number' && typeof actual === 'number') {
    return Math.abs(actual - expected) <= 1e-9 * Math.abs(expected) ? actual : expected;
  }
  if (expected === null || typeof expected !== 'object' || 'asymmetricMatch' in expected) {
    return expected;
  }
  const given: Readonly<Record<string, unknown>> = { ...(actual as object | null) };
  if (Array.isArray(expected)) return expected.map((one, at) => snapped(one, given[at]));
  return Object.fromEntries(
    Object.entries(expected).map(([key, inner]) => [key, snapped(inner, given[key])]),
  );
}
