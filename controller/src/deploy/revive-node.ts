import type { NodeClient } from '../control/node-client.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/message-of.ts';
import type { Deployment } from '../model/deployment.ts';
import { configurationOf } from './configure-node.ts';
import type { DeployRequest } from './deploy-network.ts';

/** Follows a node that was started again until it takes part, and helps where it cannot by itself. */

export interface ReviveOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /**
   * Whether it has to be told where it belongs: one that lost its state knows nothing. Not where
   * somebody else tells it, as soon as its links are shaped.
   */
  readonly isToBeTold: boolean;
}

const CALL_TIMEOUT_MS = 5_000;
const LOOK_MS = 25;
const REVIVE_MS_MAX = 30_000;

/** @throws TestbedError NODES_NOT_READY if it does not take part in time, NODE_CONTRACT */
export async function reviveNode(
  client: NodeClient,
  deployment: Deployment,
  request: DeployRequest,
  { clock, signal, isToBeTold }: ReviveOptions,
): Promise<void> {
  const startedMs = clock.monotonicMs();
  const call = { signal, timeoutMs: CALL_TIMEOUT_MS };
  let [last, wasTold]: [string, boolean] = ['it did not answer', !isToBeTold];
  for (;;) {
    try {
      const { state, failure, linksUp, linksPlanned } = await client.readiness(call);
      if (state === 'running') return;
      last = `it is ${state}, with ${linksUp} of ${linksPlanned} links up`;
      if (state === 'failed') throw notBack(client, failure ?? 'it gave no reason');
      if (state === 'ready') await client.start(call);
      if (state === 'waiting' && !wasTold) {
        wasTold = true;
        await client.configure(
          configurationOf(client.nodeIndex, deployment.identities, request),
          call,
        );
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TestbedError) || error.code !== 'NODE_UNREACHABLE') throw error;
      last = messageOf(error);
    }
    if (clock.monotonicMs() - startedMs > REVIVE_MS_MAX) throw notBack(client, last);
    await clock.sleep(LOOK_MS, { signal });
  }
}

function notBack({ nodeIndex }: NodeClient, why: string): TestbedError {
  return new TestbedError(
    'NODES_NOT_READY',
    `Node ${nodeIndex} was started again and did not take part: ${why.replace(/\.$/, '')}.`,
    {
      hint: 'One that lost its state needs all of its links up before it takes part: look for what else is down then.',
      details: { nodeIndex },
    },
  );
}
