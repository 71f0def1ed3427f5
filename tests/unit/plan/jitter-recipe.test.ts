import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { delayQuantileMs } from '../../../controller/src/plan/delay-quantile.ts';

const docs = join(import.meta.dirname, '../../../docs/networks.md');
const regions = ['eu-west-1', 'us-east-1', 'sa-east-1'];
const p50 = {
  'eu-west-1': { 'eu-west-1': 3, 'us-east-1': 70.5, 'sa-east-1': 180 },
  'us-east-1': { 'eu-west-1': 71, 'us-east-1': 4, 'sa-east-1': 110 },
  'sa-east-1': { 'eu-west-1': 181, 'us-east-1': 111, 'sa-east-1': 2 },
};
const p90 = {
  'eu-west-1': { 'us-east-1': 83.3, 'sa-east-1': 180 },
  'us-east-1': { 'eu-west-1': 90.2, 'sa-east-1': 500 },
  'sa-east-1': { 'eu-west-1': 200, 'us-east-1': 120 },
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jitter-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the recipe for jitter in docs/networks.md', () => {
  it('prints a matrix whose round trips have both percentiles', () => {
    const program = /```js\n([\s\S]*?)```/.exec(readFileSync(docs, 'utf8'))?.[1] ?? '';
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const script = write('jitter.mjs', program);
    const tables = [
      write('p50.json', JSON.stringify({ data: p50 })),
      write('p90.json', JSON.stringify(p90)),
    ];
    const printed = execFileSync(process.execPath, [script, ...tables, ...regions], {
      encoding: 'utf8',
    });
    const text = `name: a\nnodes: [4]\nnetwork:\n${printed}`;
    const { links } = parseScenario({ file: 'a.yaml', text }).network;
    const rttOf = (from: string, to: string) => {
      const rtt = links.find((link) => link.from === from && link.to === to)?.profile.rtt;
      if (rtt === undefined) throw new Error(`no link from ${from} to ${to}`);
      return rtt;
    };
    for (const [from, to, low, high] of [
      ['eu-west-1', 'us-east-1', 70.5, 83.3],
      ['us-east-1', 'eu-west-1', 71, 90.2],
      ['sa-east-1', 'us-east-1', 111, 120],
    ] as const) {
      const rtt = rttOf(from, to);
      expect(rtt.distribution).toBe('normal');
      expect(delayQuantileMs(rtt, 0.5)).toBeCloseTo(low, 1);
      expect(Math.abs(delayQuantileMs(rtt, 0.9) - high)).toBeLessThan(0.01 * high);
    }
    // No spread, and more of it than a normal distribution can have.
    expect(rttOf('eu-west-1', 'sa-east-1')).toMatchObject({ meanMs: 180, jitterMs: 0 });
    expect(rttOf('us-east-1', 'sa-east-1')).toMatchObject({ meanMs: 110, jitterMs: 110 });
  });
});
