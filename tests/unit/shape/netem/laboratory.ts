import { readFileSync } from 'node:fs';
import type {
  CellNetwork,
  LinkShape,
  NetworkState,
} from '../../../../controller/src/model/network.ts';
import { delayed, networkOf, withStates } from '../../plan/netem/networks.ts';

/**
 * The network behind fixtures/: its programs ran in User-Mode Linux 6.1.176 with iproute2 6.1.0,
 * and what `inspectScript` and `counterScript` printed there was kept.
 */
const burstyLoss: LinkShape['loss'] = {
  kind: 'gilbert-elliott',
  enterBadRatio: 0.02,
  leaveBadRatio: 0.2,
  badLossRatio: 0.4,
  goodLossRatio: 0.01,
};

function shapeOf(from: number, to: number): LinkShape {
  if (from === 0 && to === 1) {
    const delay = {
      distribution: 'normal',
      meanMs: 20,
      jitterMs: 3,
      correlationRatio: 0.25,
    } as const;
    return delayed(20, 3, { delay, loss: burstyLoss });
  }
  if (from === 0 && to === 2) {
    return delayed(10, 0, { rateBitsPerSec: 10e6, duplicateRatio: 0.2, corruptRatio: 0.05 });
  }
  if (from === 2 && to === 0) {
    return delayed(10, 8, { reorders: true, loss: { kind: 'independent', ratio: 0.001 } });
  }
  return delayed(from === to ? 0 : 37.5, from === to ? 0 : 12.5);
}

const plain = networkOf({ sizes: [2, 1, 1], shapeOf });

/** Node 0 does not reach nodes 2 and 3. */
const partition: NetworkState = { ...plain.initial, cuts: [{ from: [0], to: [2, 3] }] };

export const labNetwork: CellNetwork = withStates(
  {
    ...plain,
    regions: plain.regions.map((region) =>
      region.index === 1 ? { ...region, upBitsPerSec: 5e6, downBitsPerSec: 20e6 } : region,
    ),
  },
  [partition],
);
export const labPartition: NetworkState = partition;
export const labAddresses: readonly string[] = labNetwork.addressing.offsets.map(
  (offset) => `10.9.0.${offset}`,
);
export const labBase = 0x0a_09_00_00;

export type Fixture = 'inspect-node-0' | 'inspect-node-2' | 'inspect-partition' | 'counters';

export function readFixture(name: Fixture): string {
  return readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8');
}
