import type { NodeClient } from '../control/node-client.ts';
import type { Clock } from '../lib/clock.ts';
import { mapPool } from '../lib/pool.ts';
import type { Edge, GraphReading } from '../model/topology.ts';
import { compareGraph } from '../plan/topology/compare-graph.ts';

export interface GraphRequest {
  readonly occasion: GraphReading['occasion'];
  readonly clients: readonly NodeClient[];
  /** Undefined: everybody to everybody. */
  readonly edges: readonly Edge[] | undefined;
  /** A node that the plan has down is not asked, and nobody waits for its links. */
  readonly isAway: (nodeIndex: number) => boolean;
}

const CALLS_AT_ONCE = 16;
const CALL_TIMEOUT_MS = 3_000;
/** A link that broke is dialled again after at most 1.5 s. */
const SETTLE_MS_MAX = 3_000;
const PAUSE_MS = 100;

/**
 * Asks all nodes who they are connected to, again and again for a few seconds as long as that is not
 * what was planned. A node that does not answer is told as silent: whether it lives is the business
 * of others.
 * @throws only the signal's reason
 */
export async function readGraph(
  request: GraphRequest,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<GraphReading> {
  const { occasion, clients, edges, isAway } = request;
  const begunMs = clock.monotonicMs();
  for (;;) {
    const told = await mapPool(clients, CALLS_AT_ONCE, async (client) =>
      isAway(client.nodeIndex) ? null : await peersOf(client, signal),
    );
    const reading = { occasion, at: clock.now(), ...compareGraph(edges, told) };
    const mayCome = reading.missing.filter((ends) => !ends.some(isAway));
    const isAsPlanned = mayCome.length === 0 && reading.extra.length === 0;
    if (isAsPlanned || clock.monotonicMs() - begunMs >= SETTLE_MS_MAX) return reading;
    await clock.sleep(PAUSE_MS, { signal });
  }
}

async function peersOf(client: NodeClient, signal: AbortSignal): Promise<readonly number[] | null> {
  try {
    const { peers } = await client.readiness({ signal, timeoutMs: CALL_TIMEOUT_MS });
    return peers ?? null;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
