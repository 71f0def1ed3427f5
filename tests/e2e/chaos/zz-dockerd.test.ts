import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPrivateDocker, type PrivateDocker } from '../../fixtures/e2e-private-docker.ts';
import { createHome, processesWith, type TestHome } from '../../fixtures/e2e-testbed.ts';

/** kill -9 of the Docker daemon under a run, in a daemon of the test's own. */

const limitMs = 6 * 60_000;
const words = ['sweep', '--nodes', '4', '--rate', '80', '--warmup', '1s', '--measure', '5s'];
const phases = ['--drain', '5s', '--ready', '2m', '--repetitions'];
/** Namespaces and a daemon of one's own take root. */
const asRoot = process.getuid?.() === 0 ? it : it.skip;

let home: TestHome;
let daemon: PrivateDocker | undefined;

beforeAll(async () => {
  home = await createHome();
  if (process.getuid?.() !== 0) return;
  daemon = await createPrivateDocker();
  await daemon.start();
  const shell = `docker save prsm-testbed-node:latest | ${daemon.through.join(' ')} docker load`;
  await promisify(execFile)('sh', ['-c', shell]);
}, limitMs);
afterAll(async () => {
  await home.remove();
  await daemon?.remove();
}, 120_000);

describe('kill -9 of dockerd while a network is measured', () => {
  asRoot(
    'ends the run with a clear error, loses nothing measured, and clean removes the rest',
    async () => {
      if (daemon === undefined) throw new Error('no daemon');
      const { through } = daemon;
      const command = home.start([...words, ...phases, '2'], { through });
      const runId = await command.runId();
      await command.says(/\[1\/2\][\s\S]*measuring, 5 s/);
      await daemon.kill();
      const code = await command.ended;
      const { stderr } = command.output;
      expect([code, stderr]).toEqual([4, expect.stringContaining('DOCKER_UNREACHABLE, exit')]);
      expect(stderr).not.toContain('This is a bug');
      expect(stderr).toContain('start-dockerd');

      // The database is not Docker's business: what there is of the run can be read meanwhile.
      const stored = await home.json(['report', runId]);
      expect(stored.run).toMatchObject({
        status: 'failed',
        failure: { code: 'DOCKER_UNREACHABLE' },
      });
      const [repetition] = stored.repetitions;
      expect(repetition).toMatchObject({ nodeCount: 4 });
      for (const node of repetition.nodes) {
        expect(node.results.committedInWindow).toBeGreaterThan(0);
      }

      const label = `label=testbed.run=${runId}`;
      await daemon.start();
      expect(await daemon.docker('ps', '-aq', '--filter', label)).not.toBe('');
      const volumes = (await daemon.docker('volume', 'ls', '-q')).split('\n');
      expect(volumes).toHaveLength(4);
      const clean = await home.json(['clean', '--runtime', 'docker'], { through });
      expect(clean.failures).toEqual([]);
      expect(clean.removed).toHaveLength(6);
      expect(await daemon.docker('ps', '-aq')).toBe('');
      expect(await daemon.docker('network', 'ls', '-q', '--filter', label)).toBe('');
      expect(await daemon.docker('volume', 'ls', '-q')).toBe('');
      expect(await processesWith(home.path)).toEqual([]);

      const next = await home.run([...words, ...phases, '1'], { through });
      expect([0, 6]).toContain(next.code);
    },
    limitMs,
  );
});
