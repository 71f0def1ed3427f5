import { payloadBytes } from './block.ts';
import type { CommitVote, PrePrepare, Prepare } from './messages.ts';

export type SlotMessage = PrePrepare | Prepare | CommitVote;

/** Proposals carry blocks, so that few of them are kept. */
const proposalsMax = 4;

export interface EarlyMessagesOptions {
  /** Messages of one member. */
  readonly countMax: number;
  /** Bytes of transactions in the proposals of one member. */
  readonly payloadBytesMax: number;
}

interface Held {
  readonly view: number;
  readonly messages: SlotMessage[];
  proposals: number;
  payloadBytes: number;
}

/**
 * Votes and proposals of a view that has not begun here yet, because its NEW-VIEW is slower than
 * they are. Of each member for the newest view only, and not many: nothing in them is verified.
 * What finds no room is asked for again once the view has begun.
 */
export class EarlyMessages {
  readonly #options: EarlyMessagesOptions;
  readonly #held = new Map<number, Held>();

  constructor(options: EarlyMessagesOptions) {
    this.#options = options;
  }

  keep(from: number, message: SlotMessage): void {
    const held = this.#heldOf(from, message.view);
    if (held === null || held.messages.length >= this.#options.countMax) return;
    if (message.kind === 'pre-prepare') {
      const bytes = held.payloadBytes + payloadBytes(message.block.transactions);
      if (held.proposals >= proposalsMax || bytes > this.#options.payloadBytesMax) return;
      held.proposals++;
      held.payloadBytes = bytes;
    }
    held.messages.push(message);
  }

  /** Takes out what was kept for a view, and forgets what came for those before. */
  take(view: number): { readonly from: number; readonly message: SlotMessage }[] {
    const taken: { from: number; message: SlotMessage }[] = [];
    for (const [from, held] of this.#held) {
      if (held.view > view) continue;
      this.#held.delete(from);
      if (held.view < view) continue;
      for (const message of held.messages) taken.push({ from, message });
    }
    return taken;
  }

  #heldOf(from: number, view: number): Held | null {
    const held = this.#held.get(from);
    if (held !== undefined && held.view >= view) return held.view === view ? held : null;
    const fresh = { view, messages: [], proposals: 0, payloadBytes: 0 };
    this.#held.set(from, fresh);
    return fresh;
  }
}
