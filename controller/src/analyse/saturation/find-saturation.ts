import { deliveryMin } from '../delivery.ts';
import { mean, median } from '../describe.ts';
import { estimateMean } from '../estimate-mean.ts';

/** One load of a ramp at a fixed size, over its counted repetitions. */
export interface LoadPoint {
  readonly loadTxPerSec: number;
  readonly throughputs: readonly number[];
  readonly latenciesMs: readonly number[];
  /** The host set the pace: nothing from here on speaks of the protocol. */
  readonly isHostLimited: boolean;
}

export type Criterion = 'delivery' | 'marginal' | 'latency';

export interface LoadStep {
  readonly loadTxPerSec: number;
  /** X / L over what is delivered at the lowest load. */
  readonly delivery: number;
  /** Of one more transaction offered, what is carried. */
  readonly marginal: number | null;
  /** Median latency over that at the lowest load. */
  readonly latencyRatio: number | null;
  readonly fired: readonly Criterion[];
}

export interface Saturation {
  /** not-reached: nothing fires up to the largest load. host-limited: the host was full before. */
  readonly kind: 'saturated' | 'not-reached' | 'host-limited' | 'too-few-loads';
  readonly lastSustainedTxPerSec: number | null;
  readonly firstSaturatedTxPerSec: number | null;
  /** Mean throughput of the saturated loads. */
  readonly plateauTxPerSec: number | null;
  readonly fired: readonly Criterion[];
  /** The interval of delivery at the first saturated load includes 95 %. */
  readonly isEdgeSoft: boolean;
  readonly steps: readonly LoadStep[];
}

const marginalMin = 0.5;
const latencyRatioMax = 2;

/**
 * The first load at which at least two of three hold: delivery, normalised, below 95 %; less than
 * half of what is added is carried; the median latency has doubled. One alone misleads: latency
 * doubles long before some protocols are full, and others deliver everything late.
 * @param points ascending in load
 */
export function findSaturation(points: readonly LoadPoint[]): Saturation {
  const usable = points.filter(({ throughputs }) => throughputs.length > 0);
  const steps = usable.map((_, index) => stepOf(usable, index));
  const none = {
    lastSustainedTxPerSec: usable.at(-1)?.loadTxPerSec ?? null,
    firstSaturatedTxPerSec: null,
    plateauTxPerSec: null,
    fired: [],
    isEdgeSoft: false,
    steps,
  };
  if (usable.length < 2) return { kind: 'too-few-loads', ...none };
  const first = steps.findIndex(({ fired }) => fired.length >= 2);
  const limited = usable.findIndex(({ isHostLimited }) => isHostLimited);
  if (limited !== -1 && (first === -1 || limited <= first)) {
    const lastSustainedTxPerSec = usable[limited - 1]?.loadTxPerSec ?? null;
    return { kind: 'host-limited', ...none, lastSustainedTxPerSec };
  }
  if (first === -1) return { kind: 'not-reached', ...none };
  const saturated = usable.slice(first);
  return {
    kind: 'saturated',
    lastSustainedTxPerSec: usable[first - 1]?.loadTxPerSec ?? null,
    firstSaturatedTxPerSec: usable[first]?.loadTxPerSec ?? null,
    plateauTxPerSec: mean(saturated.map(({ throughputs }) => mean(throughputs))),
    fired: steps[first]?.fired ?? [],
    isEdgeSoft: isSoft(usable, first),
    steps,
  };
}

function stepOf(points: readonly LoadPoint[], index: number): LoadStep {
  const [first, point, before] = [points[0], points[index], points[index - 1]];
  if (first === undefined || point === undefined) throw new Error('Broken invariant: no such load');
  const base = baseOf(first);
  const throughput = mean(point.throughputs);
  const delivery = throughput / point.loadTxPerSec / base;
  const carried = mean(first.throughputs) / first.loadTxPerSec;
  const marginal =
    before === undefined || carried === 0
      ? null
      : (throughput - mean(before.throughputs)) /
        (point.loadTxPerSec - before.loadTxPerSec) /
        carried;
  const latencyRatio =
    point.latenciesMs.length === 0 || first.latenciesMs.length === 0
      ? null
      : median(point.latenciesMs) / median(first.latenciesMs);
  const fired: Criterion[] = [];
  if (delivery < deliveryMin) fired.push('delivery');
  if (marginal !== null && marginal < marginalMin) fired.push('marginal');
  if (latencyRatio !== null && latencyRatio > latencyRatioMax) fired.push('latency');
  return { loadTxPerSec: point.loadTxPerSec, delivery, marginal, latencyRatio, fired };
}

/** A network with a dead node delivers less at every load: that is no saturation. */
function baseOf({ throughputs, loadTxPerSec }: LoadPoint): number {
  const delivered = mean(throughputs) / loadTxPerSec;
  return delivered > 0 ? Math.min(1, delivered) : 1;
}

function isSoft(points: readonly LoadPoint[], index: number): boolean {
  const [first, point] = [points[0], points[index]];
  if (first === undefined || point === undefined) return false;
  const base = baseOf(first);
  const shares = point.throughputs.map((value) => value / point.loadTxPerSec / base);
  const interval = estimateMean(shares)?.interval ?? null;
  return interval === null || (interval.low <= deliveryMin && interval.high >= deliveryMin);
}
