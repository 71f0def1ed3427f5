import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { docker } from '../fixtures/e2e-docker.ts';
import { createHome, type TestHome, waitFor } from '../fixtures/e2e-testbed.ts';
import {
  dataPlace,
  inside,
  median,
  type Place,
  ping,
  runningNodes,
  toleranceMs,
} from './containers.ts';
import { firstAttempt } from './verification.ts';

/** Round trips between the regions of nodes 0 to 7, two in each. */
const roundTripMs = [
  [2, 30, 60, 90],
  [30, 2, 120, 50],
  [60, 120, 2, 80],
  [90, 50, 80, 2],
];

const scenario = `
name: disturbed
nodes: [8]
repetitions: 1
runtime: docker
shaper: netem
load: { rate: 10 }
resources: { cpus: none, memory: 192MiB }
network:
  regions: [a, b, c, d]
  within: 2ms
  matrix: { a: { b: 30ms, c: 60ms, d: 90ms }, b: { c: 120ms, d: 50ms }, c: { d: 80ms } }
phases: { warmup: 2s, measure: 75s, drain: 5s, ready: 240s }
engine: { timeout: 3s, idle: 500ms }
`;

interface Medians {
  readonly pair: string;
  readonly askedMs: number;
  readonly measuredMs: number;
}

let home: TestHome;
let before: readonly Medians[] = [];
let after: readonly Medians[] = [];
let report: ReturnType<typeof JSON.parse>;

/**
 * One run for all: at first untouched, then with a link changed and put back, with a node restarted,
 * at last with a qdisc lost.
 */
beforeAll(async () => {
  home = await createHome();
  const file = join(home.path, 'scenario.yaml');
  await writeFile(file, scenario);
  const running = home.start(['run', file, '--json']);
  await running.says('measuring, ');
  const nodes = await runningNodes();
  // Asked once: on one slow processor each question takes seconds of the window.
  const places = await Promise.all(nodes.map(dataPlace));
  before = await witness(places, [
    [0, 1],
    [0, 3],
    [2, 5],
    [4, 6],
    [1, 7],
    [3, 4],
  ]);
  const restarted = nodes[5] ?? '';
  await slowDown(at(places, 2), 2_000);
  await docker('restart', '--time', '0', restarted);
  await waitFor('the restarted node to be shaped', async () => isShaped(restarted));
  await sleep(4_000);
  places[5] = await dataPlace(restarted);
  after = await witness(places, [
    [5, 0],
    [5, 2],
    [7, 5],
  ]);
  const { pid, device } = at(places, 7);
  await inside(pid, 'tc', 'qdisc', 'del', 'dev', device, 'root');
  report = await firstAttempt(home, running);
}, 420_000);
afterAll(() => home.remove(), 60_000);

test('pings between nodes under load show the round trips of the matrix', () => {
  expect(offTolerance(before)).toEqual([]);
});

test('a node that was restarted is shaped, measured and let in again', () => {
  expect(offTolerance(after)).toEqual([]);
  const [{ network }] = report.repetitions;
  const again = network.disturbances.filter(
    (one: { readonly nodeIndex: number }) => one.nodeIndex === 5,
  );
  expect(again.length).toBeGreaterThan(0);
  for (const { shapedAgainAt } of again) expect(shapedAgainAt).not.toBeNull();
  const checks = network.checks.filter(
    (one: { readonly occasion: string }) => one.occasion === 'again',
  );
  expect(checks.length).toBeGreaterThan(0);
  for (const { isWithin } of checks) expect(isWithin).toBe(true);
});

test('a qdisc that was lost on the way is found at the end, and the repetition is not trusted', () => {
  const [{ network, verdict }] = report.repetitions;
  expect(network.drift[0]).toMatch(/^Node 7 .* \(since \d+\.\d s of the window\)\.$/);
  expect(verdict).toBe('invalid');
});

test('what was changed and put back is found, with its times, and nothing else is', () => {
  const [{ network }] = report.repetitions;
  expect(network.drift.slice(1)).toEqual([
    expect.stringMatching(
      /^Node 2 towards a: the delay is 250 \+- 0 ms instead of 15 \+- 0 ms; the loss is 30 % instead of 0 % \(from \d+\.\d s of the window to \d+\.\d s of the window\)\.$/,
    ),
  ]);
});

/** Makes the link of a node to the first region slow and lossy for a while. */
async function slowDown({ pid, device }: Place, forMs: number): Promise<void> {
  const qdiscs = await inside(pid, 'tc', 'qdisc', 'show', 'dev', device);
  const words = / parent 7e57:10 (.*)$/m.exec(qdiscs)?.[1]?.trim().split(' ') ?? [];
  const netem = ['tc', 'qdisc', 'change', 'dev', device, 'parent', '7e57:10', 'netem'];
  await inside(pid, ...netem, ...words.slice(0, 2), 'delay', '250ms', 'loss', '30%');
  await sleep(forMs);
  await inside(pid, ...netem, ...words, 'loss', '0%');
}

/** Pings between nodes, all pairs side by side. */
async function witness(
  places: readonly Place[],
  pairs: readonly (readonly [from: number, to: number])[],
): Promise<readonly Medians[]> {
  return Promise.all(
    pairs.map(async ([from, to]) => {
      const pid = places[from]?.pid ?? '';
      const address = places[to]?.address ?? '';
      const { rttMs } = await ping(pid, address, { count: 25, intervalMs: 200 });
      const askedMs = roundTripMs[from >> 1]?.[to >> 1] ?? Number.NaN;
      return { pair: `${from}-${to}`, askedMs, measuredMs: median(rttMs) };
    }),
  );
}

function at(places: readonly Place[], node: number): Place {
  const place = places[node];
  if (place === undefined) throw new Error(`there is no node ${node}`);
  return place;
}

function offTolerance(medians: readonly Medians[]): readonly Medians[] {
  return medians.filter(
    ({ askedMs, measuredMs }) => !(Math.abs(measuredMs - askedMs) <= toleranceMs(askedMs)),
  );
}

/** False also while the node is between two processes. */
async function isShaped(node: string): Promise<boolean> {
  try {
    const { pid, device } = await dataPlace(node);
    return (await inside(pid, 'tc', 'qdisc', 'show', 'dev', device)).includes('netem');
  } catch {
    return false;
  }
}
