import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import type { ContractNodeFaults } from '../../fixtures/contract-node.ts';
import { execute, fakeRuntime, planOf } from '../../fixtures/run-plan-harness.ts';

/** Nodes that answer, and answer wrongly: each once in a whole run, and what is said of it. */

let dataFolder = '';
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'testbed-breach-'));
});
afterEach(() => rm(dataFolder, { recursive: true }));

const runWith = (faults: Readonly<Record<number, ContractNodeFaults>>) => {
  const runtime = fakeRuntime((_, index) => faults[index] ?? {});
  return execute(dataFolder, planOf(1), runtime);
};

describe('a node that breaks the contract', () => {
  it('is named with path and field, and not measured a second time', async () => {
    const { store } = await runWith({
      0: { results: { committedInWindow: -3 } },
      1: { histograms: { commitLatency: { encoding: 'counts', counts: [[5_000, 12]] } } },
    });
    expect(store.repetitions).toHaveLength(1);
    const [repetition] = store.repetitions;
    expect(repetition?.verdict).toBe('invalid');
    const text = (code: string) => repetition?.reasons.find((one) => one.code === code)?.text;
    expect(text('results-unusable')).toContain(
      'node-0 answered GET /v1/results outside the contract: /committedInWindow is -3, ',
    );
    expect(text('replies-disagree')).toContain(
      'in GET /v1/results of node 1 /histograms/commitLatency holds 12, /committedOfWindow is 30',
    );
    expect(text('results-missing')).toBeUndefined();
    expect(repetition?.nodes[0]?.results).toBeNull();
  });

  it('is not tried again while it is brought up, and its last words have a place', async () => {
    const { store, folder } = await runWith({ 2: { readiness: { linksPlanned: 1, linksUp: 1 } } });
    expect(store.repetitions.map(({ failure }) => failure?.code)).toEqual(['NODE_CONTRACT']);
    expect(store.repetitions[0]?.failure?.message).toContain('/linksPlanned 1; it was given 3');
    expect(store.repetitions[0]?.failure?.message).toContain(
      `Last words: ${join(folder.logsPath, 'n4-r0-a0-')}`,
    );
  });
});

describe('what nodes claim', () => {
  it('is recorded with the image, each different claim once, and difference is told', async () => {
    const { outcome } = await runWith({
      3: { identity: { software: 'other/2', protocol: 'raft' } },
    });
    const { run } = outcome.stored;
    expect(run.provenance.claims).toEqual({
      source: 'fake-source-1',
      nodes: [
        { software: 'contract-node/1', protocol: null, said: 'node 0 at n = 4' },
        { software: 'other/2', protocol: 'raft', said: 'node 3 at n = 4' },
      ],
    });
    expect(analyseRun(outcome.stored).warnings).toContainEqual(
      expect.stringMatching(
        /different software: node 0 .*"contract-node\/1"; node 3 .*protocol raft/,
      ),
    );
  });
});
