import type { NodeStatus } from '../../../node-image/src/contract/index.ts';
import type { NodeClient } from '../control/node-client.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/message-of.ts';
import type { NodeHolds } from './node-holds.ts';

/** Whoever leads at this moment, by what the nodes themselves say. */

const CALL_TIMEOUT_MS = 500;
const RETRY_MS = 20;
/** Rounds of leaders that are down end by their timeouts. */
const LOOK_MS_MAX = 8_000;

/**
 * Asks until somebody leads whom no other event holds.
 * @throws TestbedError NODE_EVENT_FAILED if nobody says who leads
 */
export async function findLeader(
  clients: readonly NodeClient[],
  holds: Pick<NodeHolds, 'isSilent'>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<number> {
  const startedMs = clock.monotonicMs();
  let last = 'no node answered';
  for (;;) {
    const call = { signal, timeoutMs: CALL_TIMEOUT_MS };
    const asked = clients.filter(({ nodeIndex }) => !holds.isSilent(nodeIndex));
    const answers = await Promise.allSettled(asked.map((client) => client.status(call)));
    signal.throwIfAborted();
    const statuses = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const leader = leaderOf(statuses);
    if (leader !== null && !holds.isSilent(leader)) return leader;
    const [refused] = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    if (statuses.length === 0 && refused !== undefined) last = messageOf(refused);
    // A node that answers with something else will not say it later.
    if (statuses.length === 0 && isContract(refused)) throw nobody(last);
    if (statuses.length > 0) {
      last = leader === null ? 'nobody leads' : `node ${leader} leads, which another event holds`;
    }
    if (clock.monotonicMs() - startedMs > LOOK_MS_MAX) throw nobody(last);
    await clock.sleep(RETRY_MS, { signal });
  }
}

/** The majority among the nodes that are in the highest round; of equal ones, the lower index. */
export function leaderOf(statuses: readonly Pick<NodeStatus, 'round' | 'leader'>[]): number | null {
  const highest = Math.max(...statuses.map(({ round }) => round));
  const votes = new Map<number, number>();
  for (const { round, leader } of statuses) {
    if (round !== highest || leader === null) continue;
    votes.set(leader, (votes.get(leader) ?? 0) + 1);
  }
  const [first] = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return first?.[0] ?? null;
}

function isContract(error: unknown): boolean {
  return error instanceof TestbedError && error.code === 'NODE_CONTRACT';
}

function nobody(last: string): TestbedError {
  return new TestbedError(
    'NODE_EVENT_FAILED',
    `Nobody could be found who leads: ${last.replace(/\.$/, '')}.`,
    {
      hint: 'Nodes say who leads by GET /v1/status (capability `status` of docs/node-contract.md); name a node instead.',
    },
  );
}
