import { describe, expect, it, jest } from '@jest/globals';
import { regionsMax } from '../../../controller/src/config/network-schema.ts';
import { describeMismatch } from '../../../controller/src/model/describe-mismatch.ts';
import type { LinkShape, NetworkState } from '../../../controller/src/model/network.ts';
import type { LinkCheckRecord } from '../../../controller/src/model/record.ts';
import type { LinkCounters, Shaper } from '../../../controller/src/shape/shaper.ts';
import {
  type VerifyRequest,
  verifyNetwork,
} from '../../../controller/src/verify/verify-network.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';
import {
  lossy,
  matrixMs,
  matrixState,
  networkOf,
  shape,
  shapedOf,
  stateOf,
  wan,
} from '../shape/networks.ts';
import { createSimulatedShaper, type SimulatedNetwork } from '../shape/simulated-shaper.ts';

/** Every seed is a network of its own; a failure names those that went wrong. */
const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
const five = [2, 2, 2, 1, 1];

interface Trial {
  readonly sizes: readonly number[];
  readonly planned: NetworkState;
  readonly truth?: NetworkState;
  readonly world?: Partial<SimulatedNetwork>;
  readonly request?: Partial<VerifyRequest>;
}

function measure({ sizes, planned, truth, world, request }: Trial, seed: number) {
  const network = networkOf(sizes, planned);
  const clock = createVirtualClock();
  const shaper = createSimulatedShaper({ network, truth: truth ?? planned, ...world }, seed, clock);
  const checks = verifyNetwork(
    { shaper, shaped: shapedOf(network, seed), state: planned, occasion: 'before', ...request },
    { clock, signal: new AbortController().signal },
  );
  return { checks, spentMs: () => clock.monotonicMs() };
}

/** Seeds at which the network is said not to be as planned. */
async function mismatches(trial: Trial): Promise<number[]> {
  const found: number[] = [];
  for (const seed of seeds) {
    const mismatch = describeMismatch(await measure(trial, seed).checks);
    if (mismatch !== null) found.push(seed);
  }
  return found;
}

const profile = (lowMs: number, highMs: number, ratio: number) => ({
  ...shape({ meanMs: (lowMs + highMs) / 4, jitterMs: (highMs - lowMs) / 4 }),
  ...lossy(ratio),
});
const wan01 = { ...wan, ...lossy(0.001) };

/** Many seeds of many probes are arithmetic for 4 s on a good day of this machine, 7 on a bad one. */
jest.setTimeout(60_000);

describe('verifyNetwork of a network that is as planned', () => {
  it.each([
    ['ideal', shape()],
    ['lan', profile(1, 5, 0.0001)],
    ['wan', profile(50, 100, 0.001)],
    ['intercontinental', profile(150, 300, 0.005)],
    ['poor', profile(200, 500, 0.02)],
  ])('finds nothing wrong with 8 nodes of profile %s', async (_name, one) => {
    expect(await mismatches({ sizes: [8], planned: stateOf(1, () => one) })).toEqual([]);
  });

  it('finds nothing wrong with five regions apart by a matrix', async () => {
    expect(await mismatches({ sizes: five, planned: matrixState(matrixMs) })).toEqual([]);
  });

  it('finds nothing wrong with 15 pairs of regions that lose 0.1 %', async () => {
    expect(await mismatches({ sizes: five, planned: stateOf(5, () => wan01) })).toEqual([]);
  });

  const twelve = Array.from({ length: 12 }, () => 2);
  const fifty = [10, 10, 10, 10, 10];
  const poor = profile(200, 500, 0.02);
  const rated = (rateBitsPerSec: number) => ({ ...wan01, rateBitsPerSec });

  it.each<[string, readonly number[], LinkShape]>([
    ['8 nodes in five regions', five, wan01],
    ['8 nodes in five regions with wide jitter', five, poor],
    ['8 nodes in five regions with rates', five, rated(20e6)],
    ['50 nodes in five regions', fifty, wan01],
    ['50 nodes in five regions with rates', fifty, rated(100e6)],
    ['24 nodes in twelve regions', twelve, wan01],
    ['24 nodes in twelve regions with rates', twelve, rated(10e6)],
    ['40 nodes in forty regions', Array.from({ length: 40 }, () => 1), shape({ meanMs: 40 })],
  ])('ends within 10 s for %s on a slow host, right or wrong', async (_name, sizes, one) => {
    const planned = stateOf(sizes.length, () => one);
    const wrong = stateOf(sizes.length, () => ({ ...one, delay: shape({ meanMs: 9 }).delay }));
    for (const truth of [planned, wrong]) {
      const { checks, spentMs } = measure({ sizes, planned, truth }, 1);
      const measured = await checks;
      expect(describeMismatch(measured) === null).toBe(truth === planned);
      expect(spentMs()).toBeLessThanOrEqual(10_000);
      expect(measured.filter(({ samples }) => samples === 0)).toEqual([]);
    }
  });

  it('measures each pair of as many regions as there may be, and finds nothing wrong', async () => {
    const sizes = Array.from({ length: regionsMax }, () => 1);
    const planned = stateOf(regionsMax, (from, to) => shape({ meanMs: 5 + ((from + to) % 90) }));
    const { checks, spentMs } = measure({ sizes, planned }, 1);
    const measured = await checks;
    expect(describeMismatch(measured)).toBeNull();
    expect(measured.filter(({ samples }) => samples < 12)).toEqual([]);
    expect(spentMs()).toBeLessThanOrEqual(10_000);
  });

  it('records median, range and loss of every pair, with what passes around what is measured', async () => {
    const checks = await measure({ sizes: five, planned: matrixState(matrixMs) }, 3).checks;
    expect(checks.length).toBe(3 * 13);
    for (const { low, high, measured, samples } of checks) {
      expect(Number(measured)).toBeGreaterThanOrEqual(low);
      expect(Number(measured)).toBeLessThanOrEqual(high);
      expect(samples).toBeGreaterThan(0);
    }
    const [first] = checks;
    expect(first).toMatchObject({
      occasion: 'before',
      fromRegion: 'region-0',
      quantity: 'rtt-median',
    });
  });

  it('finds nothing wrong with twelve regions that lose packets and have rates', async () => {
    const planned = stateOf(12, () => rated(10e6));
    expect(await mismatches({ sizes: twelve, planned })).toEqual([]);
  });

  it('finds cuts that hold', async () => {
    const cuts = [{ from: [0, 1], to: [4, 5] }];
    const planned = stateOf(2, () => wan, cuts);
    const checks = await measure({ sizes: [4, 4], planned }, 1).checks;
    expect(describeMismatch(checks)).toBeNull();
    expect(checks.filter(({ asked }) => asked === 'cut')).toMatchObject([{ measured: 1 }]);
  });
});

describe('verifyNetwork of a network that is not as planned', () => {
  const swap = (rows: readonly (readonly number[])[]): number[][] => {
    const order = [1, 0, 2, 3, 4];
    return order.map((row) => order.map((column) => rows[row]?.[column] ?? 0));
  };
  const planned = matrixState(matrixMs);
  /** As in CometBFT: the filter of each class catches the nodes of all other regions. */
  const inverted = matrixState(
    matrixMs.map((row, from) =>
      row.map((own, to) => row.find((ms, other) => other !== to && ms !== own) ?? own + from),
    ),
  );
  const rated = stateOf(5, () => shape({ meanMs: 10, rateBitsPerSec: 1e7 }));
  const cut = stateOf(2, () => wan, [{ from: [0], to: [2] }]);
  const dead = stateOf(2, () => wan, [{ from: [0, 1], to: [2, 3] }]);

  it.each<[string, Trial]>([
    [
      'a matrix with two regions swapped',
      { sizes: five, planned, truth: matrixState(swap(matrixMs)) },
    ],
    ['an inverted filter', { sizes: five, planned, truth: inverted }],
    [
      'a lost qdisc on 1 of 8 nodes',
      { sizes: [8], planned: stateOf(1, () => wan), world: { bare: new Set([5]) } },
    ],
    [
      'a lost qdisc on 1 of 9 nodes',
      { sizes: [9], planned: stateOf(1, () => wan), world: { bare: new Set([8]) } },
    ],
    [
      'a lost qdisc on 1 of 50 nodes',
      {
        sizes: [10, 10, 10, 10, 10],
        planned: stateOf(5, () => wan),
        world: { bare: new Set([17]) },
      },
    ],
    [
      '0.5 % of loss where 0.1 % is asked for',
      {
        sizes: five,
        planned: stateOf(5, () => wan01),
        truth: stateOf(5, () => ({ ...wan, ...lossy(0.005) })),
      },
    ],
    [
      'the same between one pair of nodes',
      {
        sizes: [2],
        planned: stateOf(1, () => ({ ...shape({ meanMs: 5 }), ...lossy(0.001) })),
        truth: stateOf(1, () => ({ ...shape({ meanMs: 5 }), ...lossy(0.005) })),
      },
    ],
    [
      'no loss where 2 % is asked for',
      {
        sizes: [4],
        planned: stateOf(1, () => profile(200, 500, 0.02)),
        truth: stateOf(1, () => profile(200, 500, 0)),
      },
    ],
    [
      '1 % of loss where none is asked for',
      { sizes: five, planned, truth: matrixState(matrixMs, lossy(0.01)) },
    ],
    ['a rate 10 % too high', { sizes: five, planned: rated, world: { rateFactor: 1.1 } }],
    ['a rate 10 % too low', { sizes: five, planned: rated, world: { rateFactor: 0.9 } }],
    [
      'delays 10 % too long',
      {
        sizes: [8],
        planned: stateOf(1, () => wan),
        truth: stateOf(1, () => shape({ meanMs: 41.25, jitterMs: 12.5 })),
      },
    ],
    ['a cut that does not cut', { sizes: [2, 2], planned: cut, truth: stateOf(2, () => wan) }],
    ['a link that is dead', { sizes: [2, 2], planned: stateOf(2, () => wan), truth: dead }],
  ])('finds %s', async (_name, trial) => {
    const found = await mismatches(trial);
    expect(seeds.filter((seed) => !found.includes(seed))).toEqual([]);
  });

  const ten = Array.from({ length: 10 }, () => 2);
  const lossyPlan = (ratio: number) => stateOf(10, () => ({ ...wan, ...lossy(ratio) }));

  it('finds a loss that each pair of regions has too few packets to tell, and tells it once', async () => {
    for (const seed of [1, 2, 3]) {
      const trial = { sizes: ten, planned: lossyPlan(0.001), truth: lossyPlan(0.0018) };
      const checks = await measure(trial, seed).checks;
      const off = checks.filter(({ isWithin }) => !isWithin);
      expect(off.filter(({ asked }) => asked.endsWith('together'))).toHaveLength(1);
      expect(describeMismatch(checks)).toMatch(
        /links such as region-\d to region-\d .* together where/,
      );
    }
  });

  it('finds nothing wrong with many pairs of regions that lose what they should', async () => {
    for (const seed of [1, 2, 3]) {
      const checks = await measure({ sizes: ten, planned: lossyPlan(0.001) }, seed).checks;
      expect(describeMismatch(checks)).toBeNull();
    }
  });

  it('names the links, what was measured and what is planned', async () => {
    const checks = await measure({ sizes: five, planned, truth: matrixState(swap(matrixMs)) }, 1)
      .checks;
    expect(describeMismatch(checks)).toMatch(
      /^The network is not as planned: region-\d to region-\d \(nodes \d and \d\) has a median round trip of [\d.]+ ms where \d+ ms is planned; .*; and \d+ more\.$/,
    );
  });
});

describe('verifyNetwork', () => {
  it('measures once more what was off, and only that', async () => {
    const network = networkOf(
      [2, 2],
      stateOf(2, () => wan),
    );
    const right = createSimulatedShaper({ network, truth: network.initial }, 1);
    let calls = 0;
    const shaper: Shaper = {
      ...right,
      async probeRoundTrips(probes, options) {
        const results = await right.probeRoundTrips(probes, options);
        const isSpoiled = calls++ === 0;
        return results.map((one, index) =>
          isSpoiled && index === 0 ? { ...one, rttMs: [] } : one,
        );
      },
    };
    const checks = await verifyNetwork(
      { shaper, shaped: shapedOf(network), state: network.initial, occasion: 'before' },
      { clock: createVirtualClock(), signal: new AbortController().signal },
    );
    expect(describeMismatch(checks)).toBeNull();
    expect(right.calls.map((probes) => probes.length)).toEqual([4, 1]);
  });

  it.each<[string, LinkShape, boolean]>([
    ['takes more time where the usual one tells too little', profile(200, 500, 0), true],
    ['takes the usual time where that is enough', shape({ meanMs: 20 }), false],
  ])('%s, and only if it may', async (_name, one, isLonger) => {
    const trial = { sizes: [2], planned: stateOf(1, () => one) };
    const spentMs = async (request: Partial<VerifyRequest>): Promise<number> => {
      const measured = measure({ ...trial, request }, 1);
      await measured.checks;
      return measured.spentMs();
    };
    const usualMs = await spentMs({});
    const mayMs = await spentMs({ budgetMsMax: 30_000 });
    expect(mayMs > 1.5 * usualMs).toBe(isLonger);
  });

  it('tells how far it is, and ends with all pairs', async () => {
    const network = networkOf(
      five,
      stateOf(5, () => wan01),
    );
    const told: [number, number][] = [];
    await verifyNetwork(
      {
        shaper: createSimulatedShaper({ network, truth: network.initial }, 1),
        shaped: shapedOf(network),
        state: network.initial,
        occasion: 'before',
      },
      {
        clock: createVirtualClock(),
        signal: new AbortController().signal,
        onProgress: (done, total) => told.push([done, total]),
      },
    );
    expect(told[0]).toEqual([0, 13]);
    expect(told.at(-1)).toEqual([13, 13]);
    expect(new Set(told.map(([done]) => done)).size).toBe(told.length);
  });

  it('allows for other traffic after a disturbance, up to the end of the range only', async () => {
    const planned = stateOf(3, () => wan);
    const request = { occasion: 'again' as const, nodes: [0] };
    const slower = stateOf(3, () => shape({ meanMs: 43, jitterMs: 5 }));
    const broken = stateOf(3, () => shape({ meanMs: 70, jitterMs: 5 }));
    expect(await mismatches({ sizes: [2, 2, 2], planned, truth: slower, request })).toEqual([]);
    const found = await mismatches({ sizes: [2, 2, 2], planned, truth: broken, request });
    expect(found).toEqual(seeds);
  });

  it('counts the losses of a userspace shaper in the nodes, for each direction', async () => {
    const planned = stateOf(2, (from) => ({ ...wan, ...lossy(from === 0 ? 0.001 : 0.02) }));
    const network = networkOf([2, 2], planned);
    const measured = async (lossBack: number): Promise<readonly LinkCheckRecord[]> => {
      const unlossy = stateOf(2, () => wan);
      let sent = 0;
      const inner = createSimulatedShaper({ network, truth: unlossy }, 1);
      const counted = (nodeIndex: number, toRegion: number, ratio: number): LinkCounters => {
        const dropped = Math.round(sent * ratio);
        return { nodeIndex, toRegion, packets: sent - dropped, bytes: 0, dropped };
      };
      const shaper: Shaper = {
        ...inner,
        kind: 'userspace',
        async probeRoundTrips(probes, options) {
          sent += Math.max(...probes.map(({ count }) => count));
          return inner.probeRoundTrips(probes, options);
        },
        counters: async () =>
          [0, 1, 2, 3].flatMap((node) =>
            [0, 1].map((region) => counted(node, region, node < 2 ? 0.001 : lossBack)),
          ),
      };
      return verifyNetwork(
        { shaper, shaped: shapedOf(network), state: planned, occasion: 'before' },
        { clock: createVirtualClock(), signal: new AbortController().signal },
      );
    };
    const right = await measured(0.02);
    expect(describeMismatch(right)).toBeNull();
    const across = right.filter(
      ({ quantity, fromRegion, toRegion }) => quantity === 'loss' && fromRegion !== toRegion,
    );
    expect(across.map(({ fromRegion, planned: ratio }) => [fromRegion, ratio])).toEqual([
      ['region-0', 0.001],
      ['region-1', 0.02],
    ]);
    expect(describeMismatch(await measured(0.001))).toMatch(/region-1 to region-0 .* loses/);
  });

  it('tells what there was no time for as not measured, and not as within', async () => {
    const sizes = Array.from({ length: 12 }, () => 2);
    const planned = stateOf(12, () => shape({ meanMs: 10, rateBitsPerSec: 1e9 }));
    const rates = async (request: Partial<VerifyRequest>) => {
      const measured = await measure({ sizes, planned, request }, 1).checks;
      expect(describeMismatch(measured)).toBeNull();
      return measured.filter(({ quantity }) => quantity === 'rate');
    };
    const inTime = await rates({});
    expect(inTime).toHaveLength(144);
    const unmeasured = inTime.filter(({ samples }) => samples === 0);
    expect(unmeasured.length).toBeGreaterThan(0);
    for (const one of unmeasured) expect(one).toMatchObject({ measured: null, isWithin: false });
    const late = await rates({ budgetMsMax: 60_000 });
    expect(late.filter(({ isWithin }) => !isWithin)).toEqual([]);
  });

  it('ends when all time is up, whatever a call still does', async () => {
    const network = networkOf(
      [2, 2],
      stateOf(2, () => wan),
    );
    const timeUp = new AbortController();
    const clock = { ...createVirtualClock(), timeoutSignal: () => timeUp.signal };
    const shaper: Shaper = {
      ...createSimulatedShaper({ network, truth: network.initial }, 1),
      probeRoundTrips: (_probes, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          timeUp.abort(new Error('time is up'));
        }),
    };
    const checks = await verifyNetwork(
      { shaper, shaped: shapedOf(network), state: network.initial, occasion: 'before' },
      { clock, signal: new AbortController().signal },
    );
    expect(checks.length).toBeGreaterThan(0);
    for (const one of checks) {
      expect(one).toMatchObject({ measured: null, samples: 0, isWithin: false });
    }
  });

  it('ends with the signal', async () => {
    const network = networkOf(
      [2, 2],
      stateOf(2, () => wan),
    );
    const reason = new Error('enough');
    const shaper: Shaper = {
      ...createSimulatedShaper({ network, truth: network.initial }, 1),
      async probeRoundTrips(_probes, { signal }) {
        signal.throwIfAborted();
        return [];
      },
    };
    await expect(
      verifyNetwork(
        { shaper, shaped: shapedOf(network), state: network.initial, occasion: 'before' },
        { clock: createVirtualClock(), signal: AbortSignal.abort(reason) },
      ),
    ).rejects.toBe(reason);
  });
});

describe('describeMismatch', () => {
  it('does not take for a mismatch what was not measured at all', () => {
    const unmeasured = { measured: null, samples: 0, isWithin: false } as LinkCheckRecord;
    expect(describeMismatch([unmeasured])).toBeNull();
  });
});
