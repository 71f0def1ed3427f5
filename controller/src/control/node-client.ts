import type {
  BehaviourApplied,
  BehaviourOrder,
  BehaviourStatus,
  ClockApplied,
  ClockOrder,
  Configure,
  ConsensusKey,
  ConsensusKeyOrder,
  EvidenceList,
  Identity,
  LoadStart,
  LoadStatus,
  LogDigests,
  NodeResults,
  NodeStatus,
  Probe,
  ProbeResult,
  RateProbe,
  RateProbeResult,
  Readiness,
  Shaping,
  ShapingApplied,
  ShapingStatus,
} from '../../../node-image/src/contract/index.ts';
import { TestbedError } from '../errors/testbed-error.ts';

/**
 * A node, as everybody above the runtimes knows it: the contract in calls. A runtime makes one for
 * each node that it starts and hands it out with the network; how it reaches the node is its own
 * business.
 */
export interface NodeClient {
  readonly nodeIndex: number;
  /** Where it answers now, for people; a start may move it. */
  readonly address: string;
  identity(options: CallOptions): Promise<Identity>;
  /** Needs capability `signatures`. */
  consensusKey(body: ConsensusKeyOrder, options: CallOptions): Promise<ConsensusKey>;
  configure(body: Configure, options: CallOptions): Promise<void>;
  readiness(options: CallOptions): Promise<Readiness>;
  start(options: CallOptions): Promise<void>;
  loadStart(body: LoadStart, options: CallOptions): Promise<void>;
  loadStop(options: CallOptions): Promise<void>;
  loadStatus(options: CallOptions): Promise<LoadStatus>;
  results(options: CallOptions): Promise<NodeResults>;
  log(options: CallOptions): Promise<LogDigests>;
  /** Needs capability `status`. */
  status(options: CallOptions): Promise<NodeStatus>;
  /** Needs capability `clock`. The time that its engine sees is off by this; 0 puts it right. */
  clock(body: ClockOrder, options: CallOptions): Promise<ClockApplied>;
  /** Needs capability `byzantine`. From now on it behaves so and in no other way. */
  setBehaviour(body: BehaviourOrder, options: CallOptions): Promise<BehaviourApplied>;
  /** Needs capability `byzantine`. */
  behaviour(options: CallOptions): Promise<BehaviourStatus>;
  /** Needs capability `evidence`. */
  evidence(options: CallOptions): Promise<EvidenceList>;
  /** Needs capability `leave`. Resolves when the node's links are closed. */
  leave(options: CallOptions): Promise<void>;
  /** Needs capability `shaping`. */
  shape(body: Shaping, options: CallOptions): Promise<ShapingApplied>;
  /** Needs capability `shaping`. */
  shapingStatus(options: CallOptions): Promise<ShapingStatus>;
  /** Needs capability `probe`. Takes as long as the probe: see to it that `timeoutMs` covers it. */
  probe(body: Probe, options: CallOptions): Promise<ProbeResult>;
  /** Needs capability `probe`. Takes up to 10 s more than the probe. */
  probeRate(body: RateProbe, options: CallOptions): Promise<RateProbeResult>;
  /**
   * Its page of metrics, as text, over a connection that nothing else uses.
   * @throws Error whose message says what went wrong in a clause, or the signal's reason
   */
  metrics(options: { readonly signal: AbortSignal }): Promise<string>;
  /**
   * A request that is sent as it is and whose reply is not read for meaning: for whoever checks
   * what a node makes of requests that the calls above never send.
   * @throws Error when no whole reply came in time, or the signal's reason
   */
  send(request: RawRequest, options: CallOptions): Promise<RawReply>;
}

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** Text of the body; none if absent. */
  readonly body?: string;
}

export interface RawReply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** For this one request, from connecting to the last byte of the reply. */
  readonly timeoutMs: number;
}

/** To one node; a request beyond that waits for one of them. Many probes run at once. */
export const CONNECTIONS_PER_NODE = 32;

/** @returns the problem code with which a node refused; null for any other error */
export function problemCodeOf(error: unknown): string | null {
  if (!(error instanceof TestbedError) || error.code !== 'NODE_CONTRACT') return null;
  const { problemCode } = error.details;
  return typeof problemCode === 'string' ? problemCode : null;
}
