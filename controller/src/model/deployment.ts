import type { ConsensusKey, Identity } from '../../../node-image/src/contract/index.ts';

/** A node, and the key that it signs consensus with; absent: the one that names it. */
export interface Member extends Identity {
  readonly consensusKey?: ConsensusKey;
}

/** A network whose nodes are all ready and have been told to start. */
export interface Deployment {
  /** In node order. */
  readonly identities: readonly Member[];
  readonly readyAt: Date;
}
