import type { ClientConfig } from 'pg';

/** Where the database is and how to make it answer: a server of others, or our own. */
export interface DatabaseSource {
  /** For people, without a password. */
  readonly location: string;
  /** True if `ready` can bring a dead server back, so that a lost connection is worth a retry. */
  readonly canRestart: boolean;
  /**
   * Makes sure that there is a server to connect to.
   * @throws TestbedError DATABASE_UNAVAILABLE, DISK_FULL
   */
  ready(options: { readonly signal: AbortSignal }): Promise<ClientConfig>;
  /** After the pool is closed. The last one out stops a server of ours. */
  close(): Promise<void>;
}
