import type { PlannedRegion } from '../../model/network.ts';
import type { NodeProgram } from '../../plan/netem/compile-node-program.ts';
import { detourHook } from '../../plan/netem/duplicate-links.ts';
import { duplicatorName, regionClass } from '../../plan/netem/tree.ts';
import type { NamespaceResult } from '../../runtime/runtime.ts';
import {
  type CompareOptions,
  compareFilters,
  compareLinks,
  compareNetem,
  nameOwnClass,
  tellOthers,
} from './compare-links.ts';
import { whatWasSaid } from './describe-failure.ts';
import { findForeign, isOwnRoot } from './find-foreign.ts';
import { readParts } from './node-scripts.ts';
import {
  readFilters,
  readKernel,
  readLeaf,
  readOtherFilters,
  readQdiscs,
  readSegmentsMax,
} from './read-kernel.ts';
import { readDetours, readNetem, readProgram } from './read-program.ts';

/** @returns sentences about what is not at this node as `program` set it up; empty if all is */
export function inspectNode(
  result: NamespaceResult,
  program: NodeProgram,
  regions: readonly PlannedRegion[],
): readonly string[] {
  const node = `Node ${result.nodeIndex}`;
  if (result.exitCode !== 0) {
    return [`${node} cannot be inspected: ${whatWasSaid(result).replace(/\.$/, '')}.`];
  }
  const parts = readParts(result.stdout);
  const part = (name: string) => parts.get(name) ?? '';
  const options = { node, nameOf: namesOf(regions) };
  return [
    ...inspectDevice(part, program, { nodeIndex: result.nodeIndex, regions }),
    ...inspectDuplicators(part, program, options),
    ...inspectPeer(part, program, node),
  ];
}

/** The same of the node's own device alone. @param part what was printed under a title */
export function inspectDevice(
  part: (name: string) => string,
  program: NodeProgram,
  {
    nodeIndex,
    regions,
  }: { readonly nodeIndex: number; readonly regions: readonly PlannedRegion[] },
): readonly string[] {
  const node = `Node ${nodeIndex}`;
  const found = readKernel({
    qdiscs: part('qdiscs'),
    classes: part('classes'),
    filters: part('filters'),
  });
  return [
    ...compareLinks(readProgram(program.egress, 'DEV'), found, { node, nameOf: namesOf(regions) }),
    ...inspectHooks(part('qdiscs'), program.egress, node),
    ...inspectSegments(part('link'), program, node),
  ];
}

function inspectSegments(json: string, program: NodeProgram, node: string): string[] {
  if (!program.links.some((line) => line.endsWith('gso_max_segs 1'))) return [];
  const found = readSegmentsMax(json);
  return found === null || found === 1
    ? []
    : [`${node} may send ${found} segments as one packet instead of 1.`];
}

function inspectDuplicators(
  part: (name: string) => string,
  program: NodeProgram,
  options: CompareOptions,
): string[] {
  const asked = readDetours(program.egress);
  return [
    ...compareFilters(asked, readFilters(part('detours')), options),
    ...compareFilters([], readFilters(part('arrivals')), options),
    ...['detours', 'arrivals'].flatMap((name) => tellOthers(readOtherFilters(part(name)), options)),
    ...asked.flatMap(({ target }) => {
      const line = program.egress.find((one) => one.startsWith(`qdisc add dev ${target} `)) ?? '';
      const root = readQdiscs(part(`device ${target}`)).find((qdisc) => qdisc.root === true);
      const leaf = root === undefined ? null : readLeaf(root);
      const where = `${options.node} towards ${options.nameOf(target)}`;
      if (leaf?.kind !== 'netem') return [`${where}: the qdisc that duplicates packets is gone.`];
      const differences = compareNetem(readNetem(line.split(' ')), leaf);
      return differences.length === 0 ? [] : [`${where}: ${differences.join('; ')}.`];
    }),
  ];
}

function inspectPeer(
  part: (name: string) => string,
  program: NodeProgram,
  nodeName: string,
): readonly string[] {
  const node = `The host's end of the link of ${nodeName.toLowerCase()}`;
  if (program.ingress.length === 0) {
    return tellExtra(findForeign(readQdiscs(part('peer qdiscs')), { hasDetours: false }), node);
  }
  const found = readKernel({
    qdiscs: part('peer qdiscs'),
    classes: part('peer classes'),
    filters: '',
  });
  return [
    ...compareLinks(readProgram(program.ingress, 'PEER'), found, {
      node,
      nameOf: () => 'the node',
    }),
    ...inspectHooks(part('peer qdiscs'), program.ingress, node),
  ];
}

/** What somebody hung beside our root; where that is gone, there is more to say than this. */
function inspectHooks(json: string, lines: readonly string[], where: string): string[] {
  const qdiscs = readQdiscs(json);
  const hasDetours = lines.includes(detourHook);
  if (!qdiscs.some(isOwnRoot)) return [];
  return tellExtra(findForeign(qdiscs, { hasDetours }), where);
}

function tellExtra(names: readonly string[], where: string): string[] {
  return names.map((name) => `${where} has a qdisc that the plan does not have: ${name}.`);
}

function namesOf(regions: readonly PlannedRegion[]): (target: string) => string {
  const names = new Map(
    regions.flatMap(({ index, name }) => [
      [regionClass(index), name],
      [duplicatorName(index), name],
    ]),
  );
  return (target) => names.get(target) ?? nameOwnClass(target) ?? target;
}
