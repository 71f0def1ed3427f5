import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { buildNodeProgram, startProgram } from '../../fixtures/testbed-program.ts';

/** A sparse network of real nodes, through the program: measured, stored, read back and shown. */

const limitMs = 120_000;
let home = '';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'testbed-topology-'));
  buildNodeProgram();
}, limitMs);
afterAll(() => rm(home, { recursive: true, force: true }));

async function testbed(...words: readonly string[]): Promise<string> {
  const { ended, output } = startProgram(home, words);
  // 6: a busy machine's result is not valid, and a result all the same.
  expect([0, 6]).toContain(await ended);
  return output.stdout;
}

it(
  'a ring of six carries all transactions over relays, and the report says what that took',
  async () => {
    const options = '--nodes 6 --topology ring --runtime process --repetitions 1 --rate 60';
    const phases = '--warmup 500ms --measure 3s --drain 15s';
    const ran = JSON.parse(await testbed('sweep', ...`${options} ${phases} --json`.split(' ')));
    const [cell] = ran.cells;
    expect(cell.successRatio.mean).toBe(1);
    // 1, 2 and 3 links to both sides, and neighbours that are spoken to directly.
    expect(cell.hopsPerMessage.mean).toBeGreaterThan(1);
    expect(cell.hopsPerMessage.mean).toBeLessThanOrEqual(3);
    expect(cell.relayedPerOperation.mean).toBeGreaterThan(0);
    const { nodes } = ran.repetitions.at(-1);
    for (const { results } of nodes) {
      expect(results.counters.overlay).toMatchObject({ forged: 0, unroutable: 0 });
    }
    const { graphs } = ran.repetitions.at(-1);
    expect(graphs.map(({ occasion }: { occasion: string }) => occasion)).toEqual(['ready', 'end']);
    for (const { kept, missing, extra, silent } of graphs) {
      expect([kept.length, missing, extra, silent]).toEqual([6, [], [], []]);
    }
    expect(cell.graph).toEqual({ readings: 2, readingsPartial: 0, missing: [], extra: [] });
    const page = join(home, 'report.html');
    const read = JSON.parse(await testbed('report', '--json', '--output', page));
    expect(read.cells).toEqual(ran.cells);
    const html = await readFile(page, 'utf8');
    expect(html.match(/class="edge"/g)).toHaveLength(6);
    expect(await testbed('report')).toMatch(/over ring,[\s\S]*relayed\/op +hops/);
  },
  limitMs,
);
