import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nothing, objectsOfRun } from '../../fixtures/e2e-docker.ts';
import { createHome, type TestHome } from '../../fixtures/e2e-testbed.ts';

/** What a timeline does to containers, and that nothing of it stays. */

const limitMs = 3 * 60_000;
// A test machine may have an image of the node under another name.
const image = process.env.TESTBED_E2E_NODE_IMAGE ?? 'prsm-testbed-node';
const head = `name: events
nodes: [4]
repetitions: 1
runtime: docker
image: ${image}
load: {rate: 50}
resources: {cpus: 0.5, memory: 256MiB}
engine: {timeout: 600ms}
`;

let home: TestHome;
beforeAll(async () => {
  home = await createHome();
});
afterAll(() => home.remove(), 60_000);

async function scenario(text: string): Promise<string> {
  const path = join(home.path, 'events.yaml');
  await writeFile(path, `${head}${text}`);
  return path;
}

describe('events on containers', () => {
  it(
    'kill, freeze and squeeze them, and count as no failure of theirs',
    async () => {
      const file = await scenario(`timeline:
  - {at: 500ms, crash: leader, for: 1s}
  - {at: 4s, pause: 2, for: 1s}
  - {at: 4s, cpu: {nodes: 1, to: 0.1}, for: 1s}
  - {at: 5500ms, memory: {nodes: 3, to: 220MiB}, for: 500ms}
expect: [view-change]
phases: {warmup: 500ms, measure: 7s, drain: 5s, ready: 2m}
`);
      const { stdout, stderr } = await home.run(['run', file, '--json']);
      for (const text of ['crash: leader', 'pause: node 2', 'cpu: node 1', 'memory: node 3']) {
        expect(stderr).toContain(text);
      }
      const { repetitions } = JSON.parse(stdout);
      const codes: string[] = repetitions[0].reasons.map(({ code }: { code: string }) => code);
      const ofEvents = /^(event|expectation|node-died|node-restarted|results|repetition)/;
      expect(codes.filter((code) => ofEvents.test(code))).toEqual([]);
    },
    limitMs,
  );

  it(
    'do not outlive a run that is stopped while one of them is frozen',
    async () => {
      const file = await scenario(`timeline: [{at: 100ms, pause: [1, 2], for: 50s}]
phases: {warmup: 500ms, measure: 60s, drain: 5s, ready: 2m}
`);
      const command = home.start(['run', file]);
      const runId = await command.runId();
      await command.says('pause: node 1, node 2');
      command.child.kill('SIGINT');
      expect(await command.ended).toBe(130);
      expect(command.output.stderr).toContain('pause: node 1, node 2: over');
      expect(await objectsOfRun(runId)).toEqual(nothing);
    },
    limitMs,
  );

  it(
    'do not outlive a controller that is killed while they hold',
    async () => {
      const file = await scenario(`timeline:
  - {at: 100ms, pause: [1, 2], for: 50s}
  - {at: 100ms, cpu: {nodes: 0, to: 0.1}, for: 50s}
phases: {warmup: 500ms, measure: 60s, drain: 5s, ready: 2m}
`);
      const command = home.start(['run', file]);
      const runId = await command.runId();
      await command.says('pause: node 1, node 2');
      command.child.kill('SIGKILL');
      await command.ended;
      expect(await objectsOfRun(runId)).not.toEqual(nothing);
      const { code } = await home.run(['clean']);
      expect(code).toBe(0);
      expect(await objectsOfRun(runId)).toEqual(nothing);
    },
    limitMs,
  );
});
