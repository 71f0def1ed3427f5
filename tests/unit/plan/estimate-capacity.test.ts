import { describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { createPlan } from '../../../controller/src/plan/create-plan.ts';
import { assertFits, estimateCapacity } from '../../../controller/src/plan/estimate-capacity.ts';

const GiB = 1024 ** 3;
const host = { cores: 2, memoryBytes: 24 * GiB };

function plan(yaml: string, runtime: 'docker' | 'process' = 'docker') {
  const text = `name: a\nruntime: ${runtime}\n${yaml}`;
  return createPlan(parseScenario({ file: 'a.yaml', text }), runtime);
}

describe('estimateCapacity', () => {
  it('adds up containers, cores, memory and time of each cell', () => {
    const capacity = estimateCapacity(
      plan('nodes: [4, 10]\nrepetitions: 5\nresources: {cpus: 0.5, memory: 256MiB}\n'),
      host,
    );
    expect(capacity.cells).toMatchObject([
      { cellId: 'n4', containers: 4, cpusAsked: 2, memoryBytesAsked: GiB, cpusHost: 2 },
      { cellId: 'n10', containers: 10, cpusAsked: 5, memoryBytesAsked: 2.5 * GiB },
    ]);
    const [small, large] = capacity.cells;
    expect(small?.memoryBytesExpected).toBe(Math.round((4 * 70 + 6 * 0.26) * 1024 ** 2));
    expect(large?.memoryBytesExpected).toBe(Math.round((10 * 70 + 45 * 0.26) * 1024 ** 2));
    expect(capacity.durationMs).toBe((small?.durationMs ?? 0) + (large?.durationMs ?? 0));
    // 5 repetitions of 10 s + 60 s, and a few seconds around each.
    expect(small?.durationMs).toBeGreaterThan(5 * 70_000);
    expect(small?.durationMs).toBeLessThan(5 * 80_000);
    expect(large?.durationMs).toBeGreaterThan(small?.durationMs ?? 0);
  });

  it('counts no containers and no limits on the process runtime', () => {
    const [cell] = estimateCapacity(plan('nodes: [4]\n', 'process'), host).cells;
    expect(cell).toMatchObject({ containers: 0, cpusAsked: null, memoryBytesAsked: null });
  });

  it.each([
    ['cores that are overcommitted', 'nodes: [10]\n', 'docker', '10 cores, the host has 2'],
    [
      'a node with more cores than there are',
      'nodes: [4]\nresources: {cpus: 3}\n',
      'docker',
      "limited to the host's 2",
    ],
    ['processes that compete', 'nodes: [4]\n', 'process', 'compete for processor time'],
    ['limits that add up to more memory', 'nodes: [100]\n', 'docker', 'limits add up to 25 GiB'],
    ['memory that gets tight', 'nodes: [270]\n', 'docker', "of the host's 24 GiB"],
    [
      'a limit below what a node needs',
      'nodes: [4]\nresources: {memory: 48MiB}\n',
      'docker',
      'the kernel will kill nodes',
    ],
    ['the neighbour table', 'nodes: [33]\n', 'docker', 'gc_thresh3=4096'],
    ['a single repetition', 'nodes: [4]\nrepetitions: 1\n', 'docker', 'no interval'],
    ['few repetitions', 'nodes: [4]\nrepetitions: 3\n', 'docker', 'smoke test'],
    ['a short window', 'nodes: [4]\nphases: {measure: 15s}\n', 'docker', 'below 60 s'],
    ['few transactions', 'nodes: [4]\nload: {rate: 10}\n', 'docker', 'no 99th percentile'],
  ] as const)('warns of %s', (_title, yaml, runtime, says) => {
    const { warnings } = estimateCapacity(plan(yaml, runtime), host);
    expect(warnings).toContainEqual(expect.stringContaining(says));
  });

  it('does not warn of a sound plan on a host that is large enough', () => {
    const large = { cores: 64, memoryBytes: 256 * GiB };
    expect(estimateCapacity(plan('nodes: [4, 7, 10, 16]\n'), large).warnings).toEqual([]);
  });

  it('takes the neighbour table that the host has', () => {
    const roomy = estimateCapacity(plan('nodes: [33]\n'), host, { neighbourEntriesMax: 8192 });
    const exact = estimateCapacity(plan('nodes: [32]\n'), host);
    expect([...roomy.warnings, ...exact.warnings].join()).not.toContain('neighbour');
  });
});

describe('assertFits', () => {
  it.each([['more memory than there is', 'nodes: [350]\n', 'n350 needs about']])(
    'refuses %s',
    (_title, yaml, says) => {
      const large = plan(yaml);
      expect(() => assertFits(large, estimateCapacity(large, host))).toThrow(
        expect.objectContaining({
          code: 'PLAN_TOO_LARGE',
          message: expect.stringContaining(says),
          hint: expect.stringContaining('testbed plan'),
        }),
      );
    },
  );

  it('refuses more nodes than a bridge has ports', () => {
    const vast = { cores: 512, memoryBytes: 4096 * GiB };
    const base = plan('nodes: [4]\n');
    const large = createPlan({ ...base.scenario, nodes: [1024] }, 'docker');
    expect(() => assertFits(large, estimateCapacity(large, vast))).toThrow('1023 ports');
  });

  it('lets an overcommitted plan pass: warnings are enough', () => {
    const crowded = plan('nodes: [4, 100]\n');
    expect(() => assertFits(crowded, estimateCapacity(crowded, host))).not.toThrow();
  });
});
