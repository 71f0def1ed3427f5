/** Who keeps a link to whom, drawn: nodes on a circle in the order of their indexes. */
import { groupBy } from '../../lib/group-by.ts';
import type { RunFinding } from '../../model/finding.ts';
import type { Cell } from '../../model/plan.ts';
import { placeOf } from '../../model/planned-node.ts';
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

/** Null where everybody is linked to everybody. */
export function drawTopology({ run: { plan } }: RunFinding): Markup | null {
  const graphs = groupBy(plan.cells, ({ network, nodeCount }) =>
    JSON.stringify([nodeCount, network.edges]),
  );
  const topologies = groupBy(
    plan.cells,
    ({ settings }) => describeTopology(settings.topology) ?? fullMesh,
  );
  if (topologies.size === 1 && topologies.has(fullMesh)) return null;
  const drawn = [...graphs.values()].flatMap((cells) => drawGraph(cells, plan.cells) ?? []);
  return lines([
    element(
      'p',
      { class: 'note free' },
      `Links: ${[...topologies.keys()].join(' | ')}. What is meant for others than neighbours travels over relays. ` +
        `${tellGraphs([...graphs.values()], plan.cells)}.`,
    ),
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

/** @param cells all with the same graph */
function drawGraph(cells: readonly Cell[], all: readonly Cell[]): Markup | null {
  const [first] = cells;
  if (first === undefined) return null;
  const { id, nodeCount, nodes, network } = first;
  const { edges, regions } = network;
  if (edges === undefined || edges.length > EDGES_DRAWN_MAX) return null;
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
    edges.map(([a, b]) => {
      const [x1, y1] = place(a);
      const [x2, y2] = place(b);
      return element('line', { class: 'edge', x1, y1, x2, y2 });
    }),
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

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
