import { describe, expect, it } from '@jest/globals';
import type { RunId } from '../../../controller/src/model/ids.ts';
import type { StoredRun } from '../../../controller/src/model/record.ts';
import { generateShapedRun } from '../../fixtures/shaped-run.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';
import { createFakeStore, type FakeWorld, run } from './fakes.ts';

const small = { measureMs: 1000, repetitions: 1, rateTxPerSec: 10 };
const unshaped = generateStoredRun({ ...small, withTrouble: false });
const shaped = named(generateShapedRun(small), '20261123-100000-aaaa');
const userspace = named(
  { ...shaped, run: { ...shaped.run, plan: { ...shaped.run.plan, shaper: 'userspace' } } },
  '20261123-110000-bbbb',
);

function named({ run: record, repetitions }: StoredRun, id: string): StoredRun {
  return { run: { ...record, id: id as RunId }, repetitions }; // in the form of createRunId
}

function world(): FakeWorld {
  const store = createFakeStore([unshaped, shaped, userspace]);
  return {
    wiring: { openStore: async () => ({ store, ownPids: [] }) },
  };
}

describe('runs', () => {
  it('shows with every run what shaped its network', async () => {
    const { stdout } = await run(['runs'], world());
    const lineOf = (id: string): string =>
      stdout.split('\n').find((line) => line.startsWith(id)) ?? '';
    expect(lineOf(unshaped.run.id)).toMatch(/ docker +unshaped +4,7,10,16 /);
    expect(lineOf(shaped.run.id)).toMatch(/ docker +netem e/);
    expect(lineOf(userspace.run.id)).toMatch(/ docker +userspace +8,12 /);
  });

  it('gives both as data', async () => {
    const { stdout } = await run(['runs', '--json'], world());
    const runs: { shaper: string; network: string }[] = JSON.parse(stdout).runs;
    expect(runs.map(({ shaper }) => shaper).sort()).toEqual(['netem', 'none', 'userspace']);
    expect(runs.find(({ shaper }) => shaper === 'netem')?.network).toMatch(/^regions: eu-west 3/);
    expect(runs.find(({ shaper }) => shaper === 'none')?.network).toBe('');
  });
});
