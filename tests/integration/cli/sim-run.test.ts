import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ReportDocument } from '../../../controller/src/report/render-json.ts';
import { buildNodeProgram, startProgram } from '../../fixtures/testbed-program.ts';

/** A whole run on virtual time through the program: shaped, verified, loaded, hurt, stored, judged. */

const limitMs = 120_000;
let home = '';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'testbed-sim-'));
  buildNodeProgram();
}, limitMs);
afterAll(() => rm(home, { recursive: true, force: true }));

const scenario = `name: simulated
nodes: [4]
vary: {engine.protocol: [jolteon, pbft]}
runtime: sim
repetitions: 1
network: wan
load: {rate: 100}
timeline:
  - {at: 3s, crash: 3, for: 2s}
engine: {timeout: 500ms}
phases: {warmup: 2s, measure: 12s, drain: 5s}
`;

it(
  'measures nothing, says so everywhere, and does all the same what was planned',
  async () => {
    const file = join(home, 'scenario.yaml');
    await writeFile(file, scenario);
    const { ended, output } = startProgram(home, ['run', file, '--json']);
    expect(await ended).toBe(0);
    const { headline, cells, repetitions, run }: ReportDocument = JSON.parse(output.stdout);
    expect(headline.text).toMatch(/^Simulated, not measured\. /);
    expect(run.runtime).toBe('sim');
    expect(cells.map(({ verdict }) => verdict)).toEqual(['suspect', 'suspect']);
    for (const { reasons, timeline, network } of repetitions) {
      expect(reasons.map(({ code }) => code)).toEqual(['simulated-run']);
      expect(timeline.map(({ witness }) => witness?.isSeen)).toEqual([true]);
      // Links of 50 to 100 ms were measured, in the time of the simulation.
      expect(network).not.toBeNull();
    }
    for (const { throughputTxPerSec, latency } of cells) {
      expect(throughputTxPerSec?.mean).toBeGreaterThan(80);
      expect(latency.p50?.mean).toBeGreaterThan(75);
    }
  },
  limitMs,
);
