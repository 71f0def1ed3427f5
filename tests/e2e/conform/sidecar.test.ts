import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeHistogram } from '../../../controller/src/model/latency-histogram.ts';
import { createHome, type TestHome } from '../../fixtures/e2e-testbed.ts';

/**
 * A program in another language that only orders transactions, behind the sidecar: it honours the
 * contract, and is measured and reported like a node of our own.
 */

const limitMs = 3 * 60_000;
const root = join(import.meta.dirname, '../../..');
const program = join(root, 'node-image', 'examples', 'replicated-log.py');
const command = `${join(root, 'scripts', 'sidecar')} python3 ${program}`;
let home: TestHome;

beforeAll(async () => {
  home = await createHome();
  if (existsSync(join(root, 'dist', 'node', 'sidecar.mjs'))) return;
  execFileSync(process.execPath, [join(root, 'scripts', 'build-node.ts')], { stdio: 'ignore' });
}, 60_000);
afterAll(() => home.remove(), 60_000);

describe('the Python in the contract', () => {
  it('writes the hdr-v2 histogram of its example, and others', async () => {
    const page = await readFile(join(root, 'docs', 'node-contract.md'), 'utf8');
    const [, source = ''] = /```python\n(.*?)```/s.exec(page) ?? [];
    const values = [0, 3, 3, 2_047, 2_048, 123_456, 700_000_000];
    const script = `${source}\nprint(hdr_v2([42])); print(hdr_v2(${JSON.stringify(values)}))`;
    const [example = '', others = ''] = execFileSync('python3', ['-c', script])
      .toString()
      .split('\n');
    expect(decodeHistogram({ encoding: 'hdr-v2', base64: example }, 'it').maxMs).toBe(0.042);
    const { count, percentileMs } = decodeHistogram(
      { encoding: 'hdr-v2', base64: others },
      'Python',
    );
    const read = values.map((_, index) => percentileMs((100 * (index + 1)) / values.length));
    const capped = [0, 3, 3, 2_047, 2_048, 123_456, 600_000_000];
    expect(count).toBe(values.length);
    for (const [index, us] of capped.entries()) {
      expect(Math.abs((read[index] ?? 0) * 1_000 - us)).toBeLessThanOrEqual(us / 1_000);
    }
    expect(page).toContain('"base64": "HISTFAAAAB542pNpmSzMwMDAxAABzFCaEUoz2X+AMIKZAEARAtM="');
  });
});

describe('a replicated log in Python behind the sidecar', () => {
  it(
    'honours the node contract, on every path, within 30 s',
    async () => {
      const words = ['conform', '--node-command', command, '--json'];
      const { code, stdout, stderr } = await home.run(words);
      const document = JSON.parse(stdout === '' ? JSON.stringify({ failed: stderr }) : stdout);
      const failed = document.checks?.filter(({ outcome }: { outcome: string }) => {
        return outcome === 'fail';
      });
      expect({ code, failed }).toEqual({ code: 0, failed: [] });
      expect(document).toMatchObject({ conforms: true, runtime: 'process', logsPath: null });
      const asked = new Set(document.checks.map(({ request }: { request: string }) => request));
      expect(asked.size).toBeGreaterThan(18);
    },
    limitMs,
  );

  it(
    'is measured by a sweep, which keeps the logs of all nodes when asked to',
    async () => {
      const phases = ['--warmup', '1s', '--measure', '3s', '--drain', '5s', '--rate', '200'];
      const sizes = ['--nodes', '4', '--repetitions', '1', '--keep-logs', '--json'];
      const { code, stdout, stderr } = await home.run([
        ...['sweep', '--node-command', command],
        ...sizes,
        ...phases,
      ]);
      const document = JSON.parse(stdout === '' ? JSON.stringify({ failed: stderr }) : stdout);
      // A test machine is seldom quiet enough for a valid result; everything else must be right.
      expect([0, 6]).toContain(code);
      expect(document.run.provenance).toMatchObject({ nodeImageName: command });
      const last = document.cells[0].repetitions.at(-1);
      expect(last).toMatchObject({ nodesReporting: 4, failure: null });
      expect(last.figures.latency.p50Ms).toBeLessThan(1_000);
      // Poisson with mean 600: six standard deviations either way.
      expect(Math.abs(last.figures.throughputTxPerSec * 3 - 600)).toBeLessThan(6 * Math.sqrt(600));
      const logs = (await readdir(document.logsPath)).filter((name) => /-a0-.*\.log$/.test(name));
      expect(logs).toHaveLength(4);
      const text = await readFile(join(document.logsPath, logs[0] ?? ''), 'utf8');
      expect(text).toContain('"event":"running"');
    },
    limitMs,
  );
});
