import { describe, expect, it } from '@jest/globals';
import type { Check } from '../../../controller/src/cli/doctor/check.ts';
import type { Probe } from '../../../controller/src/cli/doctor/probe.ts';
import { parseOpenFiles } from '../../../controller/src/cli/doctor/system-probe.ts';
import type { Wiring } from '../../../controller/src/cli/ports.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import { createRunId } from '../../../controller/src/model/ids.ts';
import { createFakeProbe, createFakeRuntime, createFakeStore, run } from './fakes.ts';

const GiB = 1024 ** 3;

async function examine(
  probe: Partial<Probe>,
  wiring: Partial<Wiring> = {},
  words: readonly string[] = [],
): Promise<{
  readonly exitCode: number;
  readonly ready: boolean;
  readonly checks: readonly Check[];
}> {
  const ran = await run(['doctor', ...words, '--json'], {
    wiring: { probe: createFakeProbe(probe), ...wiring },
  });
  return { exitCode: ran.exitCode, ...JSON.parse(ran.stdout) };
}

describe('doctor', () => {
  it('finds nothing wrong with a healthy machine', async () => {
    const { exitCode, ready, checks } = await examine({});
    expect(exitCode).toBe(0);
    expect(ready).toBe(true);
    expect(checks.map(({ name, status }) => `${name}: ${status}`)).toEqual([
      'Node.js: ok',
      'host: ok',
      'other load: ok',
      'open files: ok',
      'data folder: ok',
      'Docker: ok',
      'limits: ok',
      'Docker storage: ok',
      'neighbour table: ok',
      'node image: ok',
      'network shaper: ok',
      'database: ok',
      'leftovers: ok',
    ]);
  });

  it.each<[string, Partial<Probe>, string, Check['status'], string]>([
    ['an old Node.js', { nodeVersion: 'v20.1.0' }, 'Node.js', 'failed', 'npm ci'],
    ['little memory', { memoryBytes: 2 * GiB }, 'host', 'warning', 'small networks'],
    ['few cores', { cores: 2 }, 'host', 'warning', 'more cores'],
    [
      'a host that does not tell its load',
      { load: async () => null },
      'other load',
      'warning',
      'nothing else',
    ],
    ['other programs', { load: loadOf(0.15) }, 'other load', 'warning', 'top'],
    ['few open files', { openFilesMax: async () => 256 }, 'open files', 'warning', 'ulimit -n'],
    [
      'a small neighbour table',
      { sysctl: async () => 1024 },
      'neighbour table',
      'warning',
      'gc_thresh3',
    ],
    [
      'a data folder that is read-only',
      { tryWriting: async () => 'EROFS' },
      'data folder',
      'failed',
      'TESTBED_HOME',
    ],
    ['a full disk', { freeBytes: async () => 0.1 * GiB }, 'data folder', 'failed', 'df -h'],
    [
      'a disk that fills up',
      { freeBytes: async () => GiB },
      'Docker storage',
      'warning',
      'docker system df',
    ],
    [
      'a kernel without limits',
      { docker: dockerWith({ limits: { cpu: false, memory: true, pids: true } }) },
      'limits',
      'warning',
      'without these limits',
    ],
    [
      'no Docker',
      { docker: refuse('DOCKER_UNREACHABLE') },
      'Docker',
      'failed',
      '--runtime process',
    ],
    ['no permission', { docker: refuse('DOCKER_PERMISSION') }, 'Docker', 'failed', 'do something'],
  ])('says what to do about %s', async (_title, probe, name, status, remedy) => {
    const { exitCode, checks } = await examine(probe);
    const check = checks.find((one) => one.name === name);
    expect(check?.status).toBe(status);
    expect(check?.remedy).toContain(remedy);
    expect(exitCode).toBe(status === 'failed' ? 4 : 0);
  });

  it('says whether foreign load makes results suspect or invalid', async () => {
    const text = async (ratio: number) =>
      (await examine({ load: loadOf(ratio) })).checks.find(({ name }) => name === 'other load')
        ?.text;
    expect(await text(0.2)).toContain('would be suspect');
    expect(await text(0.4)).toContain('would be invalid');
  });

  it('does not ask for Docker when that is not what is wanted', async () => {
    const kinds: string[] = [];
    const { exitCode, checks } = await examine(
      { docker: refuse('DOCKER_UNREACHABLE') },
      {
        clean: async ({ runtimes }) => {
          kinds.push(...runtimes);
          return { removed: [], spared: [], failures: [], unseen: [], notes: [] };
        },
      },
      ['--runtime', 'process'],
    );
    expect(exitCode).toBe(0);
    expect(checks.map(({ name }) => name)).not.toContain('Docker');
    expect(kinds).toEqual(['process']);
  });

  it('fails without a node image, with its own remedy', async () => {
    const runtime = createFakeRuntime('docker', { resolveImage: refuse('IMAGE_MISSING') });
    const { exitCode, checks } = await examine({}, { openRuntime: async () => runtime });
    expect(exitCode).toBe(4);
    expect(checks).toContainEqual(
      expect.objectContaining({ name: 'node image', status: 'failed', remedy: 'do something' }),
    );
  });

  it('names what netem lacks to duplicate packets', async () => {
    const toDuplicate = { missing: ['the kernel module ifb'], hint: 'modprobe ifb' };
    const probeNetem = async () => ({ kind: 'works' as const, toDuplicate });
    const runtime = createFakeRuntime('docker', { probeNetem });
    const { exitCode, checks } = await examine({}, { openRuntime: async () => runtime });
    expect(exitCode).toBe(0);
    expect(checks).toContainEqual(
      expect.objectContaining({
        name: 'network shaper',
        status: 'warning',
        text: expect.stringContaining('the kernel module ifb'),
        remedy: 'modprobe ifb',
      }),
    );
  });

  it('asks the database something, because opening forgives one that is away', async () => {
    const store = createFakeStore([], { listRuns: refuse('DATABASE_UNAVAILABLE') });
    const { exitCode, checks } = await examine(
      {},
      { openStore: async () => ({ store, ownPids: [] }) },
    );
    expect(exitCode).toBe(4);
    expect(checks).toContainEqual(expect.objectContaining({ name: 'database', status: 'failed' }));
  });

  it('counts what dead runs left behind', async () => {
    const runId = createRunId(new Date(0), 0.1);
    const object = { runtime: 'docker', kind: 'container', name: 'c', runId } as const;
    const { exitCode, checks } = await examine(
      {},
      {
        clean: async () => ({
          removed: [object, object],
          spared: [],
          failures: [],
          unseen: [],
          notes: [],
        }),
      },
    );
    expect(exitCode).toBe(0);
    expect(checks).toContainEqual(
      expect.objectContaining({
        name: 'leftovers',
        status: 'warning',
        text: '2 objects of a dead run',
        remedy: expect.stringContaining('testbed clean'),
      }),
    );
  });

  it('does not take a bug for a finding', async () => {
    const docker = async () => {
      throw new Error('impossible');
    };
    const ran = await run(['doctor'], { wiring: { probe: createFakeProbe({ docker }) } });
    expect(ran.exitCode).toBe(1);
  });

  it('says which services of ours run, and what they take', async () => {
    const load = loadOf(0.02, ['postgres', 'prometheus']);
    const { checks } = await examine({ load });
    expect(checks.find(({ name }) => name === 'other load')).toMatchObject({
      status: 'ok',
      text: expect.stringMatching(/^2 % .*\(postgres, prometheus\) and this program 5 %/),
    });
  });

  it('prints in 80 columns', async () => {
    const probe = createFakeProbe({ docker: refuse('DOCKER_UNREACHABLE'), cores: 2 });
    const { stdout, exitCode } = await run(['doctor'], { wiring: { probe } });
    expect(exitCode).toBe(4);
    expect(stdout).toContain('FAILED  Docker');
    expect(stdout).toContain('Not ready: 1 of 9 checks failed.');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('parseOpenFiles', () => {
  it('reads the soft limit', () => {
    expect(parseOpenFiles('Max open files            1024       4096     files\n')).toBe(1024);
    expect(parseOpenFiles('Max open files   unlimited unlimited files\n')).toBe(Infinity);
    expect(parseOpenFiles('nothing of the kind')).toBeNull();
    expect(parseOpenFiles(null)).toBeNull();
  });
});

function loadOf(cpuForeignRatio: number, services: readonly string[] = []): Probe['load'] {
  const memoryAvailableBytes = 20 * GiB;
  const load = { cpuForeignRatio, memoryAvailableBytes, swapInPages: 0, unavailable: [] };
  return async () => ({ ...load, cpuOwnRatio: 0.05, services });
}

function dockerWith(changes: object): Probe['docker'] {
  return async (options) => ({ ...(await createFakeProbe().docker(options)), ...changes });
}

function refuse(code: ConstructorParameters<typeof TestbedError>[0]) {
  return async (): Promise<never> => {
    throw new TestbedError(code, `This is ${code}.`, { hint: 'do something' });
  };
}
