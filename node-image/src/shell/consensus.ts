import { hash } from 'node:crypto';
import type { Configure } from '../contract/index.ts';
import { createJolteonEngine } from '../engine/create-jolteon-engine.ts';
import type { Commit, Evidence } from '../engine/engine.ts';
import type { Transaction } from '../engine/messages.ts';
import type { NodeClock } from './clock.ts';
import { createEngineDriver, type EngineDriver } from './engine-driver.ts';
import { createNodeCrypto, type KeyPair } from './node-crypto.ts';
import { type Memory, retentionFor } from './retention.ts';
import type { StateFolder } from './state/state-folder.ts';
import type { Host } from './transport/link-stream.ts';
import { createMesh, type LinkEvent, type Mesh } from './transport/mesh.ts';

/** Engine, driver and links of a configured node, wired to each other. */
export interface Consensus {
  readonly mesh: Mesh;
  readonly driver: EngineDriver;
}

export interface ConsensusDependencies {
  readonly host: Host;
  readonly keys: KeyPair;
  readonly state: StateFolder;
  readonly clock: NodeClock;
  readonly random: () => number;
  readonly memory: Memory;
  readonly onCommit: (commit: Commit, nowMs: number) => void;
  readonly onReject: (transactions: readonly Transaction[]) => void;
  readonly onEvidence: (evidence: Evidence) => void;
  readonly onMalformed: (from: number, reason: string) => void;
  readonly onFailure: (error: unknown) => void;
  readonly onLink: (event: LinkEvent) => void;
}

/**
 * @throws Error if the configuration contradicts itself; nothing is running then
 */
export function createConsensus(
  selfIndex: number,
  configuration: Configure,
  dependencies: ConsensusDependencies,
): Consensus {
  const { chainId, committee, links } = configuration;
  const { host, state } = dependencies;
  const crypto = createNodeCrypto(
    dependencies.keys.privateKey,
    committee.map((member) => Buffer.from(member.publicKeyHex, 'hex')),
  );
  const engine = createJolteonEngine(
    {
      chainId,
      selfIndex,
      committeeSize: committee.length,
      parameters: configuration.engine,
      restored: state.loadDurable(),
      peerChoiceSeed: hash('sha256', `${chainId}|${selfIndex}`, 'buffer').readUInt32BE(0),
      retention: retentionFor(dependencies.memory, committee.length),
    },
    { crypto },
  );
  const mesh = createMesh(
    { selfIndex, chainId, members: committee, links },
    {
      host,
      timers: dependencies.clock,
      random: dependencies.random,
      onBody: (from, body) => driver.receive(from, body),
      onChange: dependencies.onLink,
    },
  );
  const driver = createEngineDriver({
    engine,
    clock: dependencies.clock,
    send: mesh.send,
    broadcast: mesh.broadcast,
    persist: state.saveDurable,
    onCommit: dependencies.onCommit,
    onReject: dependencies.onReject,
    onEvidence: dependencies.onEvidence,
    onMalformed: (from, error) => dependencies.onMalformed(from, error.message),
    onFailure: dependencies.onFailure,
  });
  return { mesh, driver };
}

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
  return null;
}
