import { TestbedError } from '../../errors/testbed-error.ts';
import type { FaultHandler } from '../fault.ts';
import { endProcess } from './end-process.ts';

/** A node that has not ended by then does not. */
const STOP_MS_MAX = 10_000;

/** SIGTERM, and patience; its end starts the node again. */
export const stop: FaultHandler<'stop'> = (node, { state }) => {
  const { nodeIndex, processes, clock } = node;
  const fault = endProcess(node, state, (options) => processes.terminate(nodeIndex, options));
  return {
    ...fault,
    async begin({ signal }) {
      const late = clock.timeoutSignal(STOP_MS_MAX);
      try {
        return await fault.begin({ signal: AbortSignal.any([signal, late]) });
      } catch (error) {
        if (!late.aborted || signal.aborted) throw error;
        throw new TestbedError(
          'NODE_EVENT_FAILED',
          `Node ${nodeIndex} had not ended ${STOP_MS_MAX / 1_000} s after it was told to.`,
          { hint: 'crash ends a node that does not listen.', details: { nodeIndex } },
        );
      }
    },
  };
};
