import { describe, expect, it } from '@jest/globals';
import type {
  CellNetwork,
  Cut,
  LinkShape,
  NetworkState,
  PlannedChange,
} from '../../../controller/src/model/network.ts';
import type { NetworkChangeRecord } from '../../../controller/src/model/record.ts';
import type {
  NetworkEventKind,
  PlannedEvent,
  TimelineRecord,
} from '../../../controller/src/model/timeline.ts';
import type { CountedLink, Shaper } from '../../../controller/src/shape/shaper.ts';
import { witnessChanges } from '../../../controller/src/verify/witness-changes.ts';
import { lossy, networkOf, shape, stateOf } from '../shape/networks.ts';
import { createSimulatedShaper } from '../shape/simulated-shaper.ts';

const START = Date.UTC(2026, 0, 1);
const near = shape({ meanMs: 1 });
const initial = stateOf(2, () => near);

interface Step {
  readonly kind: NetworkEventKind;
  readonly atMs: number;
  readonly endMs?: number;
  readonly state: NetworkState;
}

const degraded = (rest: Partial<LinkShape> & { meanMs?: number }): NetworkState =>
  stateOf(2, (from, to) => (from === to ? near : shape({ meanMs: 1, ...rest })));
const across: readonly Cut[] = [
  { from: [0, 1, 2], to: [3, 4, 5] },
  { from: [3, 4, 5], to: [0, 1, 2] },
];
const cutOff = (cuts: readonly Cut[]): NetworkState => ({ ...initial, cuts });

/** Events of one step each, in a network that really has `truth` whenever it is looked at. */
async function witnesses(
  steps: readonly Step[],
  truth: NetworkState,
  rest: { readonly shaper?: Partial<Shaper>; readonly isAway?: (node: number) => boolean } = {},
): Promise<readonly TimelineRecord[]> {
  const nodes = [0, 1, 2, 3, 4, 5];
  const changes = steps.map(
    ({ kind, atMs, state }, index): PlannedChange => ({
      index,
      kind,
      atMs,
      state,
      text: kind,
      nodes,
    }),
  );
  const network: CellNetwork = { ...networkOf([3, 3], initial), changes };
  const timeline = steps.map(
    ({ kind, atMs, endMs }, index): PlannedEvent => ({
      ...{ index, kind, atMs, endMs: endMs ?? null, text: kind, changes: [index] },
    }),
  );
  const shaper: Shaper = { ...createSimulatedShaper({ network, truth }, 1), ...rest.shaper };
  const signal = new AbortController().signal;
  const isAway = rest.isAway ?? (() => false);
  const witness = witnessChanges({ shaper, network, timeline }, isAway, { signal });
  for (const { index } of changes) witness.look(index);
  const done = changes.flatMap(({ index, kind, text, atMs }) =>
    nodes.map((nodeIndex): NetworkChangeRecord => {
      const at = new Date(START + atMs);
      return {
        ...{ changeIndex: index, kind, text, nodeIndex, error: null },
        ...{ plannedAt: at, appliedAt: at },
      };
    }),
  );
  return witness.records(new Date(START), done, null);
}

const one = async (...asked: Parameters<typeof witnesses>) =>
  (await witnesses(...asked))[0]?.witness;

describe('what shows an event of the network', () => {
  it.each<[string, NetworkState, string]>([
    ['a longer round trip', degraded({ meanMs: 51 }), 'round-trip'],
    ['lost packets', degraded(lossy(0.05)), 'loss'],
  ])('is %s, measured while it holds', async (_, state, quantity) => {
    const steps = [{ kind: 'degrade', atMs: 1_000, state }] as const;
    expect(await one(steps, state)).toMatchObject({ quantity, isSeen: true });
    // Acknowledged by the shaper, and nothing of it in the packets.
    expect(await one(steps, initial)).toMatchObject({ quantity, isSeen: false });
  });

  it('is a rate, where only that moves', async () => {
    const state = degraded({ rateBitsPerSec: 5_000_000 });
    const steps = [{ kind: 'degrade', atMs: 1_000, state }] as const;
    const carrying = (receivedBitsPerSec: number): Partial<Shaper> => ({
      probeRates: async (probes) => probes.map(() => ({ receivedBitsPerSec, elapsedMs: 300 })),
    });
    expect(await one(steps, state, { shaper: carrying(5_100_000) })).toMatchObject({
      isSeen: true,
    });
    expect(await one(steps, state, { shaper: carrying(12_000_000) })).toMatchObject({
      ...{ quantity: 'rate', isSeen: false },
      text: '12 Mbit/s got through from node 0 to node 5, of 5 Mbit/s asked for and no limit before',
    });
  });

  it('is, where less was to be lifted than a busy host carries, what is read back', async () => {
    const slow = degraded({ rateBitsPerSec: 5_000_000 });
    const steps = [
      { kind: 'degrade', atMs: 0, endMs: 2_000, state: slow },
      { kind: 'heal', atMs: 2_000, state: initial },
    ] as const;
    const shaper = {
      probeRates: async () => [{ receivedBitsPerSec: 4_000_000, elapsedMs: 300 }],
      inspect: async () => [],
    };
    const [, healed] = await witnesses(steps, initial, { shaper });
    expect(healed?.witness).toMatchObject({ quantity: 'settings-read-back', isSeen: true });
  });

  it('is a round trip that became shorter, however busy the host', async () => {
    const far = degraded({ meanMs: 51 });
    const steps = [
      { kind: 'degrade', atMs: 0, endMs: 2_000, state: far },
      { kind: 'heal', atMs: 2_000, state: initial },
    ] as const;
    const busy = async (...[asked]: Parameters<Shaper['probeRoundTrips']>) =>
      asked.map(({ count }) => ({ sent: count, rttMs: [3, 110, 120, 180] }));
    const [, healed] = await witnesses(steps, initial, { shaper: { probeRoundTrips: busy } });
    expect(healed?.witness).toMatchObject({ quantity: 'round-trip', value: 3, isSeen: true });
    const [, still] = await witnesses(steps, far);
    expect(still?.witness).toMatchObject({ quantity: 'round-trip', isSeen: false });
  });

  it('is what comes through again after a heal', async () => {
    const steps = [
      { kind: 'partition', atMs: 0, endMs: 2_000, state: cutOff(across) },
      { kind: 'heal', atMs: 2_000, state: initial },
    ] as const;
    const counters = async (): Promise<CountedLink[]> => [];
    const [, healed] = await witnesses(steps, initial, { shaper: { counters } });
    expect(healed?.witness).toMatchObject({ quantity: 'probes-through', isSeen: true });
    const [, still] = await witnesses(steps, cutOff(across), { shaper: { counters } });
    expect(still?.witness).toMatchObject({ quantity: 'probes-through', isSeen: false });
  });

  it('is its own cut, where another one holds already', async () => {
    const held = [{ from: [0], to: [3] }];
    const both = [...held, { from: [1], to: [4] }];
    const steps = [
      { kind: 'partition', atMs: 0, state: cutOff(held) },
      { kind: 'flap', atMs: 2_000, state: cutOff(both) },
    ] as const;
    const [, bit] = await witnesses(steps, cutOff(both));
    expect(bit?.witness).toMatchObject({ quantity: 'probes-through', isSeen: true });
    const [, didNot] = await witnesses(steps, cutOff(held));
    expect(didNot?.witness).toMatchObject({ quantity: 'probes-through', isSeen: false });
  });

  it('is, of a cut that another one takes the place of, what was dropped until then', async () => {
    const other = [{ from: [0], to: [4] }];
    const steps = [
      { kind: 'partition', atMs: 0, endMs: 2_000, state: cutOff(across) },
      { kind: 'partition', atMs: 2_000, state: cutOff(other) },
    ] as const;
    const dropping = (dropped: number): Partial<Shaper> => ({
      counters: async () => [{ nodeIndex: 0, toRegion: 'cut', packets: 0, bytes: 0, dropped }],
    });
    const [first] = await witnesses(steps, cutOff(other), { shaper: dropping(40) });
    expect(first?.witness).toMatchObject({ quantity: 'packets-dropped', value: 40, isSeen: true });
    const [none] = await witnesses(steps, cutOff(other), { shaper: dropping(0) });
    expect(none?.witness).toMatchObject({ quantity: 'packets-dropped', isSeen: false });
  });

  it('is measured between nodes that are there', async () => {
    const state = degraded({ meanMs: 51 });
    const steps = [{ kind: 'degrade', atMs: 1_000, state }] as const;
    const witness = await one(steps, state, { isAway: (node) => node < 2 });
    expect(witness?.text).toMatch(
      /^the quickest of 15 round trips from node 2 to node [345] took 10\d ms, of 102 ms/,
    );
  });

  it('is what is read back, where nothing can be measured', async () => {
    const state = degraded({ queuePackets: 5_000 });
    const steps = [{ kind: 'profile', atMs: 1_000, state }] as const;
    const reading = (...differences: string[]): Partial<Shaper> => ({
      inspect: async () => differences,
    });
    expect(await one(steps, state, { shaper: reading() })).toMatchObject({ isSeen: true });
    expect(
      await one(steps, state, { shaper: reading('Node 3 has no queue of 5000.') }),
    ).toMatchObject({
      ...{ quantity: 'settings-read-back', isSeen: false },
    });
  });
});
