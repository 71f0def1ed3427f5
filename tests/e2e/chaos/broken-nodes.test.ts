import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  docker,
  inspectContainers,
  nothing,
  objectsOfRun,
  volumesLeft,
  volumesOf,
} from '../../fixtures/e2e-docker.ts';
import {
  createHome,
  isAlive,
  processesWith,
  type RunningCommand,
  type TestHome,
} from '../../fixtures/e2e-testbed.ts';

/**
 * Nodes that die, are killed for memory, begin anew or stand still while they are measured. A run
 * may take what is left of them for a result only if it says so: never `valid`.
 */

const limitMs = 5 * 60_000;
const four = ['sweep', '--nodes', '4', '--repetitions', '1', '--rate', '80', '--warmup', '1s'];
const words = [...four, '--measure', '8s', '--drain', '5s', '--ready', '2m', '--json'];

let home: TestHome;
beforeAll(async () => {
  home = await createHome();
});
afterAll(() => home.remove(), 60_000);

interface Attempt {
  readonly verdict: string;
  readonly failure: { readonly code: string } | null;
  readonly reasons: readonly { readonly code: string }[];
}

/** What a run left: its exit code, every attempt, and the cell. */
interface Outcome {
  readonly runId: string;
  readonly code: number | null;
  readonly attempts: readonly Attempt[];
  readonly cell: {
    readonly verdict: string;
    readonly repetitionsCounted: number;
    readonly repetitions: readonly Attempt[];
  };
  readonly errorCode: string | undefined;
}

/** Does something to node 2 as soon as it is measured, and waits for the end. */
async function disturb(disturbance: (container: string) => Promise<void>): Promise<Outcome> {
  const command = home.start(words);
  const runId = await command.runId();
  await command.says('measuring, 8 s');
  const { containers } = await objectsOfRun(runId);
  const inspected = await inspectContainers(containers);
  await disturbance(containers.find((name) => name.endsWith('node2')) ?? 'no node2');
  const outcome = await outcomeOf(command, runId);
  expect(await volumesLeft(volumesOf(inspected))).toEqual([]);
  expect(inspected.filter(({ State }) => isAlive(State.Pid))).toEqual([]);
  return outcome;
}

async function outcomeOf(command: RunningCommand, runId: string): Promise<Outcome> {
  const code = await command.ended;
  const { stdout, stderr } = command.output;
  if (stdout === '') throw new Error(`no result (exit code ${code}):\n${stderr}`);
  const document = JSON.parse(stdout);
  expect(await objectsOfRun(runId)).toEqual(nothing);
  expect(await processesWith(home.path)).toEqual([]);
  const [cell] = document.cells;
  return { runId, code, attempts: document.repetitions, cell, errorCode: document.error?.code };
}

/** Exit code and verdict of the whole agree with what the last attempt was. */
function expectConsistent({ code, attempts, cell, errorCode }: Outcome): void {
  const last = attempts.at(-1);
  expect(cell.repetitionsCounted).toBe(last?.verdict === 'invalid' ? 0 : 1);
  if (cell.repetitionsCounted > 0) {
    expect([code, errorCode]).toEqual([0, undefined]);
    expect(cell.verdict).not.toBe('invalid');
  } else {
    // A failure that was made good by a second attempt is not what came of it.
    const broken = last?.failure ?? null;
    expect(code).toBe(broken === null ? 6 : 5);
    expect(errorCode).toBe(broken?.code ?? 'RUN_UNTRUSTED');
    expect(cell.verdict).toBe('invalid');
  }
}

async function keptLogs(runId: string): Promise<readonly string[]> {
  return readdir(join(home.path, 'runs', runId, 'logs'));
}

describe('a node that fails while it is measured', () => {
  it(
    'is told as dead when its process is killed; the repetition is done again',
    async () => {
      const outcome = await disturb(async (container) => {
        const [found] = await inspectContainers([container]);
        process.kill(found?.State.Pid ?? 0, 'SIGKILL');
      });
      expect(outcome.attempts).toHaveLength(2);
      expect(outcome.attempts[0]).toMatchObject({
        verdict: 'invalid',
        failure: { code: 'NODE_DIED' },
      });
      const codes = outcome.attempts[0]?.reasons.map((reason) => reason.code);
      expect(codes).toEqual(expect.arrayContaining(['repetition-failed', 'node-died']));
      expectConsistent(outcome);
      const kept = await keptLogs(outcome.runId);
      const file = kept.find((name) => name.endsWith('node2.log')) ?? 'no log kept';
      const log = await readFile(join(home.path, 'runs', outcome.runId, 'logs', file), 'utf8');
      expect(log.length).toBeGreaterThan(0);
    },
    limitMs,
  );

  it(
    'is not measured as if nothing had been when it is restarted',
    async () => {
      const outcome = await disturb((container) =>
        docker('restart', '--time', '0', container).then(() => undefined),
      );
      expect(outcome.attempts[0]?.verdict).toBe('invalid');
      const codes = outcome.attempts[0]?.reasons.map((reason) => reason.code) ?? [];
      const known = ['node-died', 'node-restarted', 'results-missing', 'repetition-failed'];
      expect(codes.some((code) => known.includes(code))).toBe(true);
      expectConsistent(outcome);
    },
    limitMs,
  );

  it(
    'is not measured as if nothing had been when it stands still for seconds',
    async () => {
      const outcome = await disturb(async (container) => {
        await docker('pause', container);
        await new Promise((resolve) => setTimeout(resolve, 4_000));
        await docker('unpause', container);
      });
      expect(outcome.attempts[0]?.verdict).not.toBe('valid');
      expect(outcome.attempts[0]?.reasons.length).toBeGreaterThan(0);
      expectConsistent(outcome);
    },
    limitMs,
  );
});

describe('a node that the kernel kills at its memory limit', () => {
  it(
    'is told as that, with exit code 5, its log kept and nothing left',
    async () => {
      // Node.js alone takes more than this before it has read the first line of the program.
      const command = home.start([...words, '--memory', '20MiB']);
      const runId = await command.runId();
      const outcome = await outcomeOf(command, runId);
      expect(outcome.attempts.map(({ failure }) => failure?.code)).toEqual([
        'NODE_OUT_OF_MEMORY',
        'NODE_OUT_OF_MEMORY',
      ]);
      expect([outcome.code, outcome.errorCode]).toEqual([5, 'NODE_OUT_OF_MEMORY']);
      expect(outcome.cell.verdict).toBe('invalid');
      expect((await keptLogs(runId)).length).toBeGreaterThan(0);
    },
    limitMs,
  );
});
