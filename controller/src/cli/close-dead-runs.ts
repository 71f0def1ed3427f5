/** What a killed controller could not write any more: that its run has ended. */
import { TestbedError } from '../errors/testbed-error.ts';
import type { RunId } from '../model/ids.ts';
import type { OpenedStore } from '../store/store.ts';

type RunStore = Pick<OpenedStore, 'loadRun' | 'saveRun' | 'close'>;

export interface DeadRunCloser {
  /**
   * Marks a run as failed if it is stored as running; its controller must be dead.
   * @returns false if there was nothing to mark
   * @throws TestbedError as opening and reading a store
   */
  close(runId: RunId): Promise<boolean>;
  /** Closes the store, if it was needed. */
  end(): Promise<void>;
}

/** @param open called at most once with success, and only if there is a run to look up */
export function createDeadRunCloser(open: () => Promise<RunStore>, now: () => Date): DeadRunCloser {
  let store: RunStore | undefined;
  return {
    close: async (runId) => {
      store ??= await open();
      try {
        const { run, repetitions } = await store.loadRun(runId);
        if (run.status !== 'running') return false;
        const ends = repetitions.map(({ endedAt }) => endedAt.getTime());
        await store.saveRun({
          ...run,
          status: 'failed',
          endedAt: ends.length === 0 ? now() : new Date(Math.max(...ends)),
          failure: {
            code: 'INTERRUPTED',
            message: 'The controller was killed before the run ended.',
          },
        });
        return true;
      } catch (error) {
        // Killed before its first record.
        if (error instanceof TestbedError && error.code === 'RUN_UNKNOWN') return false;
        throw error;
      }
    },
    end: async () => {
      await store?.close();
    },
  };
}
