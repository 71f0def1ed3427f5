import { describe, expect, it } from '@jest/globals';
import type { RunRecord } from '../../../controller/src/model/record.ts';
import type { ResourceSpec } from '../../../controller/src/model/resources.ts';
import { describeLimits } from '../../../controller/src/report/describe-limits.ts';
import { generateShapedRun } from '../../fixtures/shaped-run.ts';

const { run } = generateShapedRun({ measureMs: 1000, repetitions: 1, rateTxPerSec: 10 });

/** The run with the limits of each region changed. */
function limited(change: (region: string) => Partial<ResourceSpec>): RunRecord {
  const cells = run.plan.cells.map((cell) => ({
    ...cell,
    nodes: cell.nodes.map((node) => ({
      ...node,
      resources: { ...node.resources, ...change(node.region) },
    })),
  }));
  return { ...run, plan: { ...run.plan, cells } };
}

describe('describeLimits', () => {
  it('says limits that all nodes share once', () => {
    expect(describeLimits(run)).toBe('0.5 cores, 256 MiB');
    expect(describeLimits(limited(() => ({ cpus: null, memoryBytes: null })))).toBe(
      'no CPU limit, no memory limit',
    );
  });

  it('names the regions where limits differ', () => {
    const text = describeLimits(limited((name) => (name === 'asia' ? { cpus: 0.2 } : {})));
    expect(text).toContain('us-west: 0.5 cores, 256 MiB; asia: 0.2 cores, 256 MiB;');
  });

  it('gives the number of a fair share on the host of the run', () => {
    // Two cores for at most 12 nodes, in steps that the kernel can give.
    expect(describeLimits(limited(() => ({ cpus: 'fair' })))).toBe(
      'a fair share of 0.166 cores, 256 MiB',
    );
  });
});
