import type { LinkShaping, Shaping } from '../../../../node-image/src/contract/index.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { CellNetwork, LinkShape, NetworkState } from '../../model/network.ts';

/**
 * What one node has to do to its own traffic so that a state holds: links of regions become links
 * to peers. Pure.
 * @throws TestbedError SHAPER_UNAVAILABLE for what no stream transport can do
 */
export function translateShaping(
  network: CellNetwork,
  state: NetworkState,
  nodeIndex: number,
  seed: number,
): Shaping {
  const region = network.regionOf[nodeIndex] ?? -1;
  const { upBitsPerSec = null, downBitsPerSec = null } = network.regions[region] ?? {};
  const shapes = new Map(
    state.links.filter(({ from }) => from === region).map(({ to, shape }) => [to, shape]),
  );
  const cutTo = new Set(
    state.cuts.filter(({ from }) => from.includes(nodeIndex)).flatMap(({ to }) => to),
  );
  const links = network.regionOf.flatMap((toRegion, peerIndex): LinkShaping[] => {
    if (peerIndex === nodeIndex) return [];
    const shape = shapes.get(toRegion);
    const isCut = cutTo.has(peerIndex);
    if (shape === undefined && !isCut) return [];
    return [{ peerIndex, ...treatmentOf(shape), isCut }];
  });
  return { seed: seedOf(seed, nodeIndex), links, upBitsPerSec, downBitsPerSec };
}

function treatmentOf(shape: LinkShape | undefined): Omit<LinkShaping, 'peerIndex' | 'isCut'> {
  if (shape === undefined) return untreated;
  const { delay, loss, rateBitsPerSec, duplicateRatio, corruptRatio, reorders } = shape;
  if (duplicateRatio > 0 || corruptRatio > 0 || reorders) {
    throw new TestbedError(
      'SHAPER_UNAVAILABLE',
      'The userspace shaper delays a stream: it cannot duplicate, corrupt or reorder packets.',
      { hint: 'Use `--shaper netem`, or take duplicate, corrupt and reorder out of the scenario.' },
    );
  }
  return { delay, loss, rateBitsPerSec };
}

const untreated = {
  delay: { distribution: 'fixed', meanMs: 0, jitterMs: 0, correlationRatio: 0 },
  loss: { kind: 'none' },
  rateBitsPerSec: null,
} as const;

/** A stream of chance of its own for every node, 31 bits. */
function seedOf(seed: number, nodeIndex: number): number {
  return (Math.imul(seed ^ Math.imul(nodeIndex + 1, 0x9e3779b1), 0x85ebca6b) >>> 1) | 0;
}
