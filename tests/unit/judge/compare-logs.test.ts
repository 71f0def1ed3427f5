import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareLogs, type NodeLog } from '../../../controller/src/judge/compare-logs.ts';

/** A log whose digest at each height is `<fork>:<height>` from `forkAt` on, `main:<height>` below. */
function log(
  nodeIndex: number,
  heights: readonly number[],
  fork = 'main',
  forkAt = Number.POSITIVE_INFINITY,
): NodeLog {
  const digests = heights.map((height) => ({
    height,
    digestHex: `${height >= forkAt ? fork : 'main'}:${height}`,
  }));
  return { nodeIndex, log: { committedHeight: heights.at(-1) ?? 0, digests } };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('compareLogs', () => {
  it('finds no violation among equal logs of different length', () => {
    const result = compareLogs([log(0, range(1, 10)), log(1, range(1, 8)), log(2, range(3, 12))]);
    expect(result).toEqual({
      violation: null,
      comparedHeight: 10,
      notCompared: [],
      differences: [],
    });
  });

  it('finds the lowest height at which logs differ, larger side first', () => {
    const result = compareLogs([
      log(0, range(1, 10), 'fork', 7),
      log(3, range(1, 10)),
      log(1, range(5, 12)),
    ]);
    expect(result.violation).toEqual({
      height: 7,
      groups: [
        { digestHex: 'main:7', nodes: [1, 3] },
        { digestHex: 'fork:7', nodes: [0] },
      ],
    });
  });

  it('finds a violation between two nodes even where the others are silent', () => {
    const result = compareLogs([
      log(0, range(100, 110)),
      log(1, range(1, 5)),
      log(2, range(1, 5), 'fork', 2),
    ]);
    expect(result.violation?.height).toBe(2);
  });

  it('finds a fork below the window that nodes keep by the digests kept of older heights', () => {
    const kept = (to: number): number[] => [256, 512, ...range(to - 1023, to)];
    const result = compareLogs([log(0, kept(9000)), log(1, kept(5000), 'fork', 300)]);
    expect(result.violation?.height).toBe(512);
  });

  it('does not mind the case of the digits', () => {
    const upper: NodeLog = {
      nodeIndex: 1,
      log: { committedHeight: 1, digests: [{ height: 1, digestHex: 'AB' }] },
    };
    const lower: NodeLog = {
      nodeIndex: 0,
      log: { committedHeight: 1, digests: [{ height: 1, digestHex: 'ab' }] },
    };
    expect(compareLogs([upper, lower]).violation).toBeNull();
  });

  it('says which nodes share no height with the others', () => {
    const result = compareLogs([
      log(0, range(3977, 5000)),
      log(1, range(3900, 4999)),
      log(2, range(1, 100)),
      log(3, [7]),
    ]);
    expect(result.violation).toBeNull();
    expect(result.comparedHeight).toBe(4999);
    expect(result.notCompared).toEqual([
      {
        nodeIndex: 2,
        kind: 'no-common-height',
        reason: 'reports no height that the others still keep (it reports heights from 1 to 100)',
      },
      {
        nodeIndex: 3,
        kind: 'no-common-height',
        reason: 'reports no height that the others still keep (it reports height 7)',
      },
    ]);
  });

  it('links nodes through a third one that shares heights with both', () => {
    const result = compareLogs([log(0, range(1, 10)), log(1, range(20, 30)), log(2, range(8, 22))]);
    expect(result.notCompared).toEqual([]);
  });

  it('takes a node at height 0 as no contradiction', () => {
    const result = compareLogs([log(0, range(1, 3)), log(1, range(1, 3)), log(2, [])]);
    expect(result.violation).toBeNull();
    expect(result.notCompared).toEqual([
      { nodeIndex: 2, kind: 'empty', reason: 'has committed nothing' },
    ]);
  });

  it.each([
    [null, 'no-log'],
    [{ committedHeight: 5, digests: [] }, 'malformed'],
    [{ committedHeight: 5, digests: [{ height: 6, digestHex: 'x' }] }, 'malformed'],
    [
      {
        committedHeight: 5,
        digests: [
          { height: 2, digestHex: 'x' },
          { height: 2, digestHex: 'y' },
        ],
      },
      'malformed',
    ],
  ])('does not compare the log %j', (bad, kind) => {
    const result = compareLogs([
      log(0, range(1, 5)),
      log(1, range(1, 5)),
      { nodeIndex: 2, log: bad },
    ]);
    expect(result.violation).toBeNull();
    expect(result.notCompared.map((one) => [one.nodeIndex, one.kind])).toEqual([[2, kind]]);
  });

  it('has nothing to say about one node alone, or about none', () => {
    expect(compareLogs([log(0, range(1, 5))])).toEqual({
      violation: null,
      comparedHeight: 0,
      differences: [],
      notCompared: [],
    });
    expect(compareLogs([])).toMatchObject({ violation: null, comparedHeight: 0, notCompared: [] });
  });
});

/** Nodes with holes in what they keep; `forks[k]` is where node k leaves the main log, if it does. */
const network = fc
  .array(
    fc.record({
      heights: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 }),
      forkAt: fc.option(fc.integer({ min: 1, max: 60 }), { nil: Number.POSITIVE_INFINITY }),
    }),
    { minLength: 2, maxLength: 6 },
  )
  .map((nodes) =>
    nodes.map(({ heights, forkAt }, nodeIndex) =>
      log(
        nodeIndex,
        heights.toSorted((a, b) => a - b),
        `fork${nodeIndex}`,
        forkAt,
      ),
    ),
  );

/** The definition itself, by trying every pair of nodes at every height. */
function lowestDifference(logs: readonly NodeLog[]): number | null {
  for (let height = 1; height <= 60; height++) {
    const digests = logs.flatMap(({ log: own }) =>
      (own?.digests ?? []).filter((one) => one.height === height).map((one) => one.digestHex),
    );
    if (new Set(digests).size > 1) return height;
  }
  return null;
}

describe('compareLogs as a property', () => {
  it('finds exactly the lowest height at which any two nodes differ', () => {
    fc.assert(
      fc.property(network, (logs) => {
        const { violation } = compareLogs(logs);
        expect(violation?.height ?? null).toBe(lowestDifference(logs));
      }),
      { numRuns: 500 },
    );
  });

  it('does not depend on the order of the nodes', () => {
    fc.assert(
      fc.property(network, (logs) => {
        expect(compareLogs(logs.toReversed())).toEqual(compareLogs(logs));
      }),
    );
  });

  it('accounts for every node: compared with another, or listed with a reason', () => {
    fc.assert(
      fc.property(network, (logs) => {
        const listed = new Set(compareLogs(logs).notCompared.map(({ nodeIndex }) => nodeIndex));
        const heightsOf = (one: NodeLog) => new Set(one.log?.digests.map(({ height }) => height));
        const compared = logs.filter(({ nodeIndex }) => !listed.has(nodeIndex));
        for (const one of compared) {
          const others = compared.filter((other) => other !== one);
          const shared = others.some((other) => !heightsOf(one).isDisjointFrom(heightsOf(other)));
          expect(shared || compared.length === 1).toBe(true);
        }
        expect(compared.length).toBeGreaterThan(0);
      }),
    );
  });
});
