import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { docker } from '../fixtures/e2e-docker.ts';
import { inside, median, type Place, ping, placeOf, startIdle, toleranceMs } from './containers.ts';

const network = 'netem-laboratory';
let ids: readonly string[] = [];
let places: readonly Place[] = [];

beforeAll(async () => {
  await docker('network', 'create', network);
  const options = ['--network', network, '--cpus', '0.5', '--memory', '64m', '--pids-limit', '40'];
  ids = [await startIdle(...options), await startIdle(...options)];
  places = await Promise.all(ids.map((id) => placeOf(id, network)));
}, 120_000);

afterAll(async () => {
  if (ids.length > 0) await docker('rm', '--force', ...ids);
  await docker('network', 'rm', network);
}, 60_000);

describe('netem in containers of the laboratory', () => {
  test.each([10, 50, 200])(
    'delays a round trip by %d ms',
    async (askedMs) => {
      const [from, to] = pair();
      for (const { pid, device } of [from, to]) {
        await tc(pid, 'replace', device, 'delay', `${askedMs / 2}ms`);
      }
      await ping(from.pid, to.address, { count: 1, intervalMs: 10 });
      const { rttMs } = await ping(from.pid, to.address, { count: 40, intervalMs: 50 });
      expect(rttMs).toHaveLength(40);
      expect(Math.abs(median(rttMs) - askedMs)).toBeLessThanOrEqual(toleranceMs(askedMs));
    },
    60_000,
  );

  test('loses the share of packets that it is told to', async () => {
    const [from, to] = pair();
    await tc(from.pid, 'replace', from.device, 'loss', '20%');
    await tc(to.pid, 'replace', to.device, 'delay', '0ms');
    const { sent, rttMs } = await ping(from.pid, to.address, { count: 1000, intervalMs: 2 });
    // 99.9 % of binomial(1000, 0.2) lie within 3.29 standard deviations of 12.6.
    expect(sent).toBe(1000);
    expect(Math.abs(sent - rttMs.length - 200)).toBeLessThanOrEqual(42);
  }, 60_000);

  test('goes away with a restart of its container, and nobody says so', async () => {
    const [from] = pair();
    await tc(from.pid, 'replace', from.device, 'delay', '40ms');
    expect(await qdiscs(from)).toContain('netem');
    await docker('restart', '--time', '0', ids[0] ?? '');
    const again = await placeOf(ids[0] ?? '', network);
    places = [again, ...places.slice(1)];
    expect(await qdiscs(again)).not.toContain('netem');
  }, 60_000);
});

describe('limits of containers in the laboratory', () => {
  test('hold a container to its share of the processor', async () => {
    const container = ids[1] ?? '';
    await docker('exec', container, 'sh', '-c', '(while :; do :; done) & sleep 4; kill $!');
    const statistics = await cgroupFile(container, 'cpu.stat');
    const [, throttled = '0'] = /nr_throttled (\d+)/.exec(statistics) ?? [];
    expect(await cgroupFile(container, 'cpu.max')).toBe('50000 100000\n');
    // Of 40 periods of 100 ms, nearly each is used up half-way.
    expect(Number(throttled)).toBeGreaterThan(20);
  }, 60_000);

  test('kill what takes more than its memory', async () => {
    const script = 'const all = []; for (;;) all.push(Buffer.alloc(4 << 20, 1));';
    const ended = docker('exec', ids[1] ?? '', 'node', '-e', script);
    await expect(ended).rejects.toMatchObject({ code: 137 });
    expect(await cgroupFile(ids[1] ?? '', 'memory.events')).toMatch(/oom_kill [1-9]/);
  }, 60_000);
});

test('writes to the files of the host are forgotten', async () => {
  const root = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .find((line) => / \/ /.test(line));
  expect(root).toMatch(/^root \/ overlay /);
});

function pair(): readonly [Place, Place] {
  const [first, second] = places;
  if (first === undefined || second === undefined) throw new Error('no containers');
  return [first, second];
}

async function tc(pid: string, verb: string, device: string, ...words: string[]): Promise<void> {
  await inside(pid, 'tc', 'qdisc', verb, 'dev', device, 'root', 'netem', ...words);
}

function qdiscs({ pid, device }: Place): Promise<string> {
  return inside(pid, 'tc', 'qdisc', 'show', 'dev', device);
}

async function cgroupFile(container: string, name: string): Promise<string> {
  const id = await docker('inspect', '--format', '{{.Id}}', container);
  return readFile(`/sys/fs/cgroup/docker/${id}/${name}`, 'utf8');
}
