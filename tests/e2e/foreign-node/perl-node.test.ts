import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withDatabase } from '../../fixtures/e2e-database.ts';
import { nothing, objectsOfRun } from '../../fixtures/e2e-docker.ts';
import { createPerlImage, removeImage } from '../../fixtures/e2e-images.ts';
import { compareDigests, recomputeRun } from '../../fixtures/e2e-recompute.ts';
import { createHome, type TestHome } from '../../fixtures/e2e-testbed.ts';

/**
 * Any image that honours docs/node-contract.md can be put under test: here a node in Perl, written
 * from that page, in an image without Node.js.
 */

const limitMs = 5 * 60_000;
const image = `testbed-e2e-perl:${process.pid}`;
const measured = ['--rate', '200', '--warmup', '1s', '--measure', '4s', '--ready', '2m'];
let home: TestHome;

beforeAll(async () => {
  home = await createHome();
  await createPerlImage(image, join(import.meta.dirname, 'node.pl'));
}, 60_000);
afterAll(async () => {
  await home.remove();
  await removeImage(image);
}, 60_000);

describe('a node in another language', () => {
  it(
    'is swept, judged, stored and reported like the own one',
    async () => {
      const words = ['sweep', '--image', image, '--nodes', '4', '--repetitions', '1'];
      const command = home.start([...words, ...measured, '--json']);
      const code = await command.ended;
      const { stdout, stderr } = command.output;
      const document = stdout === '' ? { failed: stderr } : JSON.parse(stdout);
      expect(document).toMatchObject({
        run: { status: 'completed', failure: null, provenance: { nodeImageName: image } },
        cells: [{ nodeCount: 4, repetitionsDone: 1 }],
      });
      const [cell] = document.cells;
      expect([code, stderr]).toEqual([cell.verdict === 'invalid' ? 6 : 0, expect.anything()]);
      const [repetition] = cell.repetitions;
      expect(repetition).toMatchObject({ failure: null, nodesReporting: 4 });
      // What the contract can be held to was kept; what is left is said of the machine.
      const codes: string[] = repetition.reasons.map((reason: { code: string }) => reason.code);
      expect(codes.filter((found) => !aboutTheMachine.has(found))).toEqual([]);

      const runId: string = document.run.id;
      expect(await objectsOfRun(runId)).toEqual(nothing);
      await withDatabase(home.path, async (sql) => {
        const [stored] = await recomputeRun(sql, runId);
        expect(stored?.figures.throughputTxPerSec).toBeCloseTo(
          repetition.figures.throughputTxPerSec,
          6,
        );
        // Poisson with mean 800: five standard deviations either way.
        const due = 800;
        const count = stored?.figures.latency?.count ?? 0;
        expect(Math.abs(count - due)).toBeLessThan(5 * Math.sqrt(due));
        expect(stored?.figures.latency?.p50Ms).toBeCloseTo(repetition.figures.latency.p50Ms, 6);
        expect(stored?.figures.successRatio).toBe(1);
        for (const { common, disagreements } of await compareDigests(sql, runId)) {
          expect(common).toBeGreaterThan(10);
          expect(disagreements).toBe(0);
        }
      });
      const again = await home.run(['report', runId]);
      expect(again.code).toBe(0);
      expect(again.stdout).toContain(runId);
    },
    limitMs,
  );
});

/** Reasons that a busy test machine gives, whatever node is under test. */
const aboutTheMachine = new Set([
  ...['foreign-load', 'canary-slow', 'steal', 'memory-pressure', 'swap-in', 'memory-low'],
  ...['host-limited', 'generator-late', 'node-loop-delay', 'scrape-gaps', 'host-sample-gaps'],
  ...['controller-late'],
]);
