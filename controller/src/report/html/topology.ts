/** Who keeps a link to whom, drawn: nodes on a circle in the order of their indexes. */
import { groupBy } from '../../lib/group-by.ts';
import type { EdgeCount, GraphFinding, RunFinding } from '../../model/finding.ts';
import type { Cell } from '../../model/plan.ts';
import { placeOf } from '../../model/planned-node.ts';
import { type Edge, nameEdges } from '../../model/topology.ts';
import { wordCells } from '../../model/word-cell.ts';
import { describeGraph, describeTopology } from '../../plan/describe-topology.ts';
import { element, lines, type Markup } from './markup.ts';

/** Above this, a drawing is a black disc. */
const EDGES_DRAWN_MAX = 1_500;
const SIZE = 280;
const RADIUS = 118;
/** One colour for each region, as far as they go. */
const TONES = 4;

const fullMesh = 'full';

/** Null where everybody is linked to everybody, and was. */
export function drawTopology({ run: { plan }, cells: findings }: RunFinding): Markup | null {
  const graphOf = new Map(findings.map(({ cellId, graph }) => [cellId, graph]));
  const foundIn = (cells: readonly Cell[]): readonly GraphFinding[] =>
    cells.flatMap(({ id }) => graphOf.get(id) ?? []);
  const graphs = groupBy(plan.cells, ({ network, nodeCount }) =>
    JSON.stringify([nodeCount, network.edges]),
  );
  const topologies = groupBy(
    plan.cells,
    ({ settings }) => describeTopology(settings.topology) ?? fullMesh,
  );
  const isOff = foundIn(plan.cells).some(({ missing, extra }) => missing.length + extra.length > 0);
  if (topologies.size === 1 && topologies.has(fullMesh) && !isOff) return null;
  const drawn = [...graphs.values()].flatMap(
    (cells) => drawGraph(cells, plan.cells, foundIn(cells)) ?? [],
  );
  return lines([
    element(
      'p',
      { class: 'note free' },
      `Links: ${[...topologies.keys()].join(' | ')}. What is meant for others than neighbours travels over relays. ` +
        `${tellGraphs([...graphs.values()], plan.cells)}. ${tellReadings(foundIn(plan.cells))}`,
    ),
    ...[...graphs.values()].map((cells) => tellDifferences(cells, plan.cells, foundIn(cells))),
    drawn.length === 0 ? null : element('div', { class: 'charts four' }, lines(drawn)),
  ]);
}

/** Of cells with the same graph it is told once. */
function tellGraphs(groups: readonly (readonly Cell[])[], all: readonly Cell[]): string {
  return groups
    .flatMap(([first, ...others]) =>
      first === undefined ? [] : [`${wordCells([first, ...others], all)}: ${describeGraph(first)}`],
    )
    .join('. ');
}

/** What nodes told of it, in one sentence for all cells. */
function tellReadings(found: readonly GraphFinding[]): string {
  const sum = (pick: (one: GraphFinding) => number): number =>
    found.reduce((total, one) => total + pick(one), 0);
  const readings = sum((one) => one.readings);
  if (readings === 0) return 'Nobody asked the nodes for their links.';
  const partial = sum((one) => one.readingsPartial);
  const silent = partial === 0 ? '' : `, ${partial} times not all of them told`;
  const isKept = sum(({ missing, extra }) => missing.length + extra.length) === 0;
  return `Nodes were asked for their links ${readings} times${silent}: ${isKept ? 'as planned' : 'not as planned, see below'}.`;
}

/** Which links were not as planned, for graphs too large to be drawn as well. */
function tellDifferences(
  cells: readonly Cell[],
  all: readonly Cell[],
  found: readonly GraphFinding[],
): Markup | null {
  const tell = (what: string, edges: readonly Edge[]): string[] =>
    edges.length === 0 ? [] : [`${what} ${nameEdges(edges)}`];
  const { missing, extra } = differencesOf(found);
  const told = [...tell('missing:', missing), ...tell('in excess:', extra)];
  if (told.length === 0) return null;
  return element('p', { class: 'note bad' }, `${wordCells(cells, all)}: links ${told.join('; ')}.`);
}

/** Each edge once, whatever it was seen in. */
function differencesOf(found: readonly GraphFinding[]): Record<'missing' | 'extra', Edge[]> {
  const merge = (pick: (one: GraphFinding) => readonly EdgeCount[]): Edge[] => {
    const edges = found.flatMap((one) => pick(one).map(({ edge }) => edge));
    return [...new Map(edges.map((edge) => [String(edge), edge])).values()];
  };
  return { missing: merge(({ missing }) => missing), extra: merge(({ extra }) => extra) };
}

/** @param cells all with the same graph */
function drawGraph(
  cells: readonly Cell[],
  all: readonly Cell[],
  found: readonly GraphFinding[],
): Markup | null {
  const [first] = cells;
  if (first === undefined) return null;
  const { id, nodeCount, nodes, network } = first;
  const { edges = [], regions } = network;
  const { missing, extra } = differencesOf(found);
  const isToBeDrawn = network.edges !== undefined || missing.length + extra.length > 0;
  if (!isToBeDrawn || edges.length + missing.length + extra.length > EDGES_DRAWN_MAX) return null;
  const off = new Set(missing.map(String));
  const place = (node: number): readonly [number, number] => {
    const angle = (2 * Math.PI * node) / nodeCount - Math.PI / 2;
    return [round(SIZE / 2 + RADIUS * Math.cos(angle)), round(SIZE / 2 + RADIUS * Math.sin(angle))];
  };
  const title = `Links of ${nodeCount} nodes`;
  const svg = element(
    'svg',
    {
      viewBox: `0 0 ${SIZE} ${SIZE}`,
      role: 'img',
      'aria-labelledby': `graph-${id}`,
      class: 'chart',
    },
    element('title', { id: `graph-${id}` }, title),
    [
      ...edges
        .filter((edge) => !off.has(String(edge)))
        .map((edge) => drawEdge(edge, 'edge', place)),
      ...missing.map((edge) => drawEdge(edge, 'edge missing', place)),
      ...extra.map((edge) => drawEdge(edge, 'edge extra', place)),
    ],
    nodes.map((node) => {
      const [cx, cy] = place(node.index);
      const name = placeOf(node);
      const region = regions.findIndex((one) => one.name === name);
      const label = `node ${node.index}${regions.length < 2 ? '' : `, ${name}`}`;
      return element(
        'circle',
        { class: `dot s${Math.max(0, region) % TONES}`, cx, cy, r: 4 },
        element('title', {}, label),
      );
    }),
  );
  return element(
    'figure',
    { class: 'plot w280' },
    element('figcaption', {}, wordCells(cells, all)),
    svg,
  );
}

function drawEdge(
  [a, b]: Edge,
  kind: string,
  place: (node: number) => readonly [number, number],
): Markup {
  const [x1, y1] = place(a);
  const [x2, y2] = place(b);
  const what = kind === 'edge' ? [] : [element('title', {}, `${a}-${b} ${kind.slice(5)}`)];
  return element('line', { class: kind, x1, y1, x2, y2 }, ...what);
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
