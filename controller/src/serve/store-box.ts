/**
 * The store of the server, opened in the background: the server answers before its database does. One that
 * could not be opened is tried again by the next who needs it.
 */
import type { StoreHandle } from '../conduct/ports.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { messageOf } from '../lib/message-of.ts';

export interface StoreBox {
  /** @throws TestbedError DATABASE_*, DATA_FOLDER_UNUSABLE */
  get(): Promise<StoreHandle>;
  state(): {
    readonly state: 'starting' | 'up' | 'away';
    readonly location: string | null;
    readonly pending: number;
    readonly error: string | null;
  };
  close(): Promise<void>;
}

export function createStoreBox(open: () => Promise<StoreHandle>): StoreBox {
  let opening: Promise<StoreHandle> | null = null;
  let opened: StoreHandle | null = null;
  let failure: string | null = null;
  const get = (): Promise<StoreHandle> => {
    opening ??= open().then(
      (handle) => {
        failure = null;
        opened = handle;
        return handle;
      },
      (error: unknown) => {
        opening = null;
        failure = error instanceof TestbedError ? error.message : messageOf(error);
        throw error;
      },
    );
    return opening;
  };
  return {
    get,
    state() {
      if (opened === null) {
        const state = failure === null ? 'starting' : 'away';
        return { state, location: null, pending: 0, error: failure };
      }
      const { store } = opened;
      return {
        state: store.isAway() ? 'away' : 'up',
        location: store.location,
        pending: store.pending(),
        error: null,
      };
    },
    async close() {
      const handle = await opening?.catch(() => null);
      await handle?.store.close();
    },
  };
}
