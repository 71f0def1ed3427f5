/** Which resource sets the pace, by the operational laws (Denning & Buzen 1978). */

export interface ResourceUse {
  /** `host cpu`, `node cpu`, `disk`, `network` ... */
  readonly resource: string;
  /** How much of it there is, in the unit of `used` per second: 2 for two cores. */
  readonly capacity: number;
  /** One per load below saturation and at it, ascending in throughput. */
  readonly points: readonly { readonly throughputTxPerSec: number; readonly used: number }[];
}

export interface ResourceEvidence {
  readonly resource: string;
  /** Used per transaction. */
  readonly demand: number;
  /** capacity / demand: the throughput at which it would be full. */
  readonly boundTxPerSec: number;
  /** At the knee, 0-1. */
  readonly utilisation: number;
}

export interface Bottleneck {
  /** Null: unattributed. The numbers are consistent with it; they do not prove it. */
  readonly resource: string | null;
  readonly evidence: readonly ResourceEvidence[];
}

const utilisationMin = 0.8;
const boundTolerance = 0.25;

/**
 * The resource used most at the knee, if at least 80 % of it is and the throughput at which it
 * would be full lies within 25 % of the plateau.
 * @param plateauTxPerSec measured; @param uses the last point of each is the knee
 */
export function findBottleneck(uses: readonly ResourceUse[], plateauTxPerSec: number): Bottleneck {
  const evidence = uses.flatMap(evidenceOf).sort((a, b) => b.utilisation - a.utilisation);
  const [most] = evidence;
  const isIt =
    most !== undefined &&
    most.utilisation >= utilisationMin &&
    Math.abs(most.boundTxPerSec / plateauTxPerSec - 1) <= boundTolerance;
  return { resource: isIt ? most.resource : null, evidence };
}

/** Least squares through the origin: demand = sum(X U) / sum(X^2). */
function evidenceOf({ resource, capacity, points }: ResourceUse): readonly ResourceEvidence[] {
  const knee = points.at(-1);
  const weight = points.reduce((sum, { throughputTxPerSec: x }) => sum + x * x, 0);
  if (knee === undefined || weight === 0 || capacity <= 0) return [];
  const demand =
    points.reduce((sum, { throughputTxPerSec: x, used }) => sum + x * used, 0) / weight;
  if (demand <= 0) return [];
  const utilisation = knee.used / capacity;
  return [{ resource, demand, boundTxPerSec: capacity / demand, utilisation }];
}
