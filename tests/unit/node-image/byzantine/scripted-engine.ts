import type {
  Engine,
  EngineStatus,
  Input,
  Output,
} from '../../../../node-image/src/engine/seam/engine.ts';
import type { Forger } from '../../../../node-image/src/engine/seam/forger.ts';
import type {
  EngineMessage,
  MessageRole,
  MessageTraits,
} from '../../../../node-image/src/engine/seam/message.ts';

/** A protocol whose messages say nothing but what they are for and which they are. */
export interface Note extends EngineMessage {
  readonly kind: MessageRole;
  readonly text: string;
}

export const note = (kind: MessageRole, text = ''): Note => ({ kind, text });

const statusNow: EngineStatus = {
  round: 7,
  leader: 0,
  committedHeight: 0,
  committedRound: 0,
  mempoolTransactions: 0,
  highQcRound: 0,
  catchUp: 'current',
  counters: {
    blocksProposed: 0,
    blocksCommitted: 0,
    transactionsCommitted: 0,
    roundsEntered: 0,
    roundsTimedOut: 0,
    signaturesVerified: 0,
    duplicatesSuppressed: 0,
    messagesRejected: 0,
  },
};

/** An engine that answers every step with the outputs that it was given for it, and keeps inputs. */
export class ScriptedEngine implements Engine {
  readonly heard: { readonly nowMs: number; readonly input: Input }[] = [];
  next: readonly Output[] = [];

  start(): readonly Output[] {
    return this.#take();
  }

  step(nowMs: number, input: Input): readonly Output[] {
    this.heard.push({ nowMs, input });
    return this.#take();
  }

  isWanted(): boolean {
    return false;
  }

  status(): EngineStatus {
    return statusNow;
  }

  #take(): readonly Output[] {
    const outputs = this.next;
    this.next = [];
    return outputs;
  }
}

export function traitsOf(message: EngineMessage): MessageTraits {
  return {
    role: (message as Note).kind,
    lane: 'consensus',
    dropRank: null,
    flushesSubmissions: null,
    proposedTransactions: null,
  };
}

/** Marks what it was asked for in the text. */
export const forger: Forger<Note> = {
  contradict: ({ kind, text }) => note(kind, `${text} or not`),
  makeStale: ({ kind, text }) => note(kind, `stale ${text}`),
  invalidate: ({ kind, text }) => note(kind, `invalid ${text}`),
  understate: ({ kind, text }) => note(kind, `understated ${text}`),
  missign: ({ round }) => note('give-up', `missigned ${round}`),
  giveUp: ({ round }) => note('give-up', `spam ${round}`),
  request: () => note('request', 'flood'),
};
