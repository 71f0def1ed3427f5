import { hash } from 'node:crypto';
import type { Configure } from '../contract/index.ts';
import { protocolNamed } from '../engine/registry.ts';
import type { Crypto } from '../engine/seam/crypto.ts';
import type { Commit } from '../engine/seam/engine.ts';
import type { Evidence } from '../engine/seam/evidence.ts';
import type { Transaction } from '../engine/seam/message.ts';
import type { BehaviourDesk } from './behaviour-desk.ts';
import type { NodeClock } from './clock.ts';
import type { EngineClock } from './engine-clock.ts';
import { createEngineDriver, type EngineDriver } from './engine-driver.ts';
import { createOverlay, type Overlay } from './overlay/overlay.ts';
import { type Memory, retentionFor } from './retention.ts';
import type { StateFolder } from './state/state-folder.ts';
import type { Host } from './transport/link-stream.ts';
import { createMesh, type LinkEvent, type Mesh } from './transport/mesh.ts';

/** Engine, driver and links of a configured node, wired to each other. */
export interface Consensus {
  readonly mesh: Mesh;
  readonly driver: EngineDriver;
  /** Null where everybody has a link to everybody. */
  readonly overlay: Overlay | null;
}

export interface ConsensusDependencies {
  readonly host: Host;
  readonly crypto: Crypto;
  /** For relays; asked for only where there are some. */
  readonly transportCrypto: () => Crypto;
  readonly state: StateFolder;
  readonly clock: NodeClock;
  readonly engineClock: EngineClock;
  readonly random: () => number;
  readonly memory: Memory;
  /** The engine that is driven, around the honest one. */
  readonly wrap: BehaviourDesk['wrap'];
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
  const { host, state, crypto } = dependencies;
  const protocol = protocolNamed(configuration.engine.protocol);
  const stored = state.loadDurable();
  const options = {
    chainId,
    selfIndex,
    committeeSize: committee.length,
    parameters: configuration.engine,
    restored: stored === null ? null : protocol.decodeState(stored),
    peerChoiceSeed: hash('sha256', `${chainId}|${selfIndex}`, 'buffer').readUInt32BE(0),
    retention: retentionFor(dependencies.memory, committee.length),
  };
  const engine = dependencies.wrap({
    ...options,
    protocol: protocol.name,
    baseTimeoutMs: configuration.engine.baseTimeoutMs,
    engine: protocol.create(options, { crypto }),
    traitsOf: (message) => protocol.traitsOf(message),
    forger: protocol.createForger?.(options, { crypto }) ?? null,
    createTwin: (promised) =>
      protocol.create({ ...options, restored: promised ?? options.restored }, { crypto }),
  });
  const mesh = createMesh(
    { selfIndex, chainId, members: committee, links },
    {
      host,
      timers: dependencies.clock,
      random: dependencies.random,
      onBody: (from, body) => (overlay ?? driver).receive(from, body),
      onChange: (event) => {
        overlay?.linkChanged(event.peerIndex, event.isUp);
        dependencies.onLink(event);
      },
    },
  );
  const overlay =
    configuration.topology === undefined
      ? null
      : createOverlay(
          {
            selfIndex,
            chainId,
            memberCount: committee.length,
            epochMs: state.nextEpochMs(Math.floor(dependencies.clock.nowMs())),
            edges: configuration.topology.edges,
            silenceMsMax: silenceFor(configuration.engine.baseTimeoutMs),
          },
          {
            mesh,
            crypto: dependencies.transportCrypto(),
            timers: dependencies.clock,
            linkTraitsOf: (body) => protocol.linkTraitsOf(body),
            deliver: (origin, body) => driver.receive(origin, body),
            onForged: dependencies.onMalformed,
          },
        );
  const driver = createEngineDriver({
    engine,
    protocol,
    clock: dependencies.clock,
    engineClock: dependencies.engineClock,
    send: (overlay ?? mesh).send,
    broadcast: (overlay ?? mesh).broadcast,
    persist: (durable) => state.saveDurable(protocol.encodeState(durable)),
    onCommit: dependencies.onCommit,
    onReject: dependencies.onReject,
    onEvidence: dependencies.onEvidence,
    onMalformed: (from, error) => dependencies.onMalformed(from, error.message),
    onFailure: dependencies.onFailure,
  });
  return { mesh, driver, overlay };
}

/** Half a round's time: the next leader is reached on another way before its round is given up. */
function silenceFor(baseTimeoutMs: number): number {
  return Math.min(5_000, Math.max(1_000, baseTimeoutMs / 2));
}
