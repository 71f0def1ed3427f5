import type { Configure, ConsensusKey } from '../contract/index.ts';

/** @returns what is wrong with this configuration for this node, null if nothing is */
export function findConfigurationFault(
  configuration: Configure,
  self: { readonly index: number; readonly peerId: string; readonly publicKeyHex: string },
): string | null {
  const { committee, links } = configuration;
  const disordered = committee.find((member, position) => member.index !== position);
  if (disordered !== undefined) {
    return `committee: member ${disordered.index} is not at position ${disordered.index}`;
  }
  const own = committee[self.index];
  if (own === undefined) {
    return `committee: ${committee.length} members do not include this node, ${self.index}`;
  }
  if (own.peerId !== self.peerId || own.publicKeyHex !== self.publicKeyHex) {
    return `committee.${self.index}: peer id or public key is not this node's`;
  }
  const badKey = committee.find((member) => !/^[0-9a-f]{64}$/.test(member.publicKeyHex));
  if (badKey !== undefined) {
    return `committee.${badKey.index}.publicKeyHex: not 32 bytes in lower-case hex`;
  }
  if (new Set(committee.map((member) => member.peerId)).size < committee.length) {
    return 'committee: two members have the same peer id';
  }
  const badLink = links.find((index) => index === self.index || index >= committee.length);
  if (badLink !== undefined) return `links: ${badLink} is not another member`;
  if (new Set(links).size < links.length) return 'links: an index is listed twice';
  return findTopologyFault(configuration, self.index);
}

/**
 * @param own the consensus key that this node has under the scheme of this configuration
 * @returns what is wrong with the members' consensus keys before they are looked into
 */
export function findKeyFault(
  { committee, signature }: Configure,
  own: ConsensusKey & { readonly index: number },
): string | null {
  const bare = committee.find(({ consensusKey }) => consensusKey === undefined);
  if (bare !== undefined)
    return `committee.${bare.index}.consensusKey: missing beside ${signature}`;
  const keys = committee.map(({ consensusKey }) => consensusKey?.publicKeyHex);
  // Whoever gave another member's key as its own would have that one's votes counted twice.
  const twice = keys.findIndex((key, index) => keys.indexOf(key) < index);
  if (twice !== -1) return `committee.${twice}.consensusKey: is that of another member too`;
  const isOwn = keys[own.index] === own.publicKeyHex;
  return isOwn ? null : `committee.${own.index}.consensusKey: is not this node's ${signature} key`;
}

function findTopologyFault({ committee, links, topology }: Configure, self: number): string | null {
  if (topology === undefined) return null;
  const names = topology.edges.map((edge) => edge.join('-'));
  const bad = topology.edges.findIndex(([a, b]) => a >= b || b >= committee.length);
  if (bad !== -1) return `topology.edges.${bad}: ${names[bad]} is not a pair of members in order`;
  if (new Set(names).size < names.length) return 'topology.edges: a pair is listed twice';
  const own = topology.edges.flatMap(([a, b]) => (a === self ? [b] : b === self ? [a] : []));
  const differs = own.length !== links.length || own.some((index) => !links.includes(index));
  return differs ? 'links: not the neighbours that topology.edges gives this node' : null;
}

/** @returns what is wrong with the parameters of a node that has none of its own */
export function findParameterFault({ node = {} }: Configure): string | null {
  const [name] = Object.keys(node);
  return name === undefined ? null : `node.${name}: this node has no parameters of its own`;
}

/**
 * @returns why a node that holds `stored` cannot go on under this configuration, null if it can:
 *   it must stay the same member of the same committee, though addresses may have changed
 */
export function findResumeFault(configuration: Configure, stored: Configure): string | null {
  if (configuration.chainId !== stored.chainId) {
    return `This node belongs to chain ${JSON.stringify(stored.chainId)} and was asked to resume ${JSON.stringify(configuration.chainId)}; a new chain needs an empty state folder.`;
  }
  const keysOf = ({ committee }: Configure): string =>
    JSON.stringify(
      committee.map(({ peerId, publicKeyHex, consensusKey }) => [
        peerId,
        publicKeyHex,
        consensusKey?.publicKeyHex,
      ]),
    );
  if (keysOf(configuration) !== keysOf(stored) || configuration.signature !== stored.signature) {
    return `The committee of chain ${JSON.stringify(stored.chainId)} has other members than this node was configured with before.`;
  }
  return null;
}
