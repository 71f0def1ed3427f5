import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../../..');
const script = join(root, 'scripts', 'testbed');
/** Every start loads the program anew; a busy machine takes seconds for that. */
const limitMs = 60_000;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'testbed script '));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function start(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, ...env }, timeout: 60_000 };
    execFile(file, args, options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

describe('scripts/testbed', () => {
  it(
    'starts from any folder, through symbolic links, without the system Node.js',
    async () => {
      await mkdir(join(folder, 'bin'));
      await symlink(script, join(folder, 'bin', 'first'));
      await symlink('first', join(folder, 'bin', 'second'));
      const ended = await start(join(folder, 'bin', 'second'), ['--version'], {
        PATH: '/usr/bin:/bin',
      });
      expect(ended).toEqual({
        code: 0,
        stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
        stderr: '',
      });
    },
    limitMs,
  );

  it(
    'says what to run when dependencies are missing',
    async () => {
      const copy = join(folder, 'checkout', 'scripts', 'testbed');
      await mkdir(join(folder, 'checkout', 'scripts'), { recursive: true });
      await copyFile(script, copy);
      const ended = await start(copy, ['--version']);
      expect(ended.code).toBe(4);
      expect(ended.stderr).toContain('npm ci');
      expect(ended.stderr).toContain(join(folder, 'checkout'));
    },
    limitMs,
  );

  it(
    'says nothing when the reader of its output leaves early',
    async () => {
      const command = `'${script}' --help | head -n 1; exit \${PIPESTATUS[0]}`;
      const ended = await start('bash', ['-c', command]);
      expect(ended).toEqual({ code: 0, stdout: 'Usage: testbed <verb> [options]\n', stderr: '' });
    },
    limitMs,
  );

  it(
    'prints no escape sequences and only JSON where that is asked for',
    async () => {
      const words = ['plan', '--nodes', '4,7', '--runtime', 'process', '--json'];
      const ended = await start(script, words, { FORCE_COLOR: '1', TESTBED_HOME: folder });
      expect(ended.code).toBe(0);
      expect(JSON.parse(ended.stdout)).toMatchObject({ plan: { runtime: 'process' } });
      expect(`${ended.stdout}${ended.stderr}`).not.toContain('\u001b');
    },
    limitMs,
  );

  it(
    'ends with the documented exit codes',
    async () => {
      const usage = await start(script, ['--frobnicate']);
      const config = await start(script, ['plan', join(folder, 'missing.yaml')]);
      const docker = await start(script, ['sweep', '--nodes', '4', '--runtime', 'docker'], {
        TESTBED_HOME: folder,
        DOCKER_HOST: `unix://${join(folder, 'no.sock')}`,
      });
      expect([usage.code, config.code, docker.code]).toEqual([2, 3, 4]);
      expect(docker.stderr).toContain('DOCKER_UNREACHABLE');
      expect(docker.stderr).not.toMatch(/\n\s+at /);
    },
    limitMs,
  );
});
