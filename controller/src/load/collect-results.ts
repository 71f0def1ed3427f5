import type { LogDigests, NodeResults } from '../../../node-image/src/contract/index.ts';
import type { NodeClient } from '../control/node-client.ts';
import { mapPool } from '../lib/pool.ts';

/** What one node handed over after the drain; an error instead of what it could not. */
export interface Collected {
  readonly nodeIndex: number;
  readonly results: NodeResults | null;
  readonly log: LogDigests | null;
  readonly error: unknown;
}

const CALLS_AT_ONCE = 8;
const CALL_TIMEOUT_MS = 20_000;

/**
 * Fetches results and log digests of every node. A node that fails is reported in its own entry,
 * so that one dead node does not cost the numbers of the others. Rejects only when aborted.
 */
export async function collectResults(
  clients: readonly NodeClient[],
  options: { readonly signal: AbortSignal },
): Promise<readonly Collected[]> {
  const call = { signal: options.signal, timeoutMs: CALL_TIMEOUT_MS };
  return mapPool(clients, CALLS_AT_ONCE, async (client) => {
    const [results, log] = await Promise.allSettled([client.results(call), client.log(call)]);
    options.signal.throwIfAborted();
    const rejected = [results, log].find((outcome) => outcome.status === 'rejected');
    return {
      nodeIndex: client.nodeIndex,
      results: results.status === 'fulfilled' ? results.value : null,
      log: log.status === 'fulfilled' ? log.value : null,
      error: rejected?.reason ?? null,
    };
  });
}
