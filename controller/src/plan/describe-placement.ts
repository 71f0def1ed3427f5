/** A placement in words, for plans and reports. Pure. */
import type { PlacementSpec } from '../model/placement.ts';
import type { Cell, Plan } from '../model/plan.ts';
import { placeOf } from '../model/planned-node.ts';

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
export function listPlaces({ nodes }: Pick<Cell, 'nodes'>): string {
  return `${nodes.slice(0, shownMax).map(placeOf).join(' ')}${nodes.length > shownMax ? ' ...' : ''}`;
}
