import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createForeigner,
  type Foreigner,
  inspectContainers,
  nothing,
  objectsOfRun,
  volumesLeft,
  volumesOf,
} from '../../fixtures/e2e-docker.ts';
import {
  createHome,
  processesWith,
  type RunningCommand,
  type TestHome,
  waitFor,
} from '../../fixtures/e2e-testbed.ts';

/** However a run on Docker ends, it ends clean, and touches nothing of anybody else's. */

const limitMs = 5 * 60_000;
const four = ['sweep', '--nodes', '4', '--repetitions', '1', '--rate', '80', '--warmup', '1s'];
const long = [...four, '--measure', '10m', '--ready', '2m'];
const short = [...four, '--measure', '2s', '--ready', '2m', '--json'];
const measuring = 'measuring, 10 min';

let home: TestHome;
beforeAll(async () => {
  home = await createHome();
});
afterAll(() => home.remove(), 60_000);

/** Names of the volumes that the containers of a run brought along. */
async function volumesOfRun(runId: string): Promise<readonly string[]> {
  const { containers } = await objectsOfRun(runId);
  return volumesOf(await inspectContainers(containers));
}

async function expectNothingLeft(runId: string, volumes: readonly string[]): Promise<void> {
  expect(await objectsOfRun(runId)).toEqual(nothing);
  expect(await volumesLeft(volumes)).toEqual([]);
  expect(await processesWith(home.path)).toEqual([]);
}

/** Of one run: what others have left on this machine may resist for reasons of its own. */
function failuresOf(
  { failures }: { readonly failures: readonly { readonly message: string }[] },
  runId: string,
): readonly string[] {
  return failures.map(({ message }) => message).filter((message) => message.includes(runId));
}

describe('Ctrl-C during a measurement on Docker', () => {
  it(
    'once: stops, collects, stores, removes, and ends with 130',
    async () => {
      const command = home.start(long);
      const runId = await command.runId();
      await command.says(measuring);
      const volumes = await volumesOfRun(runId);
      expect(volumes).toHaveLength(4);
      command.child.kill('SIGINT');
      expect(await command.ended).toBe(130);
      expect(command.output.stderr).toContain('INTERRUPTED');
      await expectNothingLeft(runId, volumes);
      const stored = await home.json(['report', runId]);
      expect(stored.run).toMatchObject({ status: 'interrupted' });
      const [repetition] = stored.repetitions;
      expect(repetition).toMatchObject({ verdict: 'invalid', failure: { code: 'INTERRUPTED' } });
      for (const node of repetition.nodes) {
        expect(node.results.committedInWindow).toBeGreaterThanOrEqual(0);
        expect(node.log.committedHeight).toBeGreaterThan(0);
      }
    },
    limitMs,
  );

  it(
    'twice: removes at once, and ends with 130',
    async () => {
      const command = home.start(long);
      const runId = await command.runId();
      await command.says(measuring);
      const volumes = await volumesOfRun(runId);
      command.child.kill('SIGINT');
      await command.says('press again to remove at once');
      command.child.kill('SIGINT');
      expect(await command.ended).toBe(130);
      expect(command.output.stderr).not.toContain('This is a bug');
      await expectNothingLeft(runId, volumes);
    },
    limitMs,
  );
});

describe('kill -9 of the controller', () => {
  let other: TestHome;
  let living: RunningCommand;
  let livingId = '';
  let livingBefore: readonly string[] = [];
  let foreigner: Foreigner;

  const describeLiving = async (): Promise<readonly string[]> => {
    const { containers, networks } = await objectsOfRun(livingId);
    const inspected = await inspectContainers(containers);
    const states = inspected.map(({ Id, State }) => `${Id} ${State.Pid} ${State.Running}`);
    return [...states, ...networks].sort();
  };

  beforeAll(async () => {
    other = await createHome();
    foreigner = await createForeigner(`${process.pid}`);
    living = other.start(long);
    livingId = await living.runId();
    await living.says(measuring);
    livingBefore = await describeLiving();
  }, limitMs);
  afterAll(async () => {
    await other.remove();
    await foreigner.remove();
  }, 60_000);

  const expectOthersUntouched = async (): Promise<void> => {
    expect(await foreigner.isUntouched()).toBe(true);
    expect(livingBefore).toHaveLength(6);
    expect(await describeLiving()).toEqual(livingBefore);
  };

  it(
    'while nodes start: clean removes what there is of this run, and nothing else',
    async () => {
      const command = home.start(long);
      const runId = await command.runId();
      const started = async (): Promise<boolean> =>
        (await objectsOfRun(runId)).containers.length > 0;
      await waitFor('the first container', started, 60_000);
      command.child.kill('SIGKILL');
      await command.ended;
      // Docker may still be busy with what it was told last.
      const result = await home.json(['clean', '--runtime', 'docker']);
      expect(failuresOf(result, runId)).toEqual([]);
      const removed: { runId: string; kind: string; name: string }[] = result.removed;
      expect(removed.filter((object) => object.runId === runId)).toHaveLength(6);
      expect(removed.map((object) => object.runId)).not.toContain(livingId);
      expect(result.spared).toContainEqual(
        expect.objectContaining({ runId: livingId, objectCount: 6 }),
      );
      expect(await objectsOfRun(runId)).toEqual(nothing);
      await expectOthersUntouched();
    },
    limitMs,
  );

  it(
    'while it measures: clean removes containers, networks and volumes of this run only',
    async () => {
      const command = home.start(long);
      const runId = await command.runId();
      await command.says(measuring);
      const volumes = await volumesOfRun(runId);
      const own = await objectsOfRun(runId);
      command.child.kill('SIGKILL');
      await command.ended;
      expect(await objectsOfRun(runId)).toEqual(own);

      const dry = await home.json(['clean', '--dry-run']);
      const names = (result: { removed: { runId: string; name: string }[] }): string[] =>
        result.removed.flatMap((object) => (object.runId === runId ? [object.name] : [])).sort();
      expect(names(dry)).toEqual([...own.containers, ...own.networks].sort());
      expect(await objectsOfRun(runId)).toEqual(own);

      const result = await home.json(['clean']);
      expect(names(result)).toEqual(names(dry));
      expect(failuresOf(result, runId)).toEqual([]);
      expect(await objectsOfRun(runId)).toEqual(nothing);
      expect(await volumesLeft(volumes)).toEqual([]);
      await expectOthersUntouched();
    },
    limitMs,
  );

  it(
    'is cleaned up after by the next start, and its database comes up again',
    async () => {
      const command = home.start(long);
      const runId = await command.runId();
      await command.says(measuring);
      const volumes = await volumesOfRun(runId);
      command.child.kill('SIGKILL');
      await command.ended;
      const next = await home.run(short);
      expect([0, 6]).toContain(next.code);
      expect(next.stderr).toContain('that dead runs had left behind');
      const { run } = JSON.parse(next.stdout);
      expect(await objectsOfRun(run.id)).toEqual(nothing);
      await expectNothingLeft(runId, volumes);
      const { runs } = await home.json(['runs']);
      expect(runs.map(({ id }: { id: string }) => id)).toEqual(
        expect.arrayContaining([runId, run.id]),
      );
      await expectOthersUntouched();
    },
    limitMs,
  );

  it(
    'costs a run that is named while it lives nothing, and that run ends as if alone',
    async () => {
      const refused = await home.run(['clean', '--run', livingId]);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('RUN_ACTIVE');
      await expectOthersUntouched();
      living.child.kill('SIGINT');
      expect(await living.ended).toBe(130);
      expect(await objectsOfRun(livingId)).toEqual(nothing);
      expect(await processesWith(other.path)).toEqual([]);
      expect(await foreigner.isUntouched()).toBe(true);
    },
    limitMs,
  );
});
