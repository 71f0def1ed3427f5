/**
 * The shaper that lets the kernel do it: one program of tc per node, run in the node's namespace
 * by the runtime's helper, all nodes in one call. Knows tc and what it prints; programs come from
 * plan/netem.
 */
import { TestbedError } from '../../errors/testbed-error.ts';
import { assert } from '../../lib/assert.ts';
import type { NetworkState } from '../../model/network.ts';
import {
  compileNodeProgram,
  compileTransition,
  type NodeProgram,
} from '../../plan/netem/compile-node-program.ts';
import { detourHook } from '../../plan/netem/duplicate-links.ts';
import { kindsOfNodes } from '../../plan/netem/list-cuts.ts';
import { accessClass, cutHandle, leafHandle, regionOfNode } from '../../plan/netem/tree.ts';
import type { NamespaceResult, NodeNamespaces } from '../../runtime/runtime.ts';
import type {
  Acknowledgement,
  CountedLink,
  ShapedNetwork,
  ShapeOptions,
  Shaper,
} from '../shaper.ts';
import { whatWasSaid } from './describe-failure.ts';
import { findForeign } from './find-foreign.ts';
import { inspectNode } from './inspect-node.ts';
import {
  applyScript,
  changeScript,
  counterScript,
  inspectScript,
  qdiscScript,
  readParts,
} from './node-scripts.ts';
import { probeRates } from './probe-rates.ts';
import { probeRoundTrips } from './probe-round-trips.ts';
import { type KernelQdisc, readQdiscs } from './read-kernel.ts';
import { beginWitness, endWitness, type WitnessParts } from './witness.ts';

/** For one call; all scripts of a call run side by side. */
const TIMEOUT_MS = 60_000;

export function createNetemShaper(shaped: ShapedNetwork, namespaces: NodeNamespaces): Shaper {
  const kinds = kindsOfNodes(shaped.network);
  const context: Context = { shaped, namespaces, baseAddress: findBaseAddress(shaped), kinds };
  return {
    kind: 'netem',
    apply: (state, nodes, options) => apply(context, state, nodes, options),
    change: (from, to, nodes, options) => change(context, { from, to }, nodes, options),
    probeRoundTrips: (probes, options) =>
      probeRoundTrips(namespaces, probes, shaped.dataAddresses, options),
    probeRates: (probes, options) => probeRates(namespaces, probes, shaped.dataAddresses, options),
    counters: (options) => readCounters(context, options),
    inspect: (state, options) => inspect(context, state, options),
    witness: {
      begin: (nodes, options) => beginWitness(witnessParts(context), nodes, options),
      end: (statesAt, options) => endWitness(witnessParts(context), statesAt, options),
    },
  };
}

function witnessParts({ shaped, namespaces, baseAddress }: Context): WitnessParts {
  return {
    namespaces,
    addresses: shaped.dataAddresses,
    regions: shaped.network.regions,
    programOf: (state, node) => compileNodeProgram(shaped.network, state, node, baseAddress),
  };
}

interface Context {
  readonly shaped: ShapedNetwork;
  readonly namespaces: NodeNamespaces;
  readonly baseAddress: number;
  /** By node; what is compiled for one of a kind serves all of it. */
  readonly kinds: readonly string[];
}

async function apply(
  context: Context,
  state: NetworkState,
  nodes: readonly number[],
  { signal }: ShapeOptions,
): Promise<readonly Acknowledgement[]> {
  const programs = programsOf(context, state, nodes);
  const looks = await run(context, nodes, { signal }, (node) =>
    qdiscScript((programs.get(node)?.ingress.length ?? 0) > 0),
  );
  refuseForeign(looks, programs);
  const reached = looks.filter(({ exitCode }) => exitCode === 0).map(({ nodeIndex }) => nodeIndex);
  const applied = await run(context, reached, { signal }, (node) => {
    const program = programs.get(node);
    assert(program !== undefined, `node ${node} has a program`);
    return applyScript(program);
  });
  const results = new Map([...looks, ...applied].map((result) => [result.nodeIndex, result]));
  return nodes.map((node) => acknowledge(node, results.get(node), programs.get(node)));
}

async function change(
  context: Context,
  states: { readonly from: NetworkState; readonly to: NetworkState },
  nodes: readonly number[],
  options: ShapeOptions,
): Promise<readonly Acknowledgement[]> {
  const { shaped, baseAddress } = context;
  const commands = forEachKind(context, nodes, (node) =>
    compileTransition(shaped.network, states, node, baseAddress),
  );
  const results = await run(context, nodes, options, (node) =>
    changeScript(commands.get(node) ?? []),
  );
  return results.map((result) =>
    acknowledge(result.nodeIndex, result, { egress: commands.get(result.nodeIndex) ?? [] }),
  );
}

/** Nodes that cannot be reached any more, having ended, have no counters. */
async function readCounters(
  context: Context,
  options: ShapeOptions,
): Promise<readonly CountedLink[]> {
  const { network } = context.shaped;
  const hasDown = (node: number): boolean => regionOfNode(network, node).downBitsPerSec !== null;
  const results = await run(context, allNodes(context), options, (node) =>
    counterScript(hasDown(node)),
  );
  const regionOf = new Map<string, CountedLink['toRegion']>([
    [cutHandle, 'cut'],
    ...network.regions.map(({ index }) => [leafHandle(index), index] as const),
  ]);
  return results
    .filter(({ exitCode }) => exitCode === 0)
    .flatMap(({ nodeIndex, stdout }) => {
      const parts = readParts(stdout);
      const ofPart = (
        part: string,
        targetOf: (qdisc: KernelQdisc) => CountedLink['toRegion'] | null,
      ) =>
        readQdiscs(parts.get(part) ?? '').flatMap((qdisc): CountedLink[] => {
          const toRegion = targetOf(qdisc);
          if (toRegion === null) return [];
          const { packets = 0, bytes = 0, drops: dropped = 0 } = qdisc;
          return [{ nodeIndex, toRegion, packets, bytes, dropped }];
        });
      return [
        ...ofPart('qdiscs', ({ kind, handle }) =>
          kind === 'netem' ? (regionOf.get(handle) ?? null) : null,
        ),
        // The leaf alone: its htb counts the same drops once more.
        ...ofPart('peer qdiscs', ({ parent }) => (parent === accessClass ? 'down' : null)),
      ];
    });
}

async function inspect(
  context: Context,
  state: NetworkState,
  options: ShapeOptions,
): Promise<readonly string[]> {
  const programs = programsOf(context, state, allNodes(context));
  const results = await run(context, allNodes(context), options, (node) => {
    const program = programs.get(node);
    assert(program !== undefined, `node ${node} has a program`);
    return inspectScript(program);
  });
  const { isAway } = context.shaped;
  return results.flatMap((result) => {
    if (isAway?.(result.nodeIndex) === true) return [];
    const program = programs.get(result.nodeIndex);
    return program === undefined
      ? []
      : inspectNode(result, program, context.shaped.network.regions);
  });
}

async function run(
  context: Context,
  nodes: readonly number[],
  { signal }: ShapeOptions,
  scriptOf: (node: number) => string,
): Promise<readonly NamespaceResult[]> {
  if (nodes.length === 0) return [];
  const scripts = forEachKind(context, nodes, scriptOf);
  const work = [...scripts].map(([nodeIndex, script]) => ({ nodeIndex, script }));
  return context.namespaces.run(work, { signal, timeoutMs: TIMEOUT_MS });
}

function programsOf(
  context: Context,
  state: NetworkState,
  nodes: readonly number[],
): ReadonlyMap<number, NodeProgram> {
  const { shaped, baseAddress } = context;
  return forEachKind(context, nodes, (node) =>
    compileNodeProgram(shaped.network, state, node, baseAddress),
  );
}

/**
 * Once for each kind of node, because cuts between a thousand nodes are long.
 * @returns by node, in the order of `nodes`
 */
function forEachKind<T>(
  { kinds }: Context,
  nodes: readonly number[],
  make: (node: number) => T,
): ReadonlyMap<number, T> {
  const made = new Map<string | undefined, T>();
  return new Map(
    nodes.map((node) => {
      const kind = kinds[node];
      const one = made.get(kind) ?? make(node);
      made.set(kind, one);
      return [node, one];
    }),
  );
}

function allNodes({ shaped }: Context): readonly number[] {
  return shaped.network.regionOf.map((_, node) => node);
}

/** All nodes are looked at before any is touched. */
function refuseForeign(
  looks: readonly NamespaceResult[],
  programs: ReadonlyMap<number, NodeProgram>,
): void {
  const found = looks
    .filter(({ exitCode }) => exitCode === 0)
    .flatMap((look) => {
      const parts = readParts(look.stdout);
      const hasDetours = programs.get(look.nodeIndex)?.egress.includes(detourHook);
      const ofDevice = (part: string, detours: boolean, where: string) =>
        findForeign(readQdiscs(parts.get(part) ?? ''), { hasDetours: detours }).map(
          (name) => `${name} on ${where} of node ${look.nodeIndex}`,
        );
      return [
        ...ofDevice('qdiscs', hasDetours ?? false, 'the data device'),
        ...ofDevice('peer qdiscs', false, "the host's end of the data link"),
      ];
    });
  if (found.length === 0) return;
  throw new TestbedError(
    'SHAPING_FOREIGN',
    `Links are shaped by somebody else, and nothing was touched: ${tell(found)}.`,
    {
      hint: 'Remove these qdiscs (`tc qdisc del dev DEVICE root`), or end what set them up.',
      details: { found },
    },
  );
}

const TOLD_MAX = 5;

function tell(found: readonly string[]): string {
  const rest = found.length - TOLD_MAX;
  return `${found.slice(0, TOLD_MAX).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function acknowledge(
  nodeIndex: number,
  result: NamespaceResult | undefined,
  batches: Partial<NodeProgram> | undefined,
): Acknowledgement {
  if (result === undefined) return { nodeIndex, appliedAt: null, error: 'no answer' };
  if (result.exitCode !== 0) {
    return { nodeIndex, appliedAt: null, error: whatWasSaid(result, batches) };
  }
  return { nodeIndex, appliedAt: new Date(result.endedUnixMs), error: null };
}

/** Addresses are where the subnet begins plus the planned offsets. */
function findBaseAddress({ network, dataAddresses }: ShapedNetwork): number {
  const bases = dataAddresses.map((address, node) => {
    const bits = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    return bits - (network.addressing.offsets[node] ?? Number.NaN);
  });
  const [first] = bases;
  assert(
    first !== undefined && bases.every((base) => base === first),
    'nodes have the addresses that were planned for them',
  );
  return first;
}
