/** The shape of `placement` in a scenario file, and what is built of it. Pure. */
import { z } from 'zod';
import { nearest } from '../lib/nearest.ts';
import type { NetworkSpec } from '../model/network-spec.ts';
import type { PlacementSpec } from '../model/placement.ts';
import { assignNodes } from '../plan/assign-nodes.ts';
import { positionsOf, regionOfPlace } from '../plan/place-nodes.ts';
import { type Complain, regionPaths } from './conflict.ts';
import { note } from './fields.ts';
import type { RawNetwork } from './network-schema.ts';
import type { Path } from './path.ts';

const words = ['blocks', 'round-robin'] as const;
const placesMax = 1000;
const place = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,30}(\/[A-Za-z][A-Za-z0-9_-]{0,30})?$/);
const placeForm = 'the name of a region, or region/group';

export const placementSchema = note(
  z
    .union([
      z.enum(words),
      z
        .array(note(place, { description: 'Where one node lives.', form: placeForm }))
        .min(1)
        .max(placesMax),
    ])
    .default('blocks'),
  {
    description:
      'Which nodes live in which region; how many is said by `regions`. `blocks`: the nodes of a region one after the other, so that leaders that take turns stay inside a region for a while. `round-robin`: dealt over the regions in turn, node i in region i mod k for as long as each has room, as published testbeds do; likewise over the groups inside a region. Or a list with the place of each node index, of which a size takes as many as it has nodes: then `regions` has names alone. A list that names a group (`eu/edge`) places the nodes of all groups of that region, as many as their shares come to.',
    form: 'blocks, round-robin, or a list of places such as [eu, us, eu, asia/edge]',
  },
);
export type RawPlacement = z.infer<typeof placementSchema>;

const path: Path = ['placement'];

/** @returns undefined: blocks, or what cannot be followed and has been told */
export function buildPlacement(
  raw: RawPlacement,
  { regions, groups }: Pick<NetworkSpec, 'regions' | 'groups'>,
  block: RawNetwork,
  complain: Complain,
): PlacementSpec | undefined {
  if (raw === 'blocks' || regions.length === 0) return undefined;
  const reads = [path, ...regionPaths(block), ['network', 'groups'], ['network', 'between']];
  if (regions.length === 1 && groups.length === 0) {
    const message = 'all nodes live in one place: there is nothing to deal them over';
    const expected = 'network.regions with two regions at least, or no placement';
    complain({ path, reads, aim: 'key', message, expected });
    return undefined;
  }
  if (raw === 'round-robin') return { kind: raw };
  const known = [
    ...regions.map(({ name }) => name),
    ...groups.map((group) => `${group.region}/${group.name}`),
  ];
  const unknown = raw.flatMap((name, index) => (known.includes(name) ? [] : [{ name, index }]));
  const told = new Set<string>();
  for (const { name, index } of unknown) {
    if (told.has(name)) continue;
    told.add(name);
    complain({
      path: [...path, index],
      reads,
      code: 'not-one-of',
      message: name.includes('/') ? `there is no group ${name}` : `there is no region ${name}`,
      expected: `one of ${known.slice(0, 8).join(', ')}${known.length > 8 ? ', ...' : ''}`,
      suggestion: nearest(name, known),
    });
  }
  return unknown.length > 0 ? undefined : { kind: 'list', places: raw };
}

/** A block of shares beside a list: both say how many, so they have to say the same. */
export function checkCounts(
  { placement, ...network }: NetworkSpec,
  nodes: readonly number[],
  block: RawNetwork,
  complain: Complain,
): void {
  if (placement?.kind !== 'list' || block.regions === undefined || Array.isArray(block.regions)) {
    return;
  }
  for (const nodeCount of new Set(nodes)) {
    const asked = assignNodes(network, nodeCount);
    if (asked.kind === 'refused' || placement.places.length < nodeCount) continue;
    const listed = placement.places.slice(0, nodeCount).map(regionOfPlace);
    for (const { name } of network.regions) {
      const share = asked.neighbourhoods
        .filter(({ region }) => region === name)
        .reduce((sum, one) => sum + one.nodes.length, 0);
      const got = positionsOf(name, listed).length;
      if (got === share) continue;
      complain({
        path,
        reads: [path, ...regionPaths(block), ['nodes']],
        aim: 'key',
        message: `with ${nodeCount} nodes, the list puts ${got} into ${name}, and network.regions ${share}`,
        expected: 'as many as the shares come to, or network.regions as a list of names alone',
      });
      return;
    }
  }
}
