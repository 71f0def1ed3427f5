import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ReportDocument } from '../../../controller/src/report/render-json.ts';
import { buildNodeProgram, startProgram } from '../../fixtures/testbed-program.ts';

/** Members of a real network that break the rules, through the program: ordered, counted, proven. */

const limitMs = 120_000;
let home = '';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'testbed-byzantine-'));
  buildNodeProgram();
}, limitMs);
afterAll(() => rm(home, { recursive: true, force: true }));

const scenario = `name: byzantine
nodes: [7]
runtime: process
repetitions: 1
load: {rate: 40}
byzantine: {nodes: [1, 4], behaviours: [equivocate]}
timeline:
  - {at: 500ms, behaviour: {nodes: 4, behaviours: silent}, for: 1500ms}
  - {at: 2500ms, restart: 1}
engine: {timeout: 500ms}
phases: {warmup: 500ms, measure: 5s, drain: 5s, ready: 60s}
`;

/** A busy machine's result is not valid (6), and a result all the same. */
async function testbed(expected: readonly number[], ...words: readonly string[]): Promise<string> {
  const { ended, output } = startProgram(home, words);
  expect(expected).toContain(await ended);
  return output.stdout;
}

it(
  'one that equivocates is proven to, one that falls silent is seen to, and safety holds',
  async () => {
    const file = join(home, 'scenario.yaml');
    await writeFile(file, scenario);
    const text = await testbed([0, 6], 'run', file, '--json');
    const ran: ReportDocument = JSON.parse(text);
    const record = ran.repetitions.at(-1);
    const members = record?.byzantine?.members ?? [];
    expect(members.map(({ nodeIndex, events }) => [nodeIndex, events])).toEqual([
      [1, []],
      [4, [0]],
    ]);
    // One that begins anew is told again what it is.
    for (const { misbehaviours } of members) expect(misbehaviours?.equivocate).toBeGreaterThan(0);
    expect(members[1]?.misbehaviours?.silent).toBeGreaterThan(0);
    expect(record?.timeline.map(({ witness }) => witness?.isSeen)).toEqual([true, true]);
    const codes = record?.reasons.map(({ code }) => code) ?? [];
    for (const code of ['safety-violation', 'behaviour-without-trace', 'event-without-trace']) {
      expect(codes).not.toContain(code);
    }
    const [cell] = ran.cells;
    expect(cell?.byzantine).toMatchObject({ members: 2, isBeyond: false, safety: 'held' });
    expect(cell?.byzantine?.evidence).toMatchObject({ againstHonest: 0 });
    expect(cell?.byzantine?.evidence.proven).toBeGreaterThan(0);

    const stored = JSON.parse(await testbed([0], 'verify-evidence', 'latest', '--json'));
    expect(stored.pieces).toBeGreaterThan(0);
    expect(stored).toMatchObject({ proven: stored.pieces, againstHonest: 0 });
    const signature = stored.evidence[0].first.signatureHex;
    const other = `${signature.slice(0, -1)}${signature.endsWith('0') ? '1' : '0'}`;
    const result = join(home, 'result.json');
    await writeFile(result, text.replaceAll(signature, other));
    expect(await testbed([6], 'verify-evidence', result)).toContain('proves nothing');
  },
  limitMs,
);
