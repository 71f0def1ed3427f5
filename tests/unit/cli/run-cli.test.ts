import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import { createRunId } from '../../../controller/src/model/ids.ts';
import { onlyHostOf } from '../../fixtures/only-host.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';
import { createFakeRuntime, createFakeStore, type FakeWorld, run } from './fakes.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const stored = generateStoredRun({ sizes: [4, 7], repetitions: 3, withTrouble: false });
const { id } = stored.run;

function withRuns(): FakeWorld {
  return {
    environment: { cwd: folder },
    wiring: { openStore: async () => ({ store: createFakeStore([stored]), ownPids: [] }) },
  };
}

describe('errors', () => {
  it('are printed on stderr with hint, code and exit code', async () => {
    const { exitCode, stdout, stderr } = await run(['run', 'nowhere.yaml']);
    expect(exitCode).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain('there is no such file');
    expect(stderr).toContain('Hint: Ready scenarios are in the folder topologies/');
    expect(stderr).toContain(
      'CONFIG_UNREADABLE, exit code 3; see docs/errors.md#config_unreadable',
    );
  });

  it.each([
    ['usage', ['frobnicate', '--json'], 'USAGE', 2],
    ['a missing file', ['run', 'nowhere.yaml', '--json'], 'CONFIG_UNREADABLE', 3],
    ['a wrong option value', ['sweep', '--nodes', 'x', '--json'], 'USAGE', 2],
  ])('are one JSON object on stdout with --json: %s', async (_title, words, code, exitCode) => {
    const ran = await run(words);
    expect(ran.exitCode).toBe(exitCode);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code, exitCode } });
    expect(ran.stderr).toBe('');
  });

  it.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EBADF', 'REPORT_UNWRITABLE'],
  ])('are told when stdout did not take the result: %s', async (code, name) => {
    const failure = Object.assign(new Error(`${code}: it is so`), { code });
    const stdout = { isTerminal: false, columns: 80, write: () => {}, failure, raw: null };
    const ran = await run(['runs'], { ...withRuns(), environment: { cwd: folder, stdout } });
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain(`${name}, exit code 4`);
    expect(ran.stderr).toContain('could not be written to standard output');
  });

  it('that nobody expected are called a bug, with version and stack', async () => {
    const world = {
      wiring: {
        openStore: async () => {
          throw new Error('impossible');
        },
      },
    };
    const ran = await run(['runs'], world);
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain('This is a bug in testbed.');
    expect(ran.stderr).toContain('testbed 1.2.3, Node.js v24.0.0, linux x64');
    expect(ran.stderr).toMatch(/impossible\n\s+at /);
    const json = JSON.parse((await run(['runs', '--json'], world)).stdout);
    expect(json).toMatchObject({ error: { code: 'BUG', message: 'impossible', exitCode: 1 } });
  });

  it('that follow Ctrl-C are an interruption', async () => {
    let press = (): void => {};
    const ran = await run(['runs'], {
      onListening: (given) => {
        press = given;
      },
      wiring: {
        openStore: async ({ signal }) => {
          press();
          signal.throwIfAborted();
          throw new Error('not reached');
        },
      },
    });
    expect(ran.exitCode).toBe(130);
    expect(ran.stderr).toContain('INTERRUPTED');
  });

  it('list every problem of a file, and keep to 80 columns', async () => {
    await writeFile(join(folder, 'bad.yaml'), 'name: x\nnode: [4]\nload: {rate: fast}\n');
    const ran = await run(['plan', 'bad.yaml'], { environment: { cwd: folder } });
    expect(ran.exitCode).toBe(3);
    expect(ran.stderr).toContain('bad.yaml has 3 problems');
    expect(Math.max(...ran.stderr.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('a scenario on standard input', () => {
  const piped = (text: string, isTerminal = false) => ({
    environment: {
      cwd: folder,
      stdin: { isTerminal, read: async () => new TextEncoder().encode(text) },
    },
  });
  const links = 'name: p\nnodes: [4]\nnetwork: {regions: [eu, us], matrix: piped.csv}\n';

  it.each([['plan'], ['run'], ['verify-net']])('is read by %s', async (verb) => {
    const ran = await run([verb, '-'], piped('name: p\nnodes: [4]\nseed: x\n'));
    expect(ran.exitCode).toBe(3);
    expect(ran.stderr).toContain('standard input:3:7\n');
  });

  it('names files of the current folder', async () => {
    await writeFile(join(folder, 'piped.csv'), 'from,eu,us\neu,,80\n');
    const { exitCode, stdout } = await run(['plan', '-', '--json'], piped(links));
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).plan.scenario).toMatchObject({ name: 'p' });
    const lost = await run(['plan', '-'], piped(links.replace('piped', 'lost')));
    expect(lost.stderr).toContain('the matrix file lost.csv cannot be read');
  });

  it('may be empty, too large or a terminal, which is said', async () => {
    const empty = await run(['plan', '-'], piped(''));
    const large = await run(['plan', '-'], piped(`#${'x'.repeat(70_000)}`));
    const terminal = await run(['plan', '-'], piped('', true));
    expect([empty, large, terminal].map(({ exitCode }) => exitCode)).toEqual([3, 3, 3]);
    expect(empty.stderr).toContain('Nothing came on standard input.');
    expect(large.stderr).toContain('standard input:1:1\n  more than 65536 bytes came');
    expect(terminal.stderr).toContain('and that is this terminal');
    expect(terminal.stderr).toContain('plan - < topologies/quickstart.yaml');
  });
});

describe('plan', () => {
  it('prints cells, arithmetic, order and duration in 80 columns without escapes', async () => {
    const { exitCode, stdout } = await run(['plan', '--nodes', '4,16', '--repetitions', '2']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^n16\s+5\s+11\s+120\s+16\s+16\/8\s+4 GiB/m);
    expect(stdout).toMatch(/^order\s+n\d+ n\d+ \| n\d+ n\d+$/m);
    expect(stdout).toContain('duration');
    expect(stdout).not.toContain('\u001b');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('prints the same plan as data, whenever and wherever it is asked', async () => {
    const words = ['plan', '--nodes', '4,7', '--seed', '9', '--json'];
    const first = JSON.parse((await run(words)).stdout);
    const second = JSON.parse((await run(words, { environment: { cwd: '/else' } })).stdout);
    expect(second.plan).toEqual(first.plan);
    expect(first.plan.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(first.capacity.cells).toHaveLength(2);
  });

  it('is made without Docker too, and says what it was held against', async () => {
    const inspectHosts = async () => {
      throw new TestbedError('DOCKER_UNREACHABLE', 'No Docker daemon answers.');
    };
    const ran = await run(['plan', '--nodes', '4'], {
      wiring: {
        openRuntime: async (choice) =>
          choice === 'process'
            ? createFakeRuntime('process')
            : createFakeRuntime('docker', { inspectHosts }),
      },
    });
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain('sweep, on docker');
    expect(ran.stdout).toContain('warning: Docker cannot be asked');
  });

  it('says that a plan cannot fit, after showing it', async () => {
    const small = {
      inspectHosts: async () => [{ ...onlyHostOf(stored.run), memoryBytes: 1024 ** 3 }],
    };
    const ran = await run(['plan', '--nodes', '200'], {
      wiring: { openRuntime: async () => createFakeRuntime('docker', small) },
    });
    expect(ran.exitCode).toBe(3);
    expect(ran.stdout).toContain('n200');
    expect(ran.stderr).toContain('PLAN_TOO_LARGE');
  });
});

const tables = [
  'byzantine.csv',
  'cells.csv',
  'changes.csv',
  'events.csv',
  'evidence.csv',
  'links.csv',
  'nodes.csv',
  'repetitions.csv',
];

describe('runs, report, export', () => {
  it('lists runs in 80 columns', async () => {
    const { stdout } = await run(['runs'], withRuns());
    expect(stdout).toContain(id);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(JSON.parse((await run(['runs', '--json'], withRuns())).stdout).runs).toHaveLength(1);
  });

  it('says so when there are none', async () => {
    expect((await run(['runs'])).stdout).toBe('No runs are stored yet.\n');
    const ran = await run(['report']);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('RUN_UNKNOWN');
  });

  it.each([['0'], ['many'], ['-1'], ['100000']])('refuses --limit %s', async (limit) => {
    expect((await run(['runs', '--limit', limit])).exitCode).toBe(2);
  });

  it.each([['latest'], [id], [id.slice(0, 10)], ['']])('reports on %p', async (text) => {
    const words = text === '' ? ['report'] : ['report', text];
    const { exitCode, stdout } = await run(words, withRuns());
    expect(exitCode).toBe(0);
    expect(stdout).toContain(id);
  });

  it('finds no evidence where there is none, and says of a file that it is none', async () => {
    const none = await run(['verify-evidence'], withRuns());
    expect(none).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('no evidence') });
    for (const file of ['absent.json', join(import.meta.dirname, '../../../package.json')]) {
      const ran = await run(['verify-evidence', file], withRuns());
      expect(ran).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('EVIDENCE_UNREADABLE'),
      });
    }
  });

  it.each([['20990101-000000-zzzz'], ['nonsense']])('knows no run %p', async (text) => {
    const ran = await run(['report', text], withRuns());
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('RUN_UNKNOWN');
  });

  it('asks which one when a beginning fits two', async () => {
    const other = { ...stored, run: { ...stored.run, id: createRunId(stored.run.startedAt, 0.9) } };
    const ran = await run(['report', id.slice(0, 8)], {
      wiring: { openStore: async () => ({ store: createFakeStore([stored, other]), ownPids: [] }) },
    });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain('the beginning of 2 runs');
  });

  it('prints the result as one JSON document', async () => {
    const document = JSON.parse((await run(['report', '--json'], withRuns())).stdout);
    expect(document).toMatchObject({ run: { id }, headline: {}, cells: [{}, {}] });
  });

  it('writes the HTML report, and only where it can', async () => {
    const ran = await run(['report', '--output', 'deep/a.html'], withRuns());
    expect(ran.exitCode).toBe(0);
    expect(await readFile(join(folder, 'deep/a.html'), 'utf8')).toContain(id);
    const wrong = await run(['report', '--output', 'a.pdf'], withRuns());
    expect(wrong.exitCode).toBe(2);
    const blocked = await run(['report', '--output', 'deep/a.html/b.html'], withRuns());
    expect(blocked.exitCode).toBe(4);
    expect(blocked.stderr).toContain('REPORT_UNWRITABLE');
  });

  it.each([
    ['all', [...tables, 'report.html', 'result.json']],
    ['csv', tables],
    ['json', ['result.json']],
  ])('exports as %s', async (format, names) => {
    const target = join(folder, `export-${format}`);
    const words = ['export', 'latest', '--format', format, '--output', target, '--json'];
    const ran = await run(words, withRuns());
    expect((await readdir(target)).sort()).toEqual(names);
    expect(JSON.parse(ran.stdout).files).toHaveLength(names.length);
  });

  it('reports without the chart of the host when its samples cannot be read', async () => {
    const store = createFakeStore([stored], {
      loadHostSamples: async () => {
        throw new TestbedError('DATABASE_UNAVAILABLE', 'The database is away.');
      },
    });
    const ran = await run(['report'], {
      wiring: { openStore: async () => ({ store, ownPids: [] }) },
    });
    expect(ran.exitCode).toBe(0);
    expect(ran.stderr).toContain('the load of the host is missing');
  });
});

describe('clean', () => {
  const object = { runtime: 'docker', kind: 'container', name: 'tb-n4-0', runId: id } as const;

  it('says what it removed, and nothing more', async () => {
    const seen: unknown[] = [];
    const ran = await run(['clean', '--dry-run'], {
      wiring: {
        clean: async (options) => {
          seen.push({ ...options, signal: undefined });
          return { removed: [object], spared: [], failures: [], unseen: [], notes: [] };
        },
      },
    });
    expect(ran.stdout).toContain('Would remove 1 object');
    expect(ran.stdout).toContain('tb-n4-0');
    expect(seen).toEqual([
      { runtimes: ['docker', 'process'], runId: null, force: false, dryRun: true },
    ]);
  });

  it('fails when something could not be removed', async () => {
    const failure = new TestbedError('DOCKER_UNREACHABLE', 'No Docker daemon answers.');
    const outcome = { removed: [], spared: [], failures: [failure], unseen: [], notes: [] };
    const ran = await run(['clean', '--json'], { wiring: { clean: async () => outcome } });
    expect(ran.exitCode).toBe(4);
    expect(JSON.parse(ran.stdout).failures).toMatchObject([{ code: 'DOCKER_UNREACHABLE' }]);
  });

  it('tells what it left alone or could not look at, and calls that no failure', async () => {
    const error = new TestbedError('DOCKER_UNREACHABLE', 'No Docker daemon answers.');
    const ran = await run(['clean', '--run', id, '--force'], {
      wiring: {
        clean: async () => ({
          removed: [],
          spared: [{ runId: id, objectCount: 2, reason: 'it is alive' }],
          failures: [],
          unseen: [{ runtime: 'docker', error }],
          notes: [],
        }),
      },
    });
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain(`left alone: 2 of run ${id}, because it is alive`);
    expect(ran.stdout).toContain('not looked at: docker');
  });

  it.each([
    [['clean', '--run', 'yesterday'], 'is not a run id'],
    [['clean', '--force'], '--force needs --run'],
  ])('refuses %p', async (words, says) => {
    const ran = await run(words);
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(says);
  });
});
