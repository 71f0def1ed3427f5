/** What the kernel would be told for a plan, node by node: `plan --show tc`. Pure. */
import { formatDuration } from '../lib/units.ts';
import type { Cell, Plan } from '../model/plan.ts';
import { compileNodeProgram, compileTransition } from '../plan/netem/compile-node-program.ts';
import { formatAddress } from '../plan/netem/cover-addresses.ts';

/** 198.18.0.0, of the networks set aside for benchmarks (RFC 2544); the real one is found at start. */
const exampleBase = 0xc6_12_00_00;

/** Smaller networks are shown whole. */
const wholeMax = 8;

export interface ShownProgram {
  readonly cellId: string;
  readonly nodeIndex: number;
  readonly region: string;
  readonly address: string;
  /** For `ip -batch` and `tc -batch` in the node's namespace. */
  readonly links: readonly string[];
  readonly egress: readonly string[];
  /** For `tc -batch` at the host's end of the link. */
  readonly ingress: readonly string[];
  readonly changes: readonly {
    readonly atMs: number;
    readonly text: string;
    readonly egress: readonly string[];
  }[];
}

/** Of every node of every size. */
export function listPrograms({ cells, shaper }: Plan): ShownProgram[] {
  if (shaper !== 'netem') return [];
  return cells.flatMap((cell) => cell.network.regionOf.map((_, node) => programOf(cell, node)));
}

/** The largest size: every node of a small network, else the first of each region. */
export function formatPrograms({ cells, shaper }: Plan): string {
  const largest = cells.at(-1);
  if (shaper !== 'netem' || largest === undefined) {
    const who = shaper === 'none' ? 'nobody shapes it' : 'the nodes shape it themselves';
    return `There is no program for tc: ${who} (shaper ${shaper}).`;
  }
  const { regions } = largest.network;
  const nodes =
    largest.nodeCount <= wholeMax
      ? largest.network.regionOf.map((_, node) => node)
      : regions.flatMap((region) => region.nodes.slice(0, 1));
  const some =
    nodes.length < largest.nodeCount
      ? `# ${largest.id}, the first node of each region; --json has all of them.`
      : `# ${largest.id}, every node.`;
  return [
    some,
    '# DEV is the data device of the node, PEER the end of it on the host. The subnet is',
    `# an example: the real one is chosen at start. Here it is ${formatAddress(exampleBase)}/${largest.network.addressing.prefix}.`,
    ...nodes.flatMap((node) => ['', ...formatProgram(programOf(largest, node))]),
  ].join('\n');
}

function formatProgram({
  nodeIndex,
  region,
  address,
  links,
  egress,
  ingress,
  changes,
}: ShownProgram): string[] {
  return [
    `# node ${nodeIndex} (${region}, ${address})`,
    ...links.map((line) => `ip ${line}`),
    ...egress.map((line) => `tc ${line}`),
    ...(ingress.length === 0 ? [] : ['# at the end on the host']),
    ...ingress.map((line) => `tc ${line}`),
    ...changes
      .filter((change) => change.egress.length > 0)
      .flatMap((change) => [
        `# at ${formatDuration(change.atMs)}: ${change.text}`,
        ...change.egress.map((line) => `tc ${line}`),
      ]),
  ];
}

function programOf({ id, network }: Cell, nodeIndex: number): ShownProgram {
  const offset = network.addressing.offsets[nodeIndex] ?? 0;
  const region = network.regions[network.regionOf[nodeIndex] ?? -1]?.name ?? '';
  let before = network.initial;
  const changes = network.changes.map(({ atMs, text, state }) => {
    const states = { from: before, to: state };
    before = state;
    return { atMs, text, egress: compileTransition(network, states, nodeIndex, exampleBase) };
  });
  return {
    cellId: id,
    nodeIndex,
    region,
    address: formatAddress(exampleBase + offset),
    ...compileNodeProgram(network, network.initial, nodeIndex, exampleBase),
    changes,
  };
}
