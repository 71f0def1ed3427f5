import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildNodeProgram, startProgram } from '../../fixtures/testbed-program.ts';

/** Shaped networks of real nodes, through the program itself, with the shaper inside the nodes. */

const limitMs = 180_000;
/** A busy machine delays the answers of nodes: a right network is right in one of so many looks. */
const looksMax = 4;
let home = '';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'testbed-shaped-'));
  buildNodeProgram();
}, limitMs);
afterAll(() => rm(home, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function testbed(...words: readonly string[]): Promise<Ended> {
  const { ended, output } = startProgram(home, words);
  return { code: await ended, ...output };
}

/** Two regions of two nodes: 160 ms apart, and 80 ms within, to be far above what a host adds. */
async function writeScenario(name: string, changes: string): Promise<string> {
  const path = join(home, `${name}.yaml`);
  await writeFile(
    path,
    `name: ${name}
nodes: [4]
repetitions: 1
runtime: process
load: {rate: 80, arrivals: constant}
network:
  regions: {east: 2, west: 2}
  matrix: {east: {west: 160ms}}
  within: 80ms
phases: {warmup: 1s, measure: 12s, drain: 5s}
engine: {timeout: 2s, idle: 300ms}
${changes}
`,
  );
  return path;
}

interface Check {
  readonly fromRegion: string;
  readonly toRegion: string;
  readonly quantity: string;
  readonly planned: number;
  readonly measured: number;
}

describe('verify-net on the process runtime', () => {
  it(
    'measures every pair of regions and finds the network as planned',
    async () => {
      const file = await writeScenario('as-planned', '');
      let ended: Ended | null = null;
      for (let look = 0; look < looksMax && ended?.code !== 0; look++) {
        ended = await testbed('verify-net', file, '--json');
      }
      expect([ended?.code, ended?.stderr]).toEqual([0, expect.anything()]);
      const { cells, shaper } = JSON.parse(ended?.stdout ?? '');
      expect(shaper).toBe('userspace');
      const medians: Check[] = cells[0].network.checks.filter(
        ({ quantity }: Check) => quantity === 'rtt-median',
      );
      const found = medians.map((one) => `${one.fromRegion} ${one.toRegion} ${one.planned}`);
      expect(found.sort()).toEqual(['east east 80', 'east west 160', 'west west 80']);
      for (const { planned, measured } of medians) {
        // Wider than the program's own tolerance: that one knows how many samples there were.
        expect(Math.abs(measured - planned)).toBeLessThanOrEqual(planned * 0.1);
      }
    },
    limitMs,
  );

  it(
    'refuses to verify nothing, and netem where there is no kernel between the nodes',
    async () => {
      const nothing = await testbed('verify-net', '--nodes', '4', '--runtime', 'process');
      expect([nothing.code, nothing.stderr]).toEqual([
        4,
        expect.stringContaining('SHAPER_UNAVAILABLE'),
      ]);
      const file = await writeScenario('netem', '');
      const kernel = await testbed('verify-net', file, '--shaper', 'netem');
      expect(kernel.code).toBe(2);
      expect(kernel.stderr).toMatch(/netem.*process|process.*netem/s);
    },
    limitMs,
  );
});

describe('a partition in the middle of a run', () => {
  it(
    'stops the network while it lasts, is acknowledged by every node, and is stored',
    async () => {
      const file = await writeScenario(
        'split',
        `timeline:
  - {at: 4s, partition: [[east], [west]]}
  - {at: 7s, heal: true}`,
      );
      const ended = await testbed('run', file, '--json', '--allow-mismatch');
      expect([0, 6]).toContain(ended.code);
      const document = JSON.parse(ended.stdout);
      const [cell] = document.cells;
      expect(document.repetitions.at(-1)).toMatchObject({ failure: null });
      // Cut and heal, at four nodes each.
      const { changes } = cell.network;
      expect(changes).toHaveLength(2);
      for (const change of changes) {
        expect(change).toMatchObject({ nodes: 4, nodesFailed: 0, repetitions: 1 });
        expect(change.spreadMs.max).toBeLessThan(500);
      }
      // 2 of 4 are no quorum: nothing is committed until the heal, and again after it.
      const { periodMs, txPerSec } = cell.repetitions[0].series;
      const during = (fromMs: number, toMs: number): number[] =>
        txPerSec.slice(Math.ceil(fromMs / periodMs), Math.floor(toMs / periodMs));
      expect(Math.max(...during(0, 4_000))).toBeGreaterThan(0);
      expect(during(5_500, 7_000).every((rate) => rate === 0)).toBe(true);
      expect(Math.max(...during(7_000, 12_000))).toBeGreaterThan(0);
    },
    limitMs,
  );
});
