import type { NodeClock } from './clock.ts';
import type { KeyDesk } from './key-desk.ts';
import type { Log } from './log.ts';
import type { CgroupFigures } from './metrics/cgroup.ts';
import type { ProcessMeter } from './metrics/process-meter.ts';
import type { Memory } from './retention.ts';
import type { Shaper } from './shaping/shaper.ts';
import type { StateFolder } from './state/state-folder.ts';
import type { Host } from './transport/link-stream.ts';

/** The world of a node, real (run-node.ts) or simulated (simulation/simulated-node.ts). */
export interface NodeShellDependencies {
  readonly software: string;
  readonly state: StateFolder;
  readonly clock: NodeClock;
  readonly log: Log;
  /** Uniform in [0, 1), for the jitter of dials only. */
  readonly random: () => number;
  readonly memory: Memory;
  readonly shaper: Shaper;
  /** Opens the data port. */
  readonly openHost: () => Promise<Host>;
  /** Of what it uses; this process if absent. */
  readonly process?: ProcessMeter;
  /** Its keys; of the seeds in the state folder if absent. */
  readonly keyDesk?: KeyDesk;
  /** Null outside a container of the node's own. */
  readonly readContainer: () => CgroupFigures | null;
  /** Load is about to be made. */
  readonly onLoad: () => void;
  readonly onShutdownRequest: () => void;
}
