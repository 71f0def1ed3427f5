import type {
  BehaviourStatus,
  EvidenceList,
  Identity,
} from '../../../node-image/src/contract/index.ts';
import type { NodeClient } from '../control/node-client.ts';
import { mapPool } from '../lib/pool.ts';

/** What nodes told of misbehaviour, their own and that of others. */
export interface ToldMisbehaviour {
  /** By node; null: it could not be asked, or did not have to be. */
  readonly statuses: readonly (BehaviourStatus | null)[];
  readonly evidence: readonly (EvidenceList | null)[];
}

const CALLS_AT_ONCE = 16;
const CALL_TIMEOUT_MS = 5_000;

/** Asks whoever can answer. Never rejects: who does not answer has told nothing. */
export async function readMisbehaviour(
  clients: readonly NodeClient[],
  identities: readonly Identity[],
  { signal }: { readonly signal: AbortSignal },
): Promise<ToldMisbehaviour> {
  const call = { signal, timeoutMs: CALL_TIMEOUT_MS };
  const ask = <T>(
    capability: string,
    question: (client: NodeClient) => Promise<T>,
  ): Promise<readonly (T | null)[]> =>
    mapPool(clients, CALLS_AT_ONCE, async (client) => {
      const { capabilities = [] } = identities[client.nodeIndex] ?? {};
      if (!capabilities.includes(capability)) return null;
      return question(client).catch(() => null);
    });
  return {
    statuses: await ask('byzantine', (client) => client.behaviour(call)),
    evidence: await ask('evidence', (client) => client.evidence(call)),
  };
}
