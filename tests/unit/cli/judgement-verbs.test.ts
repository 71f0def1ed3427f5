import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { createPrng } from '../../../controller/src/lib/prng.ts';
import type { StoredRun } from '../../../controller/src/model/record.ts';
import type { Threshold } from '../../../controller/src/model/threshold.ts';
import { generateCrossedRun } from '../../fixtures/crossed-run.ts';
import { committing, laterBy, onHost, scaled, withThresholds } from '../../fixtures/rival-run.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';
import { createFakeStore, type FakeWorld, run } from './fakes.ts';

/** Whole runs are analysed, several in a test. */
jest.setTimeout(20_000);

const small = { measureMs: 1_000, withTrouble: false, encoding: 'counts' } as const;
const base = generateStoredRun({ ...small, sizes: [4] });
const twoSizes = generateStoredRun({ ...small, sizes: [4, 7] });
const later = laterBy(base, 24);

function world(...runs: StoredRun[]): FakeWorld {
  const newest = [...runs].sort((a, b) => b.run.startedAt.getTime() - a.run.startedAt.getTime());
  return {
    wiring: { openStore: async () => ({ store: createFakeStore(newest), ownPids: [] }) },
  };
}

/** Sessions a day apart that differ by a few percent, as sessions do. */
function sessions(count: number, seed = 7): StoredRun[] {
  const prng = createPrng(seed);
  return Array.from({ length: count }, (_, day) => {
    const level = 1 + 0.02 * (prng.next() - 0.5);
    return laterBy(
      scaled(base, () => level),
      24 * (day + 1),
    );
  });
}

describe('compare', () => {
  it('finds a slowdown in the blocks of one run, whatever the hour did to both', async () => {
    const both = generateCrossedRun({
      vary: { image: ['v1', 'v2'] },
      sizes: [4],
      repetitions: 6,
      ...small,
    });
    const slow = scaled(both, ({ cellId, repetition }) => {
      const hour = 1 - 0.1 * (repetition % 3);
      return hour * (cellId.includes('v2') ? 0.8 : 1);
    });
    const json = await run(['compare', 'latest', '--axis', 'image', '--json'], world(slow));
    const { comparison, error } = JSON.parse(json.stdout);
    expect(json.exitCode).toBe(8);
    expect([comparison.design, comparison.outcome]).toEqual(['paired-blocks', 'regression']);
    expect(comparison.pairs[0].metrics[0].decision.worse).toBeCloseTo(0.2, 1);
    expect(error.code).toBe('REGRESSION_FOUND');
    // A/A: the same twice is no regression.
    const same = await run(['compare', 'latest', '--axis', 'image'], world(both));
    expect(same.exitCode).toBe(0);
  });

  it('compares two runs, says that the spread between sessions is assumed, and caps', async () => {
    const slower = scaled(later, () => 0.7);
    const { stdout, exitCode } = await run(
      ['compare', base.run.id, slower.run.id],
      world(base, slower),
    );
    expect(exitCode).toBe(8);
    expect(stdout).toMatch(/WORSE {2}severity (major|moderate)/);
    expect(stdout).toContain('Assumed: sessions of one system differ by 5 % anyway');
    const same = await run(['compare', base.run.id, later.run.id], world(base, later));
    expect(same.exitCode).toBe(0);
    expect(same.stdout).not.toContain('WORSE');
  });

  it('refuses what is not comparable, and names the keys', async () => {
    const elsewhere = onHost(later, { cpuModel: 'another', kernel: '9.9' });
    const words = ['compare', base.run.id, elsewhere.run.id];
    const { stderr, stdout, exitCode } = await run(words, world(base, elsewhere));
    expect(exitCode).toBe(6);
    expect(stderr).toContain('NOT_COMPARABLE');
    expect(stderr).toContain('host.kernel');
    expect(stdout).toContain('host.cpu');
    const allowed = [...words, '--factor', 'host.cpu', '--factor', 'host.kernel'];
    expect((await run(allowed, world(base, elsewhere))).exitCode).toBe(0);
    const wrong = await run([...words, '--factor', 'host.kernal'], world(base, elsewhere));
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain('Did you mean host.kernel?');
  });

  it('calls what was loaded otherwise not comparable, and not worse', async () => {
    const heavy = laterBy(generateStoredRun({ ...small, sizes: [4], rateTxPerSec: 2_000 }), 24);
    const lossy = committing(heavy, 0.5);
    const found = await run(['compare', base.run.id, lossy.run.id], world(base, lossy));
    expect([found.exitCode, found.stderr.includes('load (')]).toEqual([6, true]);
    const same = committing(later, 0.5);
    const worse = await run(['compare', base.run.id, same.run.id], world(base, same));
    expect(worse.exitCode).toBe(8);
    expect(worse.stdout).toMatch(/critical without statistics.*not committed/s);
  });

  it('holds the newest against five sessions before it, and says when there are fewer', async () => {
    const past = sessions(6);
    const slow = laterBy(
      scaled(base, () => 0.8),
      240,
    );
    const found = await run(['compare', slow.run.id], world(...past, slow));
    expect(found.exitCode).toBe(8);
    expect(found.stdout).toContain('predictive t');
    const few = await run(['compare', slow.run.id], world(...past.slice(0, 3), slow));
    expect(few.exitCode).toBe(6);
    expect(few.stdout).toContain('history: 3 comparable sessions | 5 needed');
  });

  it('teaches what an axis and its values are', async () => {
    const axis = await run(['compare', 'latest', '--axis', 'image'], world(base));
    expect(axis.exitCode).toBe(2);
    expect(axis.stderr).toContain('it varies nodes');
    const values = ['compare', 'latest', '--axis', 'nodes', '--values', '4,9'];
    expect((await run(values, world(twoSizes))).stderr).toContain('Its values are 4, 7');
  });
});

describe('check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const threshold = (
    metric: Threshold['metric'],
    sign: Threshold['sign'],
    limit: number,
  ): Threshold => ({ metric, sign, limit, text: `${sign} ${limit}`, where: {} });

  it('passes, misses with exit code 7, and never passes what was not measured', async () => {
    const met = withThresholds(base, [threshold('success', '>=', 0.5)]);
    expect(await run(['check'], world(met))).toMatchObject({ exitCode: 0 });
    const missed = withThresholds(base, [threshold('latency.p50', '<', 0.001)]);
    const { exitCode, stdout, stderr } = await run(['check'], world(missed));
    expect([exitCode, stdout.includes('MISSED')]).toEqual([7, true]);
    expect(stderr).toContain('THRESHOLD_MISSED');
    const nowhere = withThresholds(base, [
      { ...threshold('success', '>=', 0.5), where: { nodes: '99' } },
    ]);
    const unmeasured = await run(['check', '--json'], world(nowhere));
    expect(unmeasured.exitCode).toBe(6);
    const { passed, error } = JSON.parse(unmeasured.stdout);
    expect([passed, error.code]).toEqual([false, 'THRESHOLD_UNMEASURED']);
  });

  it('takes thresholds from a file, and says how to write some', async () => {
    const file = join(folder, 'slo.yaml');
    writeFileSync(
      file,
      'name: slo\nnodes: [4]\nthresholds:\n  success: ">= 50%"\n  throughput: {limit: "> 1/s", where: {nodes: 7}}\n',
    );
    const { exitCode, stdout } = await run(['check', '--thresholds', file], world(twoSizes));
    expect(exitCode).toBe(0);
    expect(stdout).toContain('All 3 checks passed');
    const none = await run(['check'], world(base));
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain('thresholds: {latency.p99: "< 500ms"}');
  });
});

describe('score', () => {
  it('shows the score with its parts, the seed formula beside it, and what to do next', async () => {
    const { stdout, exitCode } = await run(['score'], world(twoSizes));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^score \d+\.\d of 100/);
    expect(stdout).toContain('Not measured, so without weight: scaling, saturation.');
    expect(stdout).toContain('score.seed');
    expect(stdout).toContain('capacity-unknown');
    const json = JSON.parse((await run(['score', '--json'], world(twoSizes))).stdout);
    expect(json.score.seed.figures.nodesMax).toBe(7);
    expect(json.score.grade.missing).toEqual(['scaling', 'saturation']);
  });

  it('caps the grade at what history says', async () => {
    const slow = laterBy(
      scaled(base, () => 0.5),
      240,
    );
    const { stdout } = await run(['score', slow.run.id, '--history'], world(...sessions(6), slow));
    expect(stdout).toContain('critical regression caps the grade at C');
  });

  it('says of a run that nothing could be held against that it was not, and not "none"', async () => {
    const words = ['score', '--history'];
    const json = await run([...words, '--json'], world(base));
    expect(JSON.parse(json.stdout).regression).toBeNull();
    expect((await run(words, world(base))).stderr).toContain('Held against nothing');
    const compared = await run([...words, '--json'], world(...sessions(6)));
    expect(JSON.parse(compared.stdout).regression).toBe('none');
  });
});

describe('trend and history', () => {
  it('calls a steady decline degrading', async () => {
    const falling = Array.from({ length: 6 }, (_, day) =>
      laterBy(
        scaled(base, () => 1 - 0.03 * day),
        24 * (day + 1),
      ),
    );
    const { stdout } = await run(['trend', '--metric', 'throughput'], world(...falling));
    expect(stdout).toMatch(/n = 4 +throughput +6 +degrading +-1\d\.\d %/);
    const few = await run(['trend'], world(...falling.slice(0, 2)));
    expect(few.stdout).toContain('too few sessions');
    const wrong = await run(['trend', '--factor', 'host.kernal'], world(...falling.slice(0, 2)));
    expect([wrong.exitCode, wrong.stderr.includes('Did you mean host.kernel?')]).toEqual([2, true]);
  });

  it('lists sessions, and says which are comparable', async () => {
    const other = onHost(laterBy(twoSizes, 24), { kernel: '9.9' });
    const { stdout } = await run(['history'], world(twoSizes, other));
    const lines = stdout.split('\n');
    expect(lines.find((line) => line.startsWith(other.run.id))).toBeDefined();
    expect(stdout).toContain('no: host.kernel');
    const json = JSON.parse((await run(['history', '--json'], world(twoSizes, other))).stdout);
    expect(json.cells.map(({ cellId }: { cellId: string }) => cellId)).toEqual(['n4', 'n7']);
    expect((await run(['history', 'nobody'], world(base))).exitCode).toBe(2);
    expect((await run(['history', '--cell', 'n9'], world(twoSizes))).stderr).toContain('n4, n7');
  });
});
