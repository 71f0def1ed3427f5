/** The shape of `topology` in a scenario file, and what is built of it. Pure. */
import { z } from 'zod';
import type { Edge, TopologySpec } from '../model/topology.ts';
import { edgesOf } from '../plan/topology/create-graph.ts';
import { measureGraph } from '../plan/topology/measure-graph.ts';
import type { Complain } from './conflict.ts';
import { note } from './fields.ts';
import type { Path } from './path.ts';

const words = ['full', 'ring', 'star', 'mesh', 'hierarchical', 'random'] as const;

/** Which keys say something of which kind. */
const keysOf = {
  full: [],
  ring: [],
  star: [],
  mesh: ['degree'],
  hierarchical: ['group', 'branching'],
  random: ['degree', 'seed'],
  edges: ['edges'],
} as const satisfies Record<TopologySpec['kind'], readonly string[]>;

const usual = { degree: 4, group: 4, branching: 3, seed: 1 } as const;
const edgesMax = 100_000;

const node = z.int().min(0).max(999);
const block = z.strictObject({
  kind: note(z.enum([...words, 'edges']), {
    description:
      'full: everybody to everybody; ring; star: everybody to node 0; mesh: every node with `degree` links, evenly spread; hierarchical: groups that are full inside, in a tree; random: drawn from `seed`; edges: as listed.',
    form: `one of ${[...words, 'edges'].join(', ')}`,
  }),
  degree: note(z.int().min(2).max(999).optional(), {
    description: 'Links of a node, for mesh and random.',
    form: 'a whole number from 2 to 999',
    defaultText: String(usual.degree),
  }),
  group: note(z.int().min(1).max(1000).optional(), {
    description: 'Nodes of a group, for hierarchical; the first of each is its relay.',
    form: 'a whole number from 1 to 1000',
    defaultText: String(usual.group),
  }),
  branching: note(z.int().min(1).max(1000).optional(), {
    description: 'Groups below a group, for hierarchical.',
    form: 'a whole number from 1 to 1000',
    defaultText: String(usual.branching),
  }),
  seed: note(
    z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .optional(),
    {
      description: 'Fixes what is drawn, for random.',
      form: 'a whole number from 0 to 4294967295',
      defaultText: String(usual.seed),
    },
  ),
  edges: note(
    z
      .array(z.tuple([node, node]))
      .min(1)
      .max(edgesMax)
      .optional(),
    {
      description: 'Pairs of node indexes, for edges; the scenario has one size then.',
      form: 'a list of pairs such as [[0, 1], [1, 2], [2, 0]]',
      defaultText: 'none',
    },
  ),
});

export const topologySchema = note(z.union([z.enum(words), block]).optional(), {
  description:
    'Who keeps a connection to whom. What is meant for others travels over relays, each message signed by its origin, on shortest paths of live connections; messages for everybody are passed on by everybody.',
  form: `one of ${words.join(', ')}, or a block such as {kind: mesh, degree: 6}`,
  defaultText: '`full`',
});
export type RawTopology = z.infer<typeof topologySchema>;

/** @returns undefined: everybody to everybody */
export function buildTopology(
  raw: RawTopology,
  nodes: readonly number[],
  complain: Complain,
): TopologySpec | undefined {
  const given = typeof raw === 'string' ? { kind: raw } : raw;
  if (given === undefined || given.kind === 'full') return undefined;
  const { kind } = given;
  const fitting: readonly string[] = keysOf[kind];
  for (const key of Object.keys(given)) {
    if (key === 'kind' || fitting.includes(key)) continue;
    complain({
      path: ['topology', key],
      aim: 'key',
      message: `a topology of kind ${kind} has no ${key}`,
      expected: fitting.length === 0 ? 'kind alone' : `kind and ${fitting.join(', ')}`,
    });
  }
  const spec = specOf(given);
  if (spec.kind === 'edges' && !checkEdges(spec.edges, nodes, complain)) return undefined;
  checkConnected(spec, nodes, complain);
  return spec;
}

function specOf(given: z.infer<typeof block>): TopologySpec {
  const { kind, degree = usual.degree, seed = usual.seed } = given;
  switch (kind) {
    case 'mesh':
      return { kind, degree };
    case 'random':
      return { kind, degree, seed };
    case 'hierarchical': {
      const { group: groupSize = usual.group, branching = usual.branching } = given;
      return { kind, groupSize, branching };
    }
    case 'edges':
      return { kind, edges: inOrder(given.edges ?? []) };
    default:
      return { kind };
  }
}

function inOrder(edges: readonly (readonly [number, number])[]): readonly Edge[] {
  return edges
    .map(([a, b]): Edge => (a < b ? [a, b] : [b, a]))
    .sort(([a, b], [c, d]) => a - c || b - d);
}

function checkEdges(edges: readonly Edge[], nodes: readonly number[], complain: Complain): boolean {
  const path: Path = ['topology', 'edges'];
  const refuse = (message: string, expected: string): false => {
    complain({ path, message, expected });
    return false;
  };
  if (edges.length === 0) {
    return refuse('no edges are listed', 'a list of pairs such as [[0, 1], [1, 2], [2, 0]]');
  }
  const [size = 0, ...others] = nodes;
  if (others.length > 0) {
    return refuse('edges are of one size, and there are several', 'a single size in nodes');
  }
  const outside = edges.find(([, high]) => high >= size);
  if (outside !== undefined) {
    return refuse(`there is no node ${outside[1]} among ${size}`, `indexes from 0 to ${size - 1}`);
  }
  const loop = edges.find(([a, b]) => a === b);
  if (loop !== undefined) return refuse(`node ${loop[0]} is linked to itself`, 'two nodes a pair');
  const twice = edges.find((edge, at) => String(edge) === String(edges[at + 1]));
  if (twice !== undefined) return refuse(`${twice.join('-')} is listed twice`, 'each pair once');
  return true;
}

function checkConnected(spec: TopologySpec, nodes: readonly number[], complain: Complain): void {
  for (const nodeCount of nodes) {
    const edges = edgesOf(spec, nodeCount);
    if (edges === null) continue;
    const { unreached } = measureGraph(nodeCount, edges);
    if (unreached.length === 0) continue;
    const shown = unreached.slice(0, 5).join(', ');
    complain({
      path: ['topology'],
      message: `with ${nodeCount} nodes there is no path from node 0 to ${unreached.length === 1 ? 'node' : 'nodes'} ${shown}${unreached.length > 5 ? ' ...' : ''}`,
      expected: 'a graph in which everybody can reach everybody',
    });
    return;
  }
}
