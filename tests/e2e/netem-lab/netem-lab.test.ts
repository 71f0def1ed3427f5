import { type ChildProcess, spawn } from 'node:child_process';
import { access, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { processesWith, waitFor } from '../../fixtures/e2e-testbed.ts';

const root = join(import.meta.dirname, '../../..');
const isRoot = process.getuid?.() === 0;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/testbed-e2e-lab-');
});
afterAll(() => rm(folder, { recursive: true }));

interface Lab {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

describe('a command in the laboratory', () => {
  test('has its output and its exit code here, byte for byte', async () => {
    const lab = start([], 'test -t 1 && echo terminal; seq 100000; echo no >&2; exit 7');
    expect(await lab.ended).toBe(7);
    const numbers = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(lab.output.stdout).toBe(numbers);
    expect(lab.output.stderr).toBe('no\n');
  }, 60_000);

  test('runs on a kernel with netem, in the folder of the caller', async () => {
    const lab = start([], 'pwd; tc qdisc add dev lo root netem delay 10ms && tc qdisc show dev lo');
    expect(await lab.ended).toBe(0);
    expect(lab.output.stdout).toMatch(RegExp(`^${root}\nqdisc netem .* delay 10ms`));
  }, 60_000);

  test('writes to the host where it was told it may, and nowhere else', async () => {
    const [inside, outside] = [join(folder, 'out', 'kept'), join(folder, 'forgotten')];
    const lab = start(
      ['--out', join(folder, 'out')],
      `echo kept | tee ${inside} ${outside} && rm -r scripts`,
    );
    expect(await lab.ended).toBe(0);
    expect(await readFile(inside, 'utf8')).toBe('kept\n');
    await expect(access(outside)).rejects.toThrow('ENOENT');
    await access(join(root, 'scripts', 'netem-lab'));
  }, 60_000);

  test('runs from a checkout in a folder that the guest has empty', async () => {
    const checkout = await mkdtemp('/tmp/testbed-e2e-checkout-');
    try {
      await cp(join(root, 'scripts'), join(checkout, 'scripts'), { recursive: true });
      const lab = start([], 'pwd; ls; ls ..', checkout);
      expect(await lab.ended).toBe(0);
      const name = basename(checkout);
      expect(lab.output.stdout).toBe(`${checkout}\nscripts\n${name}\n`);
    } finally {
      await rm(checkout, { recursive: true });
    }
  }, 60_000);

  test('sees time pass as fast as the host, within 1 %', async () => {
    const lab = start([], 'for second in 0 10; do sleep $second; date +%s%3N; done');
    const arrivedMs: number[] = [];
    lab.child.stdout?.on('data', () => arrivedMs.push(performance.now()));
    expect(await lab.ended).toBe(0);
    const [first = 0, second = 0] = lab.output.stdout.trim().split('\n').map(Number);
    const [begin = 0, end = 0] = arrivedMs;
    expect(Math.abs((second - first) / (end - begin) - 1)).toBeLessThan(0.01);
    expect(Math.abs(second - Date.now())).toBeLessThan(3_000);
  }, 60_000);
});

describe('the end of a laboratory', () => {
  test('comes with the time limit, as exit code 124', async () => {
    const lab = start(['--time-limit', '2'], 'sleep 1000');
    expect(await lab.ended).toBe(124);
    expect(lab.output.stderr).toContain('failed: The laboratory was ended: time limit of 2 s.');
    await leavesNothing(lab);
  }, 60_000);

  test('is told when its kernel stops by itself', async () => {
    const lab = start([], 'echo o >/proc/sysrq-trigger; sleep 1000');
    expect(await lab.ended).toBe(4);
    expect(lab.output.stderr).toContain('its kernel stopped');
    await leavesNothing(lab);
  }, 60_000);

  const signals = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    // What sudo starts cannot be killed by whoever started sudo.
    ...(isRoot ? [['SIGKILL', null] as const] : []),
  ] as const;
  test.each(signals)(
    'comes with %s, and nothing is left',
    async (signal, code) => {
      const other = start([], 'sleep 8; echo whole');
      const lab = start([], 'echo started; sleep 1000');
      await waitFor('the command', async () => lab.output.stdout === 'started\n');
      lab.child.kill(signal);
      expect(await lab.ended).toBe(code);
      await leavesNothing(lab);
      expect(await other.ended).toBe(0);
      expect(other.output.stdout).toBe('whole\n');
    },
    90_000,
  );
});

test.each([
  [['--mem', 'much', '--', 'true'], 'The memory "much" is not like 6G or 4096M.'],
  [['--time-limit', '0', '--', 'true'], 'The time limit "0" is no whole number of seconds.'],
  [['--mem'], 'The option --mem needs a value.'],
  [['--fast', '--', 'true'], 'There is no option --fast.'],
  [[], 'There is no command to run in the laboratory.'],
])('refuses %j', async (words, message) => {
  const lab = launch(words);
  expect(await lab.ended).toBe(4);
  expect(lab.output.stderr).toContain(`failed: ${message}\n`);
});

/** A mark in the environment finds the processes of one laboratory again. */
let count = 0;
const marks = new Map<Lab, string>();

function start(options: readonly string[], script: string, checkout = root): Lab {
  const mark = `NETEM_LAB_MARK=${process.pid}-${count++}`;
  const words = ['--yes', '--without-docker', ...options, '--', 'sh', '-c', script];
  const lab = launch(words, mark, checkout);
  marks.set(lab, mark);
  return lab;
}

function launch(words: readonly string[], mark = '', checkout = root): Lab {
  const [name = '', value = ''] = mark.split('=');
  const env = { ...process.env, ...(name === '' ? {} : { [name]: value }) };
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn(join(checkout, 'scripts/netem-lab'), words, {
    cwd: checkout,
    env,
    stdio: [...stdio],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    output.stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    output.stderr += String(chunk);
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, output, ended };
}

async function leavesNothing(lab: Lab): Promise<void> {
  const mark = marks.get(lab) ?? '';
  await waitFor(
    'all of its processes to end',
    async () => (await processesWith(mark)).length === 0,
  );
  await waitFor('its folder to go', async () => {
    const names = await readdir('/dev/shm');
    const folders = names.filter((one) => one.startsWith('prsm-netem-lab.'));
    const marked = await Promise.all(
      folders.map((one) =>
        readFile(join('/dev/shm', one, 'share/environment'), 'utf8').catch(() => ''),
      ),
    );
    return !marked.some((text) => text.includes(`${mark}\0`));
  });
}
