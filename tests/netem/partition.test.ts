import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHome, type TestHome } from '../fixtures/e2e-testbed.ts';
import { dataPlace, inside, runningNodes } from './containers.ts';
import { firstAttempt } from './verification.ts';

const nodeCount = 16;
const scenario = `
name: partition
nodes: [${nodeCount}]
repetitions: 1
runtime: docker
shaper: netem
load: { rate: 5 }
resources: { cpus: none, memory: 160MiB }
network:
  regions: { north: 10, south: 6 }
  within: 2ms
  matrix: { north: { south: 40ms } }
timeline:
  - { at: 5s, partition: [[north], [south]] }
  - { at: 13s, heal: true }
phases: { warmup: 2s, measure: 22s, drain: 5s, ready: 300s }
engine: { timeout: 4s, idle: 1s }
`;

interface Change {
  readonly changeIndex: number;
  readonly nodeIndex: number;
  readonly plannedAt: string;
  readonly appliedAt: string | null;
}

let home: TestHome;
/** Of echo requests from a northern to a southern node that were answered, in ms since 1970. */
let answeredAt: readonly number[] = [];
let network: { readonly changes: readonly Change[]; readonly drift: readonly string[] };

beforeAll(async () => {
  home = await createHome();
  const file = join(home.path, 'scenario.yaml');
  await writeFile(file, scenario);
  const running = home.start(['run', file, '--json']);
  await running.says('measuring, ');
  const [north, south] = await Promise.all(
    [0, nodeCount - 1].map(async (index) => dataPlace((await runningNodes())[index] ?? '')),
  );
  const ping = ['ping', '-n', '-D', '-i', '0.1', '-w', '20', south?.address ?? ''];
  const output = await inside(north?.pid ?? '', ...ping);
  answeredAt = [...output.matchAll(/^\[([\d.]+)\] .* time=/gm)].map(([, at]) => Number(at) * 1000);
  const report = await firstAttempt(home, running);
  network = report.repetitions[0].network;
}, 400_000);
afterAll(() => home.remove(), 60_000);

describe.each([
  ['partition', 0],
  ['heal', 1],
])('a %s of 16 nodes', (_, changeIndex) => {
  // 200 to 520 ms on the one emulated core that 16 nodes share here.
  test('takes effect on all nodes within 1 s of each other', () => {
    const times = appliedAt(changeIndex);
    expect(times).toHaveLength(nodeCount);
    const spreadMs = Math.max(...times) - Math.min(...times);
    process.stdout.write(`change ${changeIndex}: all ${nodeCount} nodes within ${spreadMs} ms\n`);
    expect(spreadMs).toBeLessThanOrEqual(1_000);
  });
});

test('pings across the cut are lost from the partition to the heal, and only then', () => {
  const [cutMs, healedMs] = [Math.max(...appliedAt(0)), Math.max(...appliedAt(1))];
  const beganMs = Math.min(...appliedAt(0));
  // A round trip, one interval, and what a busy guest takes to notice.
  const slackMs = 400;
  const during = answeredAt.filter((at) => at > cutMs + slackMs && at < healedMs - slackMs);
  expect(during).toEqual([]);
  expect(answeredAt.filter((at) => at < beganMs).length).toBeGreaterThan(10);
  const afterwards = answeredAt.filter((at) => at > healedMs);
  expect(afterwards.length).toBeGreaterThan(10);
  expect(Math.min(...afterwards) - healedMs).toBeLessThan(slackMs);
});

test('no qdisc is lost by cutting and healing', () => {
  expect(network.drift).toEqual([]);
});

function appliedAt(changeIndex: number): readonly number[] {
  return network.changes
    .filter((one) => one.changeIndex === changeIndex)
    .map(({ appliedAt: at }) => (at === null ? Number.NaN : Date.parse(at)));
}
