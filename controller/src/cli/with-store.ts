import type { OpenedStore } from '../store/store.ts';
import type { CommandContext } from './command.ts';

/** Opens the store for one piece of work, and closes it whatever comes of that. */
export async function withStore<T>(
  { wiring, interrupts, output }: Pick<CommandContext, 'wiring' | 'interrupts' | 'output'>,
  work: (store: OpenedStore) => Promise<T>,
): Promise<T> {
  const { store } = await wiring.openStore({
    signal: interrupts.stop,
    onWarning: (text) => output.note(`warning: ${text}`),
  });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
