import type { Owner } from '../owner.ts';

export interface ProcessRuntimeOptions {
  /** The bundled node: one file that Node.js runs. */
  readonly bundlePath: string;
  /** Where commands are started, so that relative names in them mean what they mean to the user. */
  readonly cwd: string;
  /** Nodes keep state and logs below `<dataFolder>/runs/<runId>/nodes`. */
  readonly dataFolder: string;
  readonly owner: Owner;
}
