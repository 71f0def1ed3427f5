import type { Clock } from '../../../controller/src/lib/clock.ts';
import { createPrng, type Prng } from '../../../controller/src/lib/prng.ts';
import type {
  CellNetwork,
  LinkShape,
  NetworkState,
} from '../../../controller/src/model/network.ts';
import { meanLossRatio } from '../../../controller/src/plan/expect-link.ts';
import { rateRounds, roundsMs } from '../../../controller/src/shape/rate-rounds.ts';
import type {
  RateProbe,
  RateReading,
  RoundTripProbe,
  RoundTrips,
  Shaper,
} from '../../../controller/src/shape/shaper.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';

/**
 * A network in memory that treats packets as netem does with order kept: one queue for each node
 * and region, uniform delays, independent losses. It can hold another state than it was told.
 */
export interface SimulatedNetwork {
  readonly network: CellNetwork;
  /** What is really in force. */
  readonly truth: NetworkState;
  /** Nodes without any shaping of what they send. */
  readonly bare?: ReadonlySet<number>;
  /** Unshaped round trip of the host, mean of an exponential distribution, in ms. */
  readonly baseMs?: number;
  /** Real rate over the asked one. */
  readonly rateFactor?: number;
}

interface Packet {
  readonly atMs: number;
  readonly stream: number;
  readonly sentMs: number;
  readonly isReply: boolean;
}

export function simulateRoundTrips(
  world: SimulatedNetwork,
  probes: readonly RoundTripProbe[],
  prng: Prng,
): readonly RoundTrips[] {
  const { baseMs = 0.1 } = world;
  const results = probes.map(({ count }) => ({ sent: count, rttMs: [] as number[] }));
  const packets = probes.flatMap(({ count, intervalMs }, stream) => {
    const offsetMs = prng.next() * intervalMs;
    return Array.from({ length: count }, (_, index): Packet => {
      const atMs = offsetMs + index * intervalMs;
      return { atMs, stream, sentMs: atMs, isReply: false };
    });
  });
  const queue = createHeap(packets);
  const busyUntilMs = new Map<number, number>();
  for (let packet = queue.take(); packet !== undefined; packet = queue.take()) {
    const { atMs, stream, sentMs, isReply } = packet;
    const probe = probes[stream] as RoundTripProbe;
    const from = isReply ? probe.toNode : probe.fromNode;
    const to = isReply ? probe.fromNode : probe.toNode;
    const leftMs = send(world, { from, to, atMs }, busyUntilMs, prng);
    if (leftMs === null) continue;
    if (!isReply) queue.add({ atMs: leftMs, stream, sentMs, isReply: true });
    else results[stream]?.rttMs.push(leftMs - sentMs - Math.log(1 - prng.next()) * baseMs);
  }
  return results;
}

/** @returns when it arrives; null if it is lost */
function send(
  { network, truth, bare }: SimulatedNetwork,
  { from, to, atMs }: { readonly from: number; readonly to: number; readonly atMs: number },
  busyUntilMs: Map<number, number>,
  prng: Prng,
): number | null {
  if (truth.cuts.some((cut) => cut.from.includes(from) && cut.to.includes(to))) return null;
  if (bare?.has(from) === true) return atMs;
  const region = network.regionOf[to] ?? -1;
  const shape = shapeOf(truth, network.regionOf[from] ?? -1, region);
  if (prng.next() < meanLossRatio(shape.loss)) return null;
  const { meanMs, jitterMs } = shape.delay;
  const dueMs = atMs + Math.max(0, meanMs + jitterMs * (2 * prng.next() - 1));
  const key = from * 1_000 + region;
  const leftMs = shape.reorders ? dueMs : Math.max(dueMs, busyUntilMs.get(key) ?? 0);
  busyUntilMs.set(key, leftMs);
  return leftMs;
}

const shapesOf = new WeakMap<NetworkState, Map<number, LinkShape>>();

function shapeOf(state: NetworkState, from: number, to: number): LinkShape {
  let shapes = shapesOf.get(state);
  if (shapes === undefined) {
    shapes = new Map(state.links.map((link) => [link.from * 1_000 + link.to, link.shape]));
    shapesOf.set(state, shapes);
  }
  const shape = shapes.get(from * 1_000 + to);
  if (shape === undefined) throw new Error(`no link from ${from} to ${to}`);
  return shape;
}

function createHeap(items: readonly Packet[]): {
  readonly add: (item: Packet) => void;
  readonly take: () => Packet | undefined;
} {
  // Requests are known beforehand, so only replies need a heap of their own.
  const requests = [...items].sort((a, b) => a.atMs - b.atMs);
  let next = 0;
  const heap: Packet[] = [];
  const before = (a: number, b: number): boolean =>
    (heap[a]?.atMs ?? Infinity) < (heap[b]?.atMs ?? Infinity);
  const swap = (a: number, b: number): void => {
    const held = heap[a] as Packet;
    heap[a] = heap[b] as Packet;
    heap[b] = held;
  };
  const pop = (): Packet | undefined => {
    const top = heap[0];
    const last = heap.pop();
    if (heap.length > 0 && last !== undefined) heap[0] = last;
    for (let at = 0; ; ) {
      const child = before(2 * at + 2, 2 * at + 1) ? 2 * at + 2 : 2 * at + 1;
      if (!before(child, at)) return top;
      swap(child, at);
      at = child;
    }
  };
  return {
    add(item) {
      heap.push(item);
      for (let at = heap.length - 1; at > 0 && before(at, (at - 1) >> 1); at = (at - 1) >> 1) {
        swap(at, (at - 1) >> 1);
      }
    },
    take() {
      const request = requests[next];
      if (request === undefined || (heap[0]?.atMs ?? Infinity) < request.atMs) return pop();
      next++;
      return request;
    },
  };
}

/** What a call costs beside its probes: what a slow host takes, see shape/fit-time.ts. */
const CALL_MS = 600;

/** A shaper that keeps no state but `world`; its calls take the time that they would really take. */
export function createSimulatedShaper(
  world: SimulatedNetwork,
  seed: number,
  clock: Clock = createVirtualClock(),
): Shaper & { readonly calls: RoundTripProbe[][] } {
  const prng = createPrng(seed);
  const calls: RoundTripProbe[][] = [];
  const none = async (): Promise<never> => {
    throw new Error('not part of measuring');
  };
  return {
    kind: 'netem',
    calls,
    apply: none,
    change: none,
    inspect: none,
    counters: none,
    async probeRoundTrips(probes, { signal }) {
      calls.push([...probes]);
      const results = simulateRoundTrips(world, probes, prng);
      const tookMs = probes.map(({ count, intervalMs, timeoutMs }, index) =>
        (results[index]?.rttMs.length ?? 0) < count
          ? count * intervalMs + timeoutMs
          : count * intervalMs + Math.max(...(results[index]?.rttMs ?? [])),
      );
      await clock.sleep(CALL_MS + Math.max(...tookMs), { signal });
      return results;
    },
    async probeRates(probes, { signal, limitMs, bitsPerSecMax }) {
      const rounds = rateRounds(probes, bitsPerSecMax);
      const readings = new Map<RateProbe, RateReading>();
      let tookMs = 0;
      for (const round of rounds) {
        const roundMs = roundsMs([round], 'netem', Math.max(...round.map((one) => one.durationMs)));
        if (tookMs + roundMs > limitMs) break;
        tookMs += roundMs;
        for (const probe of round) {
          const error = 0.01 * (prng.next() - 0.5);
          const receivedBitsPerSec = probe.rateBitsPerSec * (world.rateFactor ?? 1) * (1 + error);
          readings.set(probe, { receivedBitsPerSec, elapsedMs: probe.durationMs });
        }
      }
      await clock.sleep(CALL_MS + tookMs, { signal });
      return probes.map((probe) => readings.get(probe) ?? { receivedBitsPerSec: 0, elapsedMs: 0 });
    },
  };
}
