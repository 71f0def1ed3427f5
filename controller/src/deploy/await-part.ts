import type { NodeClient } from '../control/node-client.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/message-of.ts';

const CALL_TIMEOUT_MS = 5_000;
const LOOK_MS = 25;
const PART_MS_MAX = 30_000;

/**
 * Waits until a node that was started again takes part, where somebody else lets it in as soon as
 * its links are shaped.
 * @throws TestbedError NODES_NOT_READY if it does not in time
 */
export async function awaitPart(
  client: NodeClient,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const startedMs = clock.monotonicMs();
  const call = { signal, timeoutMs: CALL_TIMEOUT_MS };
  let last = 'it did not answer';
  for (;;) {
    try {
      const { state, failure } = await client.readiness(call);
      if (state === 'running') return;
      last = `it is ${state}`;
      if (state === 'failed') throw notBack(client, failure ?? 'it gave no reason');
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TestbedError) || error.code !== 'NODE_UNREACHABLE') throw error;
      last = messageOf(error);
    }
    if (clock.monotonicMs() - startedMs > PART_MS_MAX) throw notBack(client, last);
    await clock.sleep(LOOK_MS, { signal });
  }
}

function notBack({ nodeIndex }: NodeClient, why: string): TestbedError {
  return new TestbedError(
    'NODES_NOT_READY',
    `Node ${nodeIndex} was started again and did not take part: ${why.replace(/\.$/, '')}.`,
    {
      hint: 'It waits until its links are shaped again: the disturbances of the repetition say why they were not.',
      details: { nodeIndex },
    },
  );
}
