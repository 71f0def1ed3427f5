import type * as seam from '../seam/engine.ts';
import type { Message, MessageHeader, QuorumCertificate, TimeoutCertificate } from './messages.ts';

/** The seam in the words of chained protocols: their messages, and what they must not forget. */
export type Engine = seam.Engine<Message, DurableState, MessageHeader>;
export type Input = seam.Input<Message>;
export type Output = seam.Output<Message, DurableState>;

/** What must survive a crash for safety, and nothing else. */
export interface DurableState {
  readonly lastVotedRound: number;
  readonly lastProposedRound: number;
  readonly highQc: QuorumCertificate;
  readonly lastTc: TimeoutCertificate | null;
  /** 0 where the protocol has no lock. */
  readonly lockedRound: number;
}
