import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import type { NetemSupport, Runtime } from '../../../controller/src/runtime/runtime.ts';
import { expectGolden } from '../../fixtures/golden.ts';
import { createFakeRuntime, type Ran, run } from './fakes.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plan-network-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const works: NetemSupport = { kind: 'works' };
const missing: NetemSupport = {
  kind: 'missing',
  missing: ['the kernel module sch_netem'],
  hint: 'Load it: modprobe sch_netem.',
};

async function plan(
  words: readonly string[],
  support: NetemSupport | TestbedError = works,
  more: Partial<Runtime> = {},
): Promise<Ran & { readonly trials: number }> {
  let trials = 0;
  const probeNetem = async (): Promise<NetemSupport> => {
    trials++;
    if (support instanceof TestbedError) throw support;
    return support;
  };
  const ran = await run(['plan', ...words], {
    environment: { cwd: folder },
    wiring: {
      openRuntime: async (choice) =>
        choice === 'process'
          ? createFakeRuntime('process')
          : createFakeRuntime('docker', { probeNetem, ...more }),
    },
  });
  return { ...ran, trials };
}

const regional = `name: regional
nodes: [6, 9]
repetitions: 5
network:
  regions: {europe: 1, america: 30%, south-east-asia-and-oceania: rest}
  matrix:
    europe: {america: {rtt: 80ms, loss: 1%}, south-east-asia-and-oceania: 180-220ms}
    america: {europe: {rtt: 100ms, rate: 20Mbit}, south-east-asia-and-oceania: {rtt: 150ms, jitter: 10ms}}
  groups:
    edge: {nodes: 50%, region: south-east-asia-and-oceania, profile: {rtt: 40ms, rate: {up: 1Mbit, down: 10Mbit}}, resources: {cpus: 0.25, memory: 64MiB}}
resources: {cpus: fair, memory: 256MiB}
timeline:
  - {at: 10s, partition: [[europe], [america, south-east-asia-and-oceania/edge]]}
  - {at: 20s, heal: true}
  - {at: 30s, degrade: {from: america, to: europe, add: {rtt: 100ms, loss: 2%}}, one-way: true}
`;

async function writeRegional(): Promise<void> {
  await writeFile(join(folder, 'regional.yaml'), regional);
}

describe('plan of a network', () => {
  it('prints regions, what a ping will show, limits and changes in 80 columns', async () => {
    await writeRegional();
    const { exitCode, stdout } = await plan(['regional.yaml']);
    expect(exitCode).toBe(0);
    expectGolden('plan-regional.txt', stdout);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('says how a table was read and what will ping, as a file or an option asks', async () => {
    await writeFile(join(folder, 'aws.csv'), '# From/to,eu,us\neu,0,38\nus,39,0\n');
    await writeFile(
      join(folder, 'table.yaml'),
      'name: table\nnodes: [4]\nnetwork: {matrix: aws.csv}\n',
    );
    const wordsOf = async (...more: string[]): Promise<string> =>
      (await plan(['table.yaml', ...more])).stdout.replace(/\s+/g, ' ');
    expect(await wordsOf()).toContain(
      'matrix aws.csv, read as round trips; eu to us 38 ms, back 39 ms, half of it in each direction: a ping shows 38.5 ms; if these are one-way delays, say matrix-values: one-way',
    );
    const oneWay = await wordsOf('--set', 'network.matrix-values=one-way');
    expect(oneWay).toContain(
      'matrix aws.csv, read as one-way delays; eu to us 38 ms, back 39 ms: a ping shows 77 ms',
    );
    expect(oneWay).toContain('eu - us 77 ms 38 / 39 ms');
    const stored = await plan(['table.yaml', '--set', 'network.matrix-values=one-way', '--json']);
    expect(JSON.parse(stored.stdout).plan.scenario.network.matrix).toMatchObject({
      source: 'aws.csv',
      values: 'one-way',
    });
  });

  it('says who shapes, and tries netem only where it matters', async () => {
    const ideal = await plan(['--nodes', '4'], missing);
    expect(ideal.stdout).toMatch(/^network +ideal, not shaped$/m);
    expect(ideal.trials).toBe(0);
    const kernel = await plan(['--nodes', '4', '--network', 'wan']);
    expect(kernel.stdout).toMatch(/^network +wan.*shaped by netem$/m);
    expect(kernel.stdout).toMatch(/^all +50-100 ms +25-50 ms +0.1 % +unlimited$/m);
    expect(kernel.trials).toBe(1);
    const nodes = await plan(['--nodes', '4', '--network', 'wan'], missing);
    expect(nodes.stdout).toContain('shaped by userspace');
    expect(nodes.stdout.replace(/\s+/g, ' ')).toContain('lacks the kernel module sch_netem');
  });

  it('is one JSON value with the reason, where it cannot be shaped or does not fit', async () => {
    const words = ['--nodes', '4', '--network', 'wan', '--shaper', 'netem', '--json'];
    const unshaped = await plan(words, missing);
    expect(unshaped.exitCode).toBe(4);
    expect(JSON.parse(unshaped.stdout)).toMatchObject({
      plan: { shaper: 'netem' },
      error: { code: 'SHAPER_UNAVAILABLE', exitCode: 4 },
    });
    const large = await plan([...words, '--cpus', '500', '--strict']);
    expect(large.exitCode).toBe(3);
    expect(JSON.parse(large.stdout)).toMatchObject({ error: { code: 'PLAN_TOO_LARGE' } });
    expect(JSON.parse((await plan(words)).stdout)).toMatchObject({ error: null });
  });

  it('breaks no line at 80 columns, however long names are', async () => {
    const [eu, us, edge] = ['a', 'b', 'c'].map((letter) => letter.repeat(31));
    await writeFile(
      join(folder, 'long.yaml'),
      `name: long
nodes: [8, 16]
network:
  regions: [${eu}, ${us}]
  matrix: {${eu}: {${us}: {rtt: 80-120ms, loss: 0.123%, rate: 1.234Gbit}}}
  groups: {${edge}: {nodes: 50%, profile: {rtt: 33-35ms, rate: {up: 1.234Mbit, down: 12.34Mbit}}}}
`,
    );
    const { stdout } = await plan(['long.yaml']);
    expect(stdout).toContain('12.34 / 1.234 Mbit/s');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('gives another shaper another hash', async () => {
    const words = ['--nodes', '4', '--network', 'wan', '--json'];
    const [kernel, nodes] = await Promise.all([plan(words), plan(words, missing)]);
    const hash = ({ stdout }: Ran): string => JSON.parse(stdout).plan.hash;
    expect(hash(kernel)).not.toBe(hash(nodes));
  });

  it('shows a scenario that cannot be shaped here, and fails then', async () => {
    const ran = await plan(['--nodes', '4', '--network', 'wan', '--shaper', 'netem'], missing);
    expect(ran.exitCode).toBe(4);
    expect(ran.stdout).toContain('shaped by netem');
    expect(ran.stderr).toContain('SHAPER_UNAVAILABLE');
    expect(ran.stderr).toContain('modprobe');
  });

  it('assumes netem where it cannot be tried, and says so', async () => {
    const untried = new TestbedError('SHAPER_UNAVAILABLE', 'The helper cannot run.');
    const ran = await plan(['--nodes', '4', '--network', 'wan'], untried);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain('shaped by netem');
    expect(ran.stdout.replace(/\s+/g, ' ')).toContain('it is assumed. The helper cannot run.');
    const inspectHosts = async () => {
      throw new TestbedError('DOCKER_UNREACHABLE', 'No Docker daemon answers.');
    };
    const away = await plan(['--nodes', '4', '--network', 'wan'], works, { inspectHosts });
    expect(away.stdout.replace(/\s+/g, ' ')).toContain('Links are planned for netem.');
  });

  it('refuses overcommitment if it is strict, after showing it', async () => {
    const words = ['--nodes', '16', '--cpus', '1'];
    expect((await plan(words)).exitCode).toBe(0);
    const ran = await plan([...words, '--strict']);
    expect(ran.exitCode).toBe(3);
    expect(ran.stdout).toContain('16/8');
    expect(ran.stderr).toContain('PLAN_TOO_LARGE');
    expect((await plan(['--nodes', '16', '--cpus', 'fair', '--strict'])).exitCode).toBe(0);
  });

  it('takes ready limits from an option', async () => {
    const { stdout } = await plan(['--nodes', '4', '--resources', 'light', '--cpus', '0.5']);
    expect(stdout).toMatch(/^per node +0.5 cores, 1 GiB$/m);
  });
});

describe('plan --show tc', () => {
  it('prints the program of every node of a small network', async () => {
    await writeRegional();
    const { exitCode, stdout } = await plan(['regional.yaml', '--nodes', '6', '--show', 'tc']);
    expect(exitCode).toBe(0);
    for (const node of [0, 1, 2, 3, 4, 5]) expect(stdout).toContain(`# node ${node} (`);
    expect(stdout).toMatch(/^tc qdisc add dev DEV root handle 7e57: htb/m);
    expect(stdout).toMatch(/^tc qdisc add dev PEER root handle 7e57: htb/m);
    expect(stdout).toContain('# at 10 s: partition: europe | america');
  });

  it('prints one node of each region of a larger one, and all of them as data', async () => {
    await writeRegional();
    const { stdout } = await plan(['regional.yaml', '--show', 'tc']);
    expect(stdout.match(/^# node \d+ \(/gm)).toHaveLength(4);
    const { programs } = JSON.parse(
      (await plan(['regional.yaml', '--show', 'tc', '--json'])).stdout,
    );
    expect(programs).toHaveLength(6 + 9);
    expect(programs[0]).toMatchObject({ cellId: 'n6', nodeIndex: 0, region: 'europe' });
  });

  it('says that there is none where the kernel shapes nothing', async () => {
    const { stdout } = await plan(['--nodes', '4', '--show', 'tc']);
    expect(stdout).toContain('There is no program for tc: nobody shapes it (shaper none).');
  });

  it('keeps times apart from what happens then, however long they are', async () => {
    const file = join(folder, 'long.yaml');
    const changes = '[{ at: 0s, partition: [[0], [1, 2, 3]] }, { at: 130s, heal: true }]';
    await writeFile(file, `name: a\nnodes: [4]\nphases: {measure: 3m}\ntimeline: ${changes}\n`);
    const { stdout } = await plan([file]);
    expect(stdout).toContain(
      '\n  0 s         partition: node 0 | node 1, node 2, node 3 (4 nodes)\n',
    );
    expect(stdout).toContain('\n  2 min 10 s  heal: as at the start (4 nodes)\n');
  });
});
