import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Wiring } from '../../../controller/src/cli/ports.ts';
import type { ExecuteRequest } from '../../../controller/src/conduct/ports.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import type { StoredRun } from '../../../controller/src/model/record.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';
import { createFakeRuntime, run } from './fakes.ts';

let dataFolder = '';
beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'execute-'));
});
afterAll(() => rm(dataFolder, { recursive: true, force: true }));

const good = generateStoredRun({ sizes: [4, 7], repetitions: 3, withTrouble: false });
const words = ['sweep', '--nodes', '4,7', '--runtime', 'process'];

function measuring(
  outcome: (request: ExecuteRequest) => Promise<{ stored: StoredRun; error: TestbedError | null }>,
  more: Partial<Wiring> = {},
): Partial<Wiring> {
  return { dataFolder, execute: outcome, ...more };
}

function change(change_: (one: StoredRun['repetitions'][number]) => object): StoredRun {
  return {
    ...good,
    repetitions: good.repetitions.map((one) => ({ ...one, ...change_(one) })),
  };
}

describe('run and sweep', () => {
  it('print the result, write the files and succeed', async () => {
    const seen: ExecuteRequest[] = [];
    const ran = await run(words, {
      wiring: measuring(async (request) => {
        seen.push(request);
        return { stored: good, error: null };
      }),
    });
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain(good.run.id);
    expect(ran.stdout).toContain('report.html');
    expect((await readdir(join(dataFolder, 'runs', good.run.id))).sort()).toEqual([
      'byzantine.csv',
      'cells.csv',
      'changes.csv',
      'events.csv',
      'evidence.csv',
      'links.csv',
      'nodes.csv',
      'repetitions.csv',
      'report.html',
      'result.json',
    ]);
    expect(seen[0]?.plan).toMatchObject({
      runtime: 'process',
      cells: [{ id: 'n4' }, { id: 'n7' }],
    });
    expect(seen[0]?.runId).toMatch(/^\d{8}-\d{6}-[0-9a-z]{4}$/);
  });

  it('print one JSON document on stdout and progress on stderr', async () => {
    const ran = await run([...words, '--json'], {
      wiring: measuring(async ({ onProgress }) => {
        onProgress({ kind: 'warning', text: 'look out' });
        return { stored: good, error: null };
      }),
    });
    const document = JSON.parse(ran.stdout);
    expect(document).toMatchObject({ run: { id: good.run.id }, error: null });
    expect(document.files.map(({ label }: { label: string }) => label)).toContain('report');
    expect(ran.stderr).toContain('warning: look out');
  });

  it('call a size without a valid result untrusted', async () => {
    const reason = { code: 'x', verdict: 'invalid', text: 'too bad', value: null, limit: null };
    const bad = change(({ nodeCount }) =>
      nodeCount === 7 ? { verdict: 'invalid', reasons: [reason] } : {},
    );
    const wiring = measuring(async () => ({ stored: bad, error: null }));
    const ran = await run(words, { wiring });
    expect(ran.exitCode).toBe(6);
    expect(ran.stderr).toContain('RUN_UNTRUSTED');
    expect(ran.stdout).toContain(good.run.id);
    const json = await run([...words, '--json'], { wiring });
    expect(json.exitCode).toBe(6);
    expect(JSON.parse(json.stdout).error).toMatchObject({ code: 'RUN_UNTRUSTED', exitCode: 6 });
  });

  it('give a size that always failed the code of its failure', async () => {
    const failure = { code: 'NODE_OUT_OF_MEMORY', message: 'Node 3 was killed at 48 MiB.' };
    const bad = change(({ nodeCount }) =>
      nodeCount === 7 ? { verdict: 'invalid', failure, nodes: [] } : {},
    );
    const ran = await run(words, {
      wiring: measuring(async () => ({ stored: bad, error: null })),
    });
    expect(ran.exitCode).toBe(5);
    expect(ran.stderr).toContain('NODE_OUT_OF_MEMORY');
    expect(ran.stderr.replace(/\s+/g, ' ')).toContain('Node 3 was killed at 48 MiB.');
  });

  it('put nodes that disagree first', async () => {
    const violation = {
      height: 12,
      groups: [
        { digestHex: 'aa', nodes: [0, 1] },
        { digestHex: 'bb', nodes: [2, 3] },
      ],
    };
    const bad = change(({ nodeCount, repetition }) =>
      nodeCount === 4 && repetition === 0 ? { verdict: 'invalid', safetyViolation: violation } : {},
    );
    const ran = await run(words, {
      wiring: measuring(async () => ({ stored: bad, error: null })),
    });
    expect(ran.exitCode).toBe(5);
    expect(ran.stderr).toContain('SAFETY_VIOLATION');
    expect(ran.stdout.split('\n')[0]).toMatch(/^SAFETY/i);
  });

  it('print what there is after an interruption, and say what Ctrl-C does', async () => {
    let press = (): void => {};
    const seen: boolean[] = [];
    const ran = await run(words, {
      onListening: (given) => {
        press = given;
      },
      wiring: measuring(async ({ interrupts }) => {
        press();
        seen.push(interrupts.stop.aborted, interrupts.kill.aborted);
        press();
        seen.push(interrupts.kill.aborted);
        const error = new TestbedError('INTERRUPTED', 'The run was stopped.');
        return { stored: good, error };
      }),
    });
    expect(seen).toEqual([true, false, true]);
    expect(ran.exitCode).toBe(130);
    expect(ran.stderr).toContain('press again to remove at once');
    expect(ran.stderr).toContain('removing at once');
    expect(ran.stdout).toContain(good.run.id);
  });

  it('remove what dead runs left before anything starts, or do not start', async () => {
    const steps: string[] = [];
    const failure = new TestbedError('DOCKER_FAILED', 'The daemon refused.');
    const object = { runtime: 'process', kind: 'process', name: 'p', runId: good.run.id } as const;
    const wiring = (fails: boolean): Partial<Wiring> =>
      measuring(
        async () => {
          steps.push('execute');
          return { stored: good, error: null };
        },
        {
          clean: async ({ runtimes, dryRun }) => {
            steps.push(`clean ${runtimes} ${dryRun}`);
            const removed = runtimes.includes('process') ? [object] : [];
            return { removed, spared: [], failures: fails ? [failure] : [], unseen: [], notes: [] };
          },
        },
      );
    expect((await run(words, { wiring: wiring(false) })).stderr).toContain(
      'removed an object that dead runs',
    );
    expect(steps.splice(0)).toEqual(['clean process false', 'clean docker false', 'execute']);
    expect((await run(words, { wiring: wiring(true) })).exitCode).toBe(4);
    expect(steps).toEqual(['clean process false']);
  });

  it('close runtime and store however it ends', async () => {
    const closed: string[] = [];
    const runtime = createFakeRuntime('process', {
      close: async () => void closed.push('runtime'),
    });
    const ran = await run(words, {
      wiring: {
        openRuntime: async () => runtime,
        openStore: async () => {
          throw new TestbedError('DATABASE_UNAVAILABLE', 'The password is wrong.');
        },
      },
    });
    expect(ran.exitCode).toBe(4);
    expect(closed).toEqual(['runtime']);
  });

  it('print the figures even if the files cannot be written', async () => {
    const wiring = measuring(async () => ({ stored: good, error: null }), {
      dataFolder: '/dev/null/data',
    });
    const ran = await run(words, { wiring });
    expect(ran.exitCode).toBe(4);
    expect(ran.stdout).toContain(good.run.id);
    expect(ran.stderr).toContain('REPORT_UNWRITABLE');
    const json = await run([...words, '--json'], { wiring });
    expect(JSON.parse(json.stdout)).toMatchObject({ files: [], error: { exitCode: 4 } });
  });

  it('refuse what cannot fit before anything is opened', async () => {
    const ran = await run(['sweep', '--nodes', '900'], { wiring: measuring(neverReached) });
    expect(ran.exitCode).toBe(3);
    expect(ran.stderr).toContain('PLAN_TOO_LARGE');
  });

  it('say which image is missing', async () => {
    const resolveImage = async () => {
      throw new TestbedError('IMAGE_MISSING', 'The image is not there.', { hint: 'Build it.' });
    };
    const ran = await run(['sweep', '--nodes', '4'], {
      wiring: measuring(neverReached, {
        openRuntime: async () => createFakeRuntime('docker', { resolveImage }),
      }),
    });
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain('Hint: Build it.');
  });
});

async function neverReached(): Promise<never> {
  throw new Error('reached');
}
