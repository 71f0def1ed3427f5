import type { BehaviourName } from '../../contract/index.ts';
import type { EngineStatus } from '../../engine/seam/engine.ts';
import type { SignatureCosts } from '../metered-crypto.ts';
import type { OverlayCounters } from '../overlay/overlay.ts';
import type { SegmentCounters } from '../shaping/link-egress.ts';
import type { TrafficCounters } from '../transport/link.ts';
import type { CgroupFigures } from './cgroup.ts';

/** Of a node without links. */
export const NO_TRAFFIC: Readonly<TrafficCounters> = {
  messagesSent: 0,
  messagesReceived: 0,
  bytesSent: 0,
  bytesReceived: 0,
  messagesDropped: 0,
  messagesMalformed: 0,
};

/** One look at all that a node counts: the common source of /metrics and of the load windows. */
export interface NodeFigures {
  /** Null before consensus was configured. */
  readonly engine: EngineStatus | null;
  readonly traffic: Readonly<TrafficCounters>;
  /** Null where everybody has a link to everybody. */
  readonly overlay: Readonly<OverlayCounters> | null;
  /** Null where somebody else makes them. */
  readonly signatures: Readonly<SignatureCosts> | null;
  readonly linksPlanned: number;
  readonly linksUp: number;
  /** Over all links, while they were shaped. */
  readonly shaped: Readonly<SegmentCounters>;
  readonly transactionsSubmitted: number;
  readonly transactionsRejected: number;
  readonly evidence: number;
  readonly misbehaviours: ReadonlyMap<BehaviourName, number>;
  readonly safetyViolations: number;
  /** Null unless the node has a container of its own. */
  readonly container: CgroupFigures | null;
}
