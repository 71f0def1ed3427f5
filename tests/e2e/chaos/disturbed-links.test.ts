import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { docker, inspectContainers, objectsOfRun } from '../../fixtures/e2e-docker.ts';
import { createHome, type TestHome, waitFor } from '../../fixtures/e2e-testbed.ts';
import { firstAttempt } from '../../netem/verification.ts';

/**
 * Nodes that shape their own traffic, disturbed while they are measured: one is restarted, one is
 * taken off the data network and put back, and one is told behind our back to shape nothing.
 */

/** Wide enough for what a busy host adds to the timers of its nodes. */
const askedMs = { low: 80, high: 140 };
const scenario = `
name: disturbed
nodes: [4]
repetitions: 1
runtime: docker
shaper: userspace
load: { rate: 20 }
resources: { cpus: none, memory: 192MiB }
network:
  regions: [a, b]
  within: 60-100ms
  matrix: { a: { b: ${askedMs.low}-${askedMs.high}ms } }
phases: { warmup: 1s, measure: 22s, drain: 5s, ready: 120s }
engine: { timeout: 3s, idle: 200ms }
`;

let home: TestHome;
let report: ReturnType<typeof JSON.parse>;
/** Round trips from the restarted node to one of the other region, as it measures them itself. */
let rttMs: readonly number[] = [];
let heightsAfter: readonly number[] = [];

beforeAll(async () => {
  home = await createHome();
  const file = join(home.path, 'scenario.yaml');
  await writeFile(file, scenario);
  const running = home.start(['run', file, '--json']);
  const runId = await running.runId();
  await running.says('measuring, ');
  const { containers, networks } = await objectsOfRun(runId);
  const nodeAt = (index: number): string =>
    containers.find((name) => name.endsWith(`node${index}`)) ?? `no node ${index}`;
  const controlOf = await controlUrls(containers);

  await docker('restart', '--time', '0', nodeAt(2));
  await waitFor('the restarted node to be shaped and linked', async () => {
    const { shaping } = await ask(controlOf(nodeAt(2)), 'shaping');
    const { state, linksUp } = await ask(controlOf(nodeAt(2)), 'ready');
    return shaping?.links.length === 3 && state === 'running' && linksUp === 3;
  });
  const probe = { peerIndex: 0, count: 20, intervalMs: 20, timeoutMs: 3_000 };
  const { rttMicros = [] } = await ask(controlOf(nodeAt(2)), 'probe', probe);
  rttMs = rttMicros.map((micros: number) => micros / 1_000);
  // The controller measures it for 3 s at most, and over the node that is disturbed next.
  await sleep(3_000);

  const data = networks.find((name) => name.endsWith('-data')) ?? 'no data network';
  const [before] = await inspectContainers([nodeAt(1)]);
  const address = before?.NetworkSettings.Networks[data]?.IPAddress ?? 'no address';
  await docker('network', 'disconnect', data, nodeAt(1));
  await sleep(500);
  await docker('network', 'connect', '--ip', address, data, nodeAt(1));

  const { shaping } = await ask(controlOf(nodeAt(3)), 'shaping');
  await ask(controlOf(nodeAt(3)), 'shaping', { ...shaping, links: shaping.links.slice(1) });
  await sleep(6_000);
  heightsAfter = await Promise.all(
    [0, 1, 2, 3].map(async (index) => (await ask(controlOf(nodeAt(index)), 'log')).committedHeight),
  );
  report = await firstAttempt(home, running);
}, 300_000);
afterAll(() => home.remove(), 60_000);

test('a node that was restarted has its round trips again, and takes part', () => {
  expect(rttMs).toHaveLength(20);
  const sorted = [...rttMs].sort((a, b) => a - b);
  const median = sorted[10] ?? Number.NaN;
  expect(median).toBeGreaterThan(askedMs.low);
  expect(median).toBeLessThan(askedMs.high);
  expect(heightsAfter[2]).toBeGreaterThan(0);
});

test('what was restarted or reconnected is shaped and measured again', () => {
  const [{ network }] = report.repetitions;
  expect(network.disturbances).toMatchObject([
    { nodeIndex: 2, text: 'It restarted.', shapedAgainAt: expect.any(String) },
    { nodeIndex: 1, text: 'Its data link was replaced.', shapedAgainAt: expect.any(String) },
  ]);
  const again = network.checks.filter(
    ({ occasion }: { readonly occasion: string }) => occasion === 'again',
  );
  for (const disturbed of [1, 2]) {
    const own = again.filter(
      ({ fromNode, toNode }: Record<'fromNode' | 'toNode', number>) =>
        fromNode === disturbed || toNode === disturbed,
    );
    expect(own.length).toBeGreaterThan(0);
  }
  expect(again.filter(({ isWithin }: { readonly isWithin: boolean }) => !isWithin)).toEqual([]);
});

test('a shaping that was changed on the way is found at the end', () => {
  const [{ network }] = report.repetitions;
  expect(network.drift).toEqual(['Node 3 does not shape what it sends to 0.']);
});

test('the repetition is not trusted, and says why', () => {
  const [{ verdict, reasons, failure }] = report.repetitions;
  expect([verdict, failure]).toEqual(['invalid', null]);
  const codes = reasons.map(({ code }: { readonly code: string }) => code);
  expect(codes).toEqual(
    expect.arrayContaining(['node-restarted', 'network-disturbed', 'network-drift']),
  );
  expect(codes).not.toContain('network-mismatch');
});

/** Control addresses stay what they are over a restart. @returns base URL of each */
async function controlUrls(containers: readonly string[]): Promise<(name: string) => string> {
  const inspected = await inspectContainers(containers);
  const urls = new Map(
    inspected.map(({ Name, NetworkSettings }) => {
      const [, place] =
        Object.entries(NetworkSettings.Networks).find(([name]) => name.endsWith('-control')) ?? [];
      return [Name.slice(1), `http://${place?.IPAddress}:7000`];
    }),
  );
  return (name) => urls.get(name) ?? '';
}

/** What the node answers, whatever it is; nothing while it does not answer. */
async function ask(
  controlUrl: string,
  what: string,
  body?: unknown,
): Promise<ReturnType<typeof JSON.parse>> {
  const request =
    body === undefined
      ? {}
      : {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        };
  try {
    const signal = AbortSignal.timeout(10_000);
    return await (await fetch(`${controlUrl}/v1/${what}`, { ...request, signal })).json();
  } catch {
    return {};
  }
}
