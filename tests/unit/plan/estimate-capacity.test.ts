import { describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { createPlan } from '../../../controller/src/plan/create-plan.ts';
import { assertFits, estimateCapacity } from '../../../controller/src/plan/estimate-capacity.ts';
import { needsShaping } from '../../../controller/src/plan/plan-network.ts';

const GiB = 1024 ** 3;
const hosts = [{ cores: 2, memoryBytes: 24 * GiB }];

function plan(yaml: string, runtime: 'docker' | 'process' = 'docker') {
  const text = `name: a\nruntime: ${runtime}\n${yaml}`;
  const scenario = parseScenario({ file: 'a.yaml', text });
  return createPlan(scenario, runtime, needsShaping(scenario) ? 'userspace' : 'none');
}

const lenient = { strict: false };
const strict = { strict: true };

describe('estimateCapacity', () => {
  it('adds up containers, cores, memory and time of each cell', () => {
    const capacity = estimateCapacity(
      plan('nodes: [4, 10]\nrepetitions: 5\nresources: {cpus: 0.5, memory: 256MiB}\n'),
      hosts,
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

  it('counts the time that shaping and verification take, once per repetition', () => {
    const yaml = 'nodes: [4]\nrepetitions: 5\n';
    const [plain] = estimateCapacity(plan(yaml), hosts).cells;
    const [shaped] = estimateCapacity(plan(`${yaml}network: wan\n`), hosts).cells;
    expect((shaped?.durationMs ?? 0) - (plain?.durationMs ?? 0)).toBe(5 * 10_000);
  });

  it('advises fewer links where those of a full mesh fill the memory', () => {
    const advice = 'topology: mesh keeps fewer';
    const warningsOf = (yaml: string): string =>
      estimateCapacity(plan(yaml, 'process'), hosts).warnings.join('\n');
    expect(warningsOf('nodes: [250]\n')).toContain(`7.9 GiB of it are links`);
    expect(warningsOf('nodes: [250]\n')).toContain(advice);
    expect(warningsOf('nodes: [400]\ntopology: mesh\n')).not.toContain(advice);
  });

  it('counts no containers and no limits on the process runtime', () => {
    const [cell] = estimateCapacity(plan('nodes: [4]\n', 'process'), hosts).cells;
    expect(cell).toMatchObject({ containers: 0, cpusAsked: null, memoryBytesAsked: null });
  });

  it.each([
    ['cores that are overcommitted', 'nodes: [10]\n', 'docker', '10 cores, the host has 2'],
    [
      'a node with more memory than there is',
      'nodes: [1]\nresources: {memory: 32GiB}\n',
      'docker',
      "limited to the host's 24 GiB",
    ],
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
    ['rounds shorter than round trips', 'nodes: [4]\nnetwork: poor\n', 'docker', 'up to 500 ms'],
    [
      'rounds that a change makes too short',
      'nodes: [4]\ntimeline: [{at: 1s, profile: 700ms}]\n',
      'docker',
      'time out after 1 s',
    ],
    ['the neighbour table', 'nodes: [33]\n', 'docker', 'gc_thresh3=4096'],
    ['a single repetition', 'nodes: [4]\nrepetitions: 1\n', 'docker', 'no interval'],
    ['few repetitions', 'nodes: [4]\nrepetitions: 3\n', 'docker', 'smoke test'],
    ['a short window', 'nodes: [4]\nphases: {measure: 15s}\n', 'docker', 'below 60 s'],
    ['few transactions', 'nodes: [4]\nload: {rate: 10}\n', 'docker', 'no 99th percentile'],
  ] as const)('warns of %s', (_title, yaml, runtime, says) => {
    const { warnings } = estimateCapacity(plan(yaml, runtime), hosts);
    expect(warnings).toContainEqual(expect.stringContaining(says));
  });

  it('does not warn of a sound plan on a host that is large enough', () => {
    const large = [{ cores: 64, memoryBytes: 256 * GiB }];
    expect(estimateCapacity(plan('nodes: [4, 7, 10, 16]\n'), large).warnings).toEqual([]);
  });

  it('does not warn of rounds that are long enough for the network', () => {
    const { warnings } = estimateCapacity(plan('nodes: [4]\nnetwork: intercontinental\n'), hosts);
    expect(warnings.join()).not.toContain('Round trips');
  });

  it('takes the neighbour table that the host has', () => {
    const roomy = estimateCapacity(plan('nodes: [33]\n'), hosts, { neighbourEntriesMax: 8192 });
    const exact = estimateCapacity(plan('nodes: [32]\n'), hosts);
    expect([...roomy.warnings, ...exact.warnings].join()).not.toContain('neighbour');
  });
});

describe('limits of nodes', () => {
  it('are the same for every node, and clamped to the host', () => {
    const [cell] = estimateCapacity(plan('nodes: [2]\nresources: extreme\n'), hosts).cells;
    const limit = { cpus: 2, memoryBytes: 8 * GiB, pidsMax: 256 };
    expect(cell?.limits).toEqual([limit, limit]);
    expect(cell).toMatchObject({ cpusAsked: 4, memoryBytesAsked: 16 * GiB });
  });

  it.each([
    ['minimal', 1, 0.5],
    ['light', 2, 1],
    ['standard', 4, 2],
    ['heavy', 8, 4],
    ['extreme', 16, 8],
  ])('of the profile %s are %d cores and %d GiB', (name, cpus, gibibytes) => {
    const large = [{ cores: 64, memoryBytes: 256 * GiB }];
    const [cell] = estimateCapacity(plan(`nodes: [1]\nresources: ${name}\n`), large).cells;
    expect(cell?.limits).toEqual([{ cpus, memoryBytes: gibibytes * GiB, pidsMax: 256 }]);
  });

  it('are those that fit the host of each node, where there are several', () => {
    const asked = plan('nodes: [2]\nresources: {cpus: 3, memory: 32GiB}\n');
    const [cell] = asked.cells;
    if (cell === undefined) throw new Error('one size was planned');
    const spread = cell.nodes.map((node) => ({ ...node, host: node.index }));
    const planned = { ...asked, cells: [{ ...cell, nodes: spread }] };
    const both = [...hosts, { cores: 64, memoryBytes: 256 * GiB }];
    const { cells } = estimateCapacity(planned, both);
    expect(cells[0]).toMatchObject({ cpusHost: 66, memoryBytesHost: 280 * GiB });
    expect(cells[0]?.limits.map(({ cpus, memoryBytes }) => [cpus, memoryBytes])).toEqual([
      [2, 24 * GiB],
      [3, 32 * GiB],
    ]);
    expect(() => estimateCapacity(planned, hosts)).toThrow('node 1 is on no host');
  });

  it('share the cores of the host fairly at the largest size, and alike at all others', () => {
    const fair = plan('nodes: [4, 7, 16]\nresources: {cpus: fair}\n');
    const { cells, warnings } = estimateCapacity(fair, hosts);
    expect(cells.map(({ limits }) => limits[0]?.cpus)).toEqual([0.125, 0.125, 0.125]);
    expect(cells.map(({ cpusAsked }) => cpusAsked)).toEqual([0.5, 0.875, 2]);
    expect(warnings.join()).not.toContain('nodes may ask for');
    // The plan says fair, whatever the host: its bytes are the same everywhere.
    expect(fair.cells[0]?.nodes[0]?.resources.cpus).toBe('fair');
  });

  it('round a fair share down, so that the sum fits', () => {
    const { cells } = estimateCapacity(plan('nodes: [7]\nresources: {cpus: fair}\n'), hosts);
    expect(cells[0]?.limits[0]?.cpus).toBe(0.285);
    expect(cells[0]?.cpusAsked).toBeLessThanOrEqual(2);
  });

  it('are those of its group for each node of one', () => {
    const mixed = plan(
      'nodes: [4]\nresources: {cpus: 1, memory: 1GiB}\nnetwork: {groups: {edge: {nodes: 1, resources: {cpus: 0.2, memory: 64MiB}}}}\n',
    );
    const [cell] = estimateCapacity(mixed, hosts).cells;
    expect(cell?.limits.map(({ cpus }) => cpus)).toEqual([1, 1, 1, 0.2]);
    expect(cell?.limits.map(({ memoryBytes }) => memoryBytes)).toEqual([GiB, GiB, GiB, GiB / 16]);
    expect(cell).toMatchObject({ cpusAsked: 3.2, memoryBytesAsked: 3 * GiB + GiB / 16 });
  });
});

describe('assertFits', () => {
  it.each([
    ['clamped cores', 'nodes: [1]\nresources: {cpus: 3}\n', "limited to the host's 2"],
    ['clamped memory', 'nodes: [1]\nresources: {memory: 32GiB}\n', "limited to the host's 24 GiB"],
    ['cores that add up to more', 'nodes: [4]\nresources: {cpus: 1}\n', 'up to 4 cores'],
    ['memory that adds up to more', 'nodes: [100]\nresources: {cpus: none}\n', '25 GiB'],
  ])('refuses %s if it is strict, and only then', (_title, yaml, says) => {
    const crowded = plan(yaml);
    const capacity = estimateCapacity(crowded, hosts);
    expect(() => assertFits(crowded, capacity, lenient)).not.toThrow();
    expect(() => assertFits(crowded, capacity, strict)).toThrow(
      expect.objectContaining({
        code: 'PLAN_TOO_LARGE',
        message: expect.stringContaining(says),
        hint: expect.stringContaining('--strict'),
      }),
    );
    expect(capacity.warnings).toContainEqual(expect.stringContaining(says));
  });

  it('lets fair limits pass, however strict', () => {
    const fair = plan('nodes: [4, 16]\nresources: {cpus: fair, memory: 256MiB}\n');
    expect(() => assertFits(fair, estimateCapacity(fair, hosts), strict)).not.toThrow();
  });

  it.each([['more memory than there is', 'nodes: [350]\n', 'n350 needs about']])(
    'refuses %s',
    (_title, yaml, says) => {
      const large = plan(yaml);
      expect(() => assertFits(large, estimateCapacity(large, hosts), lenient)).toThrow(
        expect.objectContaining({
          code: 'PLAN_TOO_LARGE',
          message: expect.stringContaining(says),
          hint: expect.stringContaining('testbed plan'),
        }),
      );
    },
  );

  it('refuses more nodes than a bridge has ports', () => {
    const vast = [{ cores: 512, memoryBytes: 4096 * GiB }];
    const base = plan('nodes: [4]\n');
    const large = createPlan({ ...base.scenario, nodes: [1024] }, 'docker', 'none');
    expect(() => assertFits(large, estimateCapacity(large, vast), lenient)).toThrow('1023 ports');
  });

  it('lets an overcommitted plan pass: warnings are enough', () => {
    const crowded = plan('nodes: [4, 100]\n');
    expect(() => assertFits(crowded, estimateCapacity(crowded, hosts), lenient)).not.toThrow();
  });
});
