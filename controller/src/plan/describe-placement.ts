/** A placement in words, for plans and reports. Pure. */
import type { CellNetwork } from '../model/network.ts';
import type { PlacementSpec } from '../model/placement.ts';
import type { Plan } from '../model/plan.ts';

/** Longer runs of places are cut. */
const shownMax = 8;

/** `round-robin`, `as listed`; null for blocks, which is what nobody has to be told. */
function describePlacement(spec: PlacementSpec | undefined): string | null {
  if (spec === undefined) return null;
  return spec.kind === 'list' ? 'as listed' : spec.kind;
}

/** Of a plan: each that some cell has. */
export function describePlacements({ cells }: Pick<Plan, 'cells'>): string | null {
  const words = cells.map(({ settings }) => describePlacement(settings.network.placement));
  const different = [...new Set(words)];
  if (different.every((word) => word === null)) return null;
  return different.map((word) => word ?? 'blocks').join(' | ');
}

/** Where the first nodes live, in their order: `eu us asia eu us asia eu ...` */
export function listPlaces({ regions, regionOf }: Pick<CellNetwork, 'regions' | 'regionOf'>) {
  const names = regionOf.slice(0, shownMax).map((index) => regions[index]?.name ?? '');
  return `${names.join(' ')}${regionOf.length > shownMax ? ' ...' : ''}`;
}
