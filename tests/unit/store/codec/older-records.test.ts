import { describe, expect, it } from '@jest/globals';
import {
  completePlan,
  completeRepetition,
  completeRun,
} from '../../../../controller/src/store/codec/older-records.ts';
import { generateHostSamples } from '../../../fixtures/host-samples.ts';
import { olderRun, planOfSizes } from '../../../fixtures/older-run.ts';
import { generateShapedRun } from '../../../fixtures/shaped-run.ts';
import { generateStoredRun } from '../../../fixtures/stored-run.ts';

const small = { measureMs: 1000, repetitions: 1, rateTxPerSec: 10 };
const current = generateStoredRun(small);
const older = olderRun(current);

describe('records of older testbeds', () => {
  it('have a plan that says unshaped, with all nodes in one region', () => {
    const plan = completePlan(older.run.plan);
    expect(plan.shaper).toBe('none');
    expect(plan.scenario).toMatchObject({
      shaper: 'none',
      timeline: [],
      expect: [],
      network: { title: 'unshaped' },
    });
    expect(plan.hash).toBe(current.run.plan.hash);
    for (const { nodeCount, network } of plan.cells) {
      expect(network.regions.map(({ nodes }) => nodes.length)).toEqual([nodeCount]);
      expect(network.regionOf).toHaveLength(nodeCount);
      expect(Math.max(...network.addressing.offsets)).toBeLessThan(
        2 ** (32 - network.addressing.prefix) - 1,
      );
      expect(network.initial).toEqual({ links: [], cuts: [] });
    }
  });

  it('have cells that say of themselves what stood in the scenario alone', () => {
    const { plan } = generateShapedRun(small).run;
    const completed = completePlan(planOfSizes(plan));
    expect(completed).toStrictEqual(plan);
  });

  it('have repetitions without a network and without a timeline', () => {
    const [record] = older.repetitions;
    const completed = record === undefined ? undefined : completeRepetition(record);
    expect(completed).toMatchObject({ network: null, timeline: [] });
  });

  it('have one host, on which everything was', () => {
    expect(completeRun(older.run)).toMatchObject({ hosts: current.run.hosts });
    const [record] = older.repetitions;
    if (record === undefined) throw new Error('the fixture has a repetition');
    const [first] = generateHostSamples(current);
    if (first === undefined) throw new Error('the fixture has host samples');
    const { host: _host, ...sample } = first;
    const { nodes, hostSamples } = completeRepetition({ ...record, hostSamples: [sample] });
    expect(new Set(nodes.map(({ host }) => host))).toEqual(new Set([0]));
    expect(hostSamples).toEqual([{ ...sample, host: 0 }]);
  });

  it('leave records of today alone', () => {
    const { run, repetitions } = generateShapedRun(small);
    expect(completePlan(run.plan)).toBe(run.plan);
    expect(completeRun(run)).toStrictEqual(run);
    const [record] = repetitions;
    if (record === undefined) throw new Error('the fixture has a repetition');
    expect(completeRepetition(record)).toStrictEqual(record);
  });
});
