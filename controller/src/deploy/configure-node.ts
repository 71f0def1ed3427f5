import type {
  Configure,
  Identity,
  SignatureSchemeName,
} from '../../../node-image/src/contract/index.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import type { Member } from '../model/deployment.ts';
import type { Scenario } from '../model/scenario.ts';
import type { Edge } from '../model/topology.ts';

/** What each node is told of its network. Pure. */

/** What every node of a network is told alike. */
export interface NetworkTerms {
  /** Bound into every signature, so unique per repetition. */
  readonly chainId: string;
  readonly engine: Scenario['engine'];
  /** What the members sign with. */
  readonly signature: SignatureSchemeName;
  /** What the scenario says to the software under test itself. */
  readonly node?: Scenario['node'] | undefined;
  /** Who keeps a link to whom; absent: everybody to everybody. */
  readonly edges?: readonly Edge[] | undefined;
  /** What a node does that starts again: see the contract. */
  readonly resume: Configure['resume'];
}

export function configurationOf(
  nodeIndex: number,
  identities: readonly Member[],
  request: NetworkTerms,
): Configure {
  const isKeyed = identities.some(({ consensusKey }) => consensusKey !== undefined);
  return {
    chainId: request.chainId,
    committee: identities.map((identity, index) => ({
      index,
      peerId: identity.peerId,
      publicKeyHex: identity.publicKeyHex,
      dataAddress: identity.dataAddress,
      consensusKey: identity.consensusKey,
    })),
    ...linksOf(nodeIndex, identities.length, request.edges),
    engine: request.engine,
    signature: isKeyed ? request.signature : undefined,
    resume: canWait(identities[nodeIndex]) ? request.resume : 'at-once',
    node: request.node,
  };
}

export function linksOf(
  node: number,
  nodeCount: number,
  edges: readonly Edge[] | undefined,
): Pick<Configure, 'links' | 'topology'> {
  if (edges === undefined) {
    const all = Array.from({ length: nodeCount }, (_, index) => index);
    return { links: all.filter((index) => index !== node) };
  }
  const links = edges.flatMap(([a, b]) => (a === node ? [b] : b === node ? [a] : []));
  return { links, topology: { edges: edges.map(([a, b]) => [a, b]) } };
}

/** A node that cannot relay would leave the others of a sparse graph without a way to each other. */
export function assertCanRelay(identities: readonly Identity[], request: NetworkTerms): void {
  if (request.edges === undefined) return;
  const without = identities.filter(({ capabilities }) => !capabilities.includes('overlay'));
  const [first] = without;
  if (first === undefined) return;
  const others = without.length === 1 ? '' : ` and ${without.length - 1} more`;
  throw new TestbedError(
    'NODE_CONTRACT',
    `Node ${first.nodeIndex}${others} cannot relay messages (capability \`overlay\` of the contract), so every node needs a link to every other one.`,
    { hint: 'Measure it with `topology: full`, or leave `topology` out.' },
  );
}

/** Whether a node that starts again can wait for its configuration; the contract leaves it open. */
export function canWait(identity: Identity | undefined): boolean {
  return identity?.capabilities.includes('resume') === true;
}
