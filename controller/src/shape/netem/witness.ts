import type { NetworkState, PlannedRegion } from '../../model/network.ts';
import type { NodeProgram } from '../../plan/netem/compile-node-program.ts';
import type { NodeNamespaces } from '../../runtime/runtime.ts';
import type { ShapeOptions, Sighting } from '../shaper.ts';
import { describeFailure } from './describe-failure.ts';
import { inspectDevice } from './inspect-node.ts';
import { readParts } from './node-scripts.ts';
import { perlScript } from './perl-script.ts';
import { beginProgram, endProgram, recordMark } from './witness-program.ts';

/** What somebody else changes at the nodes while they run, see witness-program.ts. */

const TIMEOUT_MS = 60_000;

export interface WitnessParts {
  readonly namespaces: NodeNamespaces;
  readonly addresses: readonly string[];
  readonly regions: readonly PlannedRegion[];
  readonly programOf: (state: NetworkState, node: number) => NodeProgram;
}

/** @throws TestbedError SHAPING_FAILED */
export async function beginWitness(
  { namespaces, addresses }: WitnessParts,
  nodes: readonly number[],
  { signal }: ShapeOptions,
): Promise<void> {
  if (nodes.length === 0) return;
  const script = perlScript(beginProgram, nodes, linesOf(nodes, addresses));
  const [result] = await namespaces.run([script], { signal, timeoutMs: TIMEOUT_MS });
  if (result !== undefined && result.exitCode !== 0) {
    throw describeFailure(result, 'The links of node', 'and others could not be watched');
  }
}

/**
 * @param statesAt what the plan may have had in force at a time: two around a change
 * @returns in order of time; the last of a node is what holds now
 */
export async function endWitness(
  parts: WitnessParts,
  statesAt: (at: Date) => readonly NetworkState[],
  { signal }: ShapeOptions,
): Promise<readonly Sighting[]> {
  const nodes = parts.addresses.map((_, node) => node);
  const script = perlScript(endProgram, nodes, linesOf(nodes, parts.addresses));
  const [result] = await parts.namespaces.run([script], { signal, timeoutMs: TIMEOUT_MS });
  // A node that has ended is told by those who look at the nodes.
  if (result === undefined || result.exitCode !== 0) return [];
  const [standing = '', log = ''] = splitOnce(result.stdout, 'log\n');
  const seen = log
    .split(`${recordMark} `)
    .slice(1)
    .map((record) => readRecord(record, parts, statesAt));
  const at = new Date(result.startedUnixMs);
  const last = standing
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Sighting => {
      const [node = '', prints = ''] = splitOnce(line, ' ');
      const differences = comparePrints(Number(node), prints);
      return { nodeIndex: Number(node), at, differences, isComplete: false };
    });
  return [...seen.sort((a, b) => a.at.getTime() - b.at.getTime()), ...last];
}

function linesOf(nodes: readonly number[], addresses: readonly string[]): readonly string[] {
  return nodes.map((node) => `${node} ${addresses[node]}`);
}

function readRecord(
  record: string,
  { programOf, regions }: WitnessParts,
  statesAt: (at: Date) => readonly NetworkState[],
): Sighting {
  const [header = '', text = ''] = splitOnce(record, '\n');
  const [unixMs = '', index = '', , ...prints] = header.split(' ');
  const nodeIndex = Number(index);
  const at = new Date(Number(unixMs));
  const found = readParts(text);
  const part = (name: string): string => found.get(name) ?? '';
  const tried = statesAt(at).map((state) =>
    inspectDevice(part, programOf(state, nodeIndex), { nodeIndex, regions }),
  );
  const least = tried.reduce((a, b) => (b.length < a.length ? b : a), tried[0] ?? []);
  const around = comparePrints(nodeIndex, prints.join(' '));
  return { nodeIndex, at, differences: [...least, ...around], isComplete: true };
}

const names: Readonly<Record<string, string>> = {
  mtu: 'the MTU',
  txqlen: 'the queue of the device',
  gso_max_segs: 'the most segments sent as one packet',
  gso_max_size: 'the most bytes sent as one packet',
};

/** @param prints `KEY=VALUE ... now KEY=VALUE ...` */
function comparePrints(node: number, prints: string): readonly string[] {
  const [before = '', now = ''] = prints.split(' now ');
  const was = new Map(before.split(' ').map((pair) => splitOnce(pair, '=')));
  return now.split(' ').flatMap((pair) => {
    const [key = '', value = ''] = splitOnce(pair, '=');
    const old = was.get(key);
    if (old === undefined || old === value) return [];
    const name = names[key];
    return name === undefined
      ? `Node ${node}: rules of a firewall (${key}) were changed in its network namespace.`
      : `Node ${node}: ${name} is ${value} instead of ${old}.`;
  });
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}
