import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { systemClock } from '../../../controller/src/lib/system-clock.ts';
import type { RepetitionRecord } from '../../../controller/src/model/record.ts';
import { createPlan } from '../../../controller/src/plan/create-plan.ts';
import { identifyOwner } from '../../../controller/src/runtime/owner.ts';
import { createProcessRuntime } from '../../../controller/src/runtime/process/process-runtime.ts';
import { execute } from '../../fixtures/run-plan-harness.ts';

/** Real nodes as processes of this machine; what is held against them is what the plan did. */

const bundlePath = join(import.meta.dirname, '../../../dist/node/main.mjs');

/** Of the events alone: how busy this machine is belongs to no node. */
const ofNodes = /^(event-|expectation-|node-|results-|scrape-gaps|window-|repetition-|safety-)/;

async function runOnce(yaml: string): Promise<RepetitionRecord> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'testbed-timeline-'));
  const text = `name: timeline\nruntime: process\n${yaml}`;
  const plan = createPlan(parseScenario({ file: 'a.yaml', text }), 'process', 'none');
  const options = { bundlePath, dataFolder, cwd: dataFolder, owner: identifyOwner() };
  const runtime = createProcessRuntime(options, { clock: systemClock });
  const kill = new AbortController();
  const { store } = await execute(dataFolder, plan, runtime, {
    kill,
    // However it is judged on a busy machine, once is enough.
    onEvent: ({ kind }) => void (kind === 'repetition-ended' && kill.abort()),
  });
  await rm(dataFolder, { recursive: true });
  const [first] = store.repetitions;
  if (first === undefined) throw new Error('nothing was recorded');
  return first;
}

describe('events on nodes', () => {
  it('are done at their times, leave a trace, are taken back, and are nobody’s failure', async () => {
    const { timeline, reasons, failure, nodes } = await runOnce(`
nodes: [4]
repetitions: 1
load: {rate: 100}
timeline:
  - {at: 100ms, clock: {nodes: all, by: -50ms}, for: 300ms}
  - {at: 500ms, crash: leader, for: 1s}
  - {at: 3s, pause: 2, for: 700ms}
  - {at: 3700ms, stop: 2}
expect: [view-change]
phases: {warmup: 500ms, measure: 5s, drain: 5s, ready: 30s}
engine: {timeout: 400ms}
`);
    expect(failure).toBeNull();
    expect(timeline.map(({ kind, error }) => [kind, error])).toEqual([
      ['clock', null],
      ['crash', null],
      ['pause', null],
      ['stop', null],
    ]);
    for (const { witness, begunAt, plannedAt } of timeline) {
      expect(witness?.isSeen).toBe(true);
      expect(begunAt?.getTime()).toBeGreaterThanOrEqual(plannedAt.getTime() - 5);
    }
    const [, crash, pause, stop] = timeline;
    expect(crash?.nodes).toHaveLength(1);
    expect(crash?.endedAt?.getTime()).toBeGreaterThan(crash?.plannedEndAt?.getTime() ?? Infinity);
    expect(pause?.witness?.value).toBeGreaterThan(100);
    expect(stop?.endedAt).toBeNull();
    expect(nodes.map(({ exit }) => exit)).toEqual([null, null, null, null]);
    expect(nodes.flatMap(({ nodeIndex, results }) => (results === null ? nodeIndex : []))).toEqual([
      2,
    ]);
    expect(reasons.filter(({ code }) => ofNodes.test(code))).toEqual([]);
  }, 60_000);
});
