import type { LogDigests, NodeResults } from '../../../node-image/src/contract/index.ts';
import type { NodeClient } from '../control/node-client.ts';
import { mapPool } from '../lib/pool.ts';

/** What one node handed over after the drain; an error instead of what it could not. */
export interface Collected {
  readonly nodeIndex: number;
  readonly results: NodeResults | null;
  readonly log: LogDigests | null;
  /** Why there are no results, or no log; null where there are. */
  readonly resultsError: unknown;
  readonly logError: unknown;
}

const CALLS_AT_ONCE = 8;
const CALL_TIMEOUT_MS = 20_000;
/** After a failure nobody is waited for that long: whoever is left answers soon, or never. */
const SURVIVOR_MS = 3_000;
const SURVIVOR_MS_PER_NODE = 50;

/**
 * Fetches results and log digests of every node. A node that fails is reported in its own entry,
 * so that one dead node does not cost the numbers of the others. Rejects only when aborted.
 */
export async function collectResults(
  clients: readonly NodeClient[],
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly Collected[]> {
  return mapPool(clients, CALLS_AT_ONCE, async (client) => {
    const collected = await collectFrom(client, { signal, timeoutMs: CALL_TIMEOUT_MS });
    signal.throwIfAborted();
    return collected;
  });
}

/**
 * The same after a failure, from whoever is left, all at once. Never rejects: what has been handed
 * over when the signal fires is kept, and so is what the nodes had handed over before.
 */
export async function collectFromSurvivors(
  clients: readonly NodeClient[],
  before: readonly Collected[],
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly Collected[]> {
  const known = new Map(before.map((one) => [one.nodeIndex, one]));
  const timeoutMs = SURVIVOR_MS + SURVIVOR_MS_PER_NODE * clients.length;
  return Promise.all(
    clients.map(async (client) => {
      const now = await collectFrom(client, { signal, timeoutMs });
      const earlier = known.get(client.nodeIndex);
      return {
        ...now,
        results: now.results ?? earlier?.results ?? null,
        log: now.log ?? earlier?.log ?? null,
      };
    }),
  );
}

async function collectFrom(
  client: NodeClient,
  call: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<Collected> {
  const [results, log] = await Promise.allSettled([client.results(call), client.log(call)]);
  return {
    nodeIndex: client.nodeIndex,
    results: results.status === 'fulfilled' ? results.value : null,
    log: log.status === 'fulfilled' ? log.value : null,
    resultsError: results.status === 'fulfilled' ? null : results.reason,
    logError: log.status === 'fulfilled' ? null : log.reason,
  };
}
