/** The networks and limits that have a name. */
import type { LossShape } from '../model/network.ts';
import type { ProfileSpec } from '../model/network-spec.ts';
import type { ResourceSpec } from '../model/resources.ts';

export const profileNames = ['ideal', 'lan', 'wan', 'intercontinental', 'poor'] as const;
export type ProfileName = (typeof profileNames)[number];

export const readyProfiles: Readonly<Record<ProfileName, ProfileSpec>> = {
  ideal: ready('ideal', [0, 0], 0),
  lan: ready('lan', [1, 5], 0.0001),
  wan: ready('wan', [50, 100], 0.001),
  intercontinental: ready('intercontinental', [150, 300], 0.005),
  poor: ready('poor', [200, 500], 0.02),
};

export const resourceNames = ['minimal', 'light', 'standard', 'heavy', 'extreme'] as const;
export type ResourceName = (typeof resourceNames)[number];

const GiB = 1024 ** 3;

/** In binary units, as Docker counts memory: 512 MB of the profile is 512 MiB. */
export const readyResources: Readonly<
  Record<ResourceName, Pick<ResourceSpec, 'cpus' | 'memoryBytes'>>
> = {
  minimal: { cpus: 1, memoryBytes: GiB / 2 },
  light: { cpus: 2, memoryBytes: GiB },
  standard: { cpus: 4, memoryBytes: 2 * GiB },
  heavy: { cpus: 8, memoryBytes: 4 * GiB },
  extreme: { cpus: 16, memoryBytes: 8 * GiB },
};

function ready(
  name: string,
  [lowMs, highMs]: readonly [number, number],
  lossRatio: number,
): ProfileSpec {
  const loss: LossShape =
    lossRatio === 0 ? { kind: 'none' } : { kind: 'independent', ratio: lossRatio };
  return {
    name,
    rtt: {
      distribution: lowMs === highMs ? 'fixed' : 'uniform',
      meanMs: (lowMs + highMs) / 2,
      jitterMs: (highMs - lowMs) / 2,
      correlationRatio: 0,
    },
    loss,
    duplicateRatio: 0,
    corruptRatio: 0,
    reorders: false,
    upBitsPerSec: null,
    downBitsPerSec: null,
    queuePackets: null,
  };
}
