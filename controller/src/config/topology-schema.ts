/** The shape of `topology` in a scenario file, and what is built of it. Pure. */
import { z } from 'zod';
import type { TopologySpec } from '../model/topology.ts';
import { edgesOf } from '../plan/topology/create-graph.ts';
import { measureGraph } from '../plan/topology/measure-graph.ts';
import { checkEdges } from './check-edges.ts';
import type { Complain } from './conflict.ts';
import { type EdgeTable, edgesFilePath } from './edge-table.ts';
import { note } from './fields.ts';

const words = ['full', 'ring', 'star', 'mesh', 'hierarchical', 'random'] as const;

/** Which keys say something of which kind. */
const keysOf = {
  full: [],
  ring: [],
  star: [],
  mesh: ['degree'],
  hierarchical: ['group', 'branching'],
  random: ['degree', 'seed'],
  edges: ['edges', 'file'],
} as const satisfies Record<TopologySpec['kind'], readonly string[]>;

const usual = { degree: 4, group: 4, branching: 3, seed: 1 } as const;
const edgesMax = 100_000;

const node = z.int().min(0).max(999);
const block = z.strictObject({
  kind: note(z.enum([...words, 'edges']), {
    description:
      'full: everybody to everybody; ring; star: everybody to node 0; mesh: every node with `degree` links, evenly spread; hierarchical: groups that are full inside, in a tree; random: drawn from `seed`; edges: as listed, here or in a file.',
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
  file: note(z.string().min(1).max(4096).optional(), {
    description:
      'The same in a file, relative to the scenario: two indexes on each line, parted by a comma, a tab or blanks; `#` starts a comment, and a first line of words is a header.',
    form: 'the name of a file such as edges.csv',
    defaultText: 'none',
  }),
});

export const topologySchema = note(z.union([z.enum(words), block]).optional(), {
  description:
    'Who keeps a connection to whom. What is meant for others travels over relays, each message signed by its origin, on shortest paths of live connections; messages for everybody are passed on by everybody.',
  form: `one of ${words.join(', ')}, or a block such as {kind: mesh, degree: 6}`,
  defaultText: '`full`',
});
export type RawTopology = z.infer<typeof topologySchema>;

/**
 * @param table what is in the file that the topology names; null if it names none, or it was not read
 * @returns undefined: everybody to everybody
 */
export function buildTopology(
  raw: RawTopology,
  table: EdgeTable | null,
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
  const spec = kind === 'edges' ? listedEdges(given, table, nodes, complain) : specOf(given);
  if (spec !== undefined) checkConnected(spec, nodes, complain);
  return spec;
}

type Block = z.infer<typeof block>;

function specOf(given: Block): TopologySpec {
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
      return { kind, edges: [] };
    default:
      return { kind };
  }
}

function listedEdges(
  { edges: listed, file }: Block,
  table: EdgeTable | null,
  nodes: readonly number[],
  complain: Complain,
): TopologySpec | undefined {
  if (file !== undefined && listed !== undefined) {
    complain({
      path: edgesFilePath,
      aim: 'key',
      message: 'the edges are listed here and in a file',
      expected: 'edges, or file',
    });
    return undefined;
  }
  // That it cannot be read has been told.
  if (file !== undefined && table === null) return undefined;
  const given = table?.edges ?? (listed ?? []).map((ends) => ({ ends }));
  const path = file === undefined ? ['topology', 'edges'] : edgesFilePath;
  const edges = checkEdges(given, path, nodes, complain);
  if (edges === undefined) return undefined;
  return { kind: 'edges', edges, ...(file === undefined ? {} : { file }) };
}

function checkConnected(spec: TopologySpec, nodes: readonly number[], complain: Complain): void {
  for (const nodeCount of nodes) {
    const edges = edgesOf(spec, nodeCount);
    if (edges === null) continue;
    const { unreached } = measureGraph(nodeCount, edges);
    if (unreached.length === 0) continue;
    const shown = unreached.slice(0, 5).join(', ');
    complain({
      path: 'file' in spec ? edgesFilePath : ['topology'],
      message: `with ${nodeCount} nodes there is no path from node 0 to ${unreached.length === 1 ? 'node' : 'nodes'} ${shown}${unreached.length > 5 ? ' ...' : ''}`,
      expected: 'a graph in which everybody can reach everybody',
    });
    return;
  }
}
