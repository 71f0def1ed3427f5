import type { Identity } from '../../../node-image/src/contract/index.ts';

/** A network whose nodes are all ready and have been told to start. */
export interface Deployment {
  /** In node order. */
  readonly identities: readonly Identity[];
  readonly readyAt: Date;
}
