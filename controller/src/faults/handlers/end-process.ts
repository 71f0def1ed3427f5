import { TestbedError } from '../../errors/testbed-error.ts';
import type { Witness } from '../../model/timeline.ts';
import type { NodeSighting } from '../../runtime/runtime.ts';
import type { Fault, FaultNode, FaultOptions } from '../fault.ts';

/** crash, stop and restart: a process that ends, and perhaps another one in its place. */

const LOOK_MS = 10;

/** @param endIt asks for the end; whether it has come is looked at from outside */
export function endProcess(
  node: FaultNode,
  state: 'kept' | 'empty',
  endIt: (options: FaultOptions) => Promise<void>,
): Fault {
  const { nodeIndex, processes, holds } = node;
  let before: NodeSighting | null = null;
  let hasBegun = false;
  return {
    endStarts: true,
    async begin(options) {
      before = await processes.sighting(nodeIndex, options);
      // Its death is nobody's plan, and has to be told.
      if (before.state === 'gone') throw endedBefore(nodeIndex);
      holds.hold(nodeIndex, 'down');
      hasBegun = true;
      await endIt(options);
      await waitUntilGone(node, options);
      const process = before.pid === null ? 'its process' : `process ${before.pid}`;
      return goneWitness(true, `${process} was gone`);
    },
    async end(options) {
      if (!hasBegun) return null;
      await processes.start(nodeIndex, { ...options, state });
      const after = await processes.sighting(nodeIndex, options);
      await node.revive(nodeIndex, { ...options, state });
      holds.release(nodeIndex, 'down');
      const isOther = before === null || isNewer(before, after);
      return isOther ? null : goneWitness(false, 'the same process runs that ran before');
    },
  };
}

function endedBefore(nodeIndex: number): TestbedError {
  return new TestbedError('NODE_EVENT_FAILED', `Node ${nodeIndex} had ended before it was to be.`, {
    hint: 'Read its last words: a node writes there why it ends.',
    details: { nodeIndex },
  });
}

async function waitUntilGone(
  { nodeIndex, processes, clock }: FaultNode,
  { signal }: FaultOptions,
): Promise<void> {
  for (;;) {
    const { state } = await processes.sighting(nodeIndex, { signal });
    if (state === 'gone') return;
    await clock.sleep(LOOK_MS, { signal });
  }
}

function isNewer(before: NodeSighting, after: NodeSighting): boolean {
  if (before.startedAt !== null && after.startedAt !== null) {
    return after.startedAt.getTime() > before.startedAt.getTime();
  }
  return before.pid !== after.pid;
}

function goneWitness(isSeen: boolean, text: string): Witness {
  return { quantity: 'process-gone', text, value: null, limit: null, isSeen };
}
