/** Where each node is drawn: regions on a circle, the nodes of each on a circle of their own. Pure. */
import type { Topology } from '../../api/live.ts';

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface RegionPlace extends Place {
  readonly name: string;
  readonly radius: number;
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Place[];
  readonly nodeRadius: number;
  /** Empty where there is one region only. */
  readonly regions: readonly RegionPlace[];
  /** SVG path of every link; empty where drawing them would make a disc. */
  readonly links: string;
}

const width = 440;
const height = 430;
const center: Place = { x: width / 2, y: height / 2 };
/** Above this a drawing is a black disc, as in the report. */
const linksDrawnMax = 1_500;

export function layOutGraph(topology: Topology): GraphLayout {
  const { regions, regionOf, edges } = topology;
  const members = regions.map((_, region) =>
    regionOf.flatMap((own, node) => (own === region ? [node] : [])),
  );
  const circles = placeRegions(regions, members);
  const nodes: Place[] = regionOf.map(() => center);
  for (const [region, circle] of circles.entries()) {
    const own = members[region] ?? [];
    for (const [at, node] of own.entries())
      nodes[node] = onCircle(circle, circle.radius, at / own.length, own.length);
  }
  return {
    width,
    height,
    nodes,
    nodeRadius: nodeRadiusOf(circles, members),
    regions: regions.length < 2 ? [] : circles,
    links: drawLinks(edges ?? everyPair(regionOf.length), nodes),
  };
}

function placeRegions(
  names: readonly string[],
  members: readonly (readonly number[])[],
): RegionPlace[] {
  if (names.length < 2) return [{ ...center, name: names[0] ?? '', radius: 160 }];
  const ring = names.length === 2 ? 105 : 128;
  const room = Math.min(ring * Math.sin(Math.PI / names.length) - 22, 58);
  const most = Math.max(1, ...members.map(({ length }) => length));
  return names.map((name, index) => {
    const own = members[index]?.length ?? 0;
    const angle = index / names.length - (names.length === 2 ? 0.25 : 0);
    const place = onCircle(center, ring, angle, 2);
    return { ...place, name, radius: Math.max(Math.min(room, 12), room * Math.sqrt(own / most)) };
  });
}

/** One alone is in the middle; the first is at the top. */
function onCircle(middle: Place, radius: number, turn: number, count: number): Place {
  if (count === 1) return { x: middle.x, y: middle.y };
  const angle = 2 * Math.PI * turn - Math.PI / 2;
  return {
    x: round(middle.x + radius * Math.cos(angle)),
    y: round(middle.y + radius * Math.sin(angle)),
  };
}

function nodeRadiusOf(
  circles: readonly RegionPlace[],
  members: readonly (readonly number[])[],
): number {
  const gaps = circles.map(({ radius }, index) => {
    const count = members[index]?.length ?? 0;
    return count < 2 ? 9 : (Math.PI * radius) / count - 0.4;
  });
  return Math.max(1.6, Math.min(9, ...gaps));
}

/** Undefined-safe: a full mesh is drawn while its lines can still be seen. */
function everyPair(count: number): [number, number][] {
  if ((count * (count - 1)) / 2 > linksDrawnMax) return [];
  return Array.from({ length: count }, (_, a) =>
    Array.from({ length: count - a - 1 }, (_, step): [number, number] => [a, a + step + 1]),
  ).flat();
}

function drawLinks(edges: readonly (readonly [number, number])[], nodes: readonly Place[]): string {
  if (edges.length > linksDrawnMax) return '';
  return edges
    .map(([a, b]) => {
      const [from, to] = [nodes[a] ?? center, nodes[b] ?? center];
      return `M${from.x} ${from.y}L${to.x} ${to.y}`;
    })
    .join('');
}

const round = (value: number): number => Math.round(value * 10) / 10;
