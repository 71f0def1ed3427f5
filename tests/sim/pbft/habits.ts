import type { DurableState, Message } from '../../../node-image/src/engine/pbft/messages.ts';
import { RuleBroken } from '../broken.ts';
import type { Habits } from '../subject.ts';

interface Memory {
  /** (kind, view, slot) -> id. */
  readonly promises: Map<string, string>;
  /** View -> the words of the call for it. */
  readonly calls: Map<number, string>;
  calledView: number;
  /** Sent to one after the other, and repeated: looked at once. */
  lastCall: unknown;
  durable: DurableState | null;
}

interface Promised {
  readonly view: number;
  readonly slot: number;
  readonly id: string;
}

/**
 * One proposal, PREPARE and COMMIT per view and slot, none in a view that was given up, every
 * promise durable before it leaves, the same words in every repetition of a call for a view.
 */
export class PbftHabits implements Habits<Message> {
  readonly #memories = new Map<number, Memory>();

  persisted(node: number, state: DurableState): void {
    const memory = this.#memoryOf(node);
    const before = memory.durable;
    memory.durable = state;
    if (before === null) return;
    // While a call is repeated, the disk holds its words, which may be of an older checkpoint.
    const mayBeOlder = state.pendingView > state.view;
    const fell =
      state.view < before.view ||
      state.pendingView < before.pendingView ||
      (!mayBeOlder && state.stable.slot < before.stable.slot);
    if (fell) throw new RuleBroken(`node ${node}: durable state fell`);
  }

  sent(node: number, message: Message): void {
    switch (message.kind) {
      case 'pre-prepare': {
        const { view, block } = message;
        this.#promised(node, message.kind, { view, slot: block.slot, id: block.id });
        return;
      }
      case 'prepare':
      case 'commit':
        this.#promised(node, message.kind, message);
        return;
      case 'view-change':
        this.#called(node, message.statement);
    }
  }

  extended(): void {}

  #promised(node: number, kind: 'pre-prepare' | 'prepare' | 'commit', promised: Promised): void {
    const { promises, calledView, durable } = this.#memoryOf(node);
    const { view, slot, id } = promised;
    const what = `node ${node}: ${kind} in view ${view}, slot ${slot}`;
    const key = `${kind} ${view}/${slot}`;
    const before = promises.get(key);
    if (before !== undefined && before !== id) throw new RuleBroken(`${what}, twice`);
    if (before === undefined && view < calledView) {
      throw new RuleBroken(`${what}, after a call for view ${calledView}`);
    }
    promises.set(key, id);
    if (durable === null) throw new RuleBroken(`${what}, before anything was durable`);
    const isSettled = slot <= durable.stable.slot || durable.pendingView > view;
    if (isSettled || durable.view !== view) return;
    const held = kind === 'commit' ? durable.prepared : durable.accepted;
    if (held.some((each) => each.slot === slot && each.id === id)) return;
    throw new RuleBroken(`${what}, left before it was durable`);
  }

  #called(node: number, statement: Extract<Message, { kind: 'view-change' }>['statement']): void {
    const memory = this.#memoryOf(node);
    if (memory.lastCall === statement) return;
    memory.lastCall = statement;
    const { view, stable, prepared } = statement;
    const words = [stable.slot, ...prepared.map((each) => `${each.slot}/${each.view}/${each.id}`)];
    const before = memory.calls.get(view);
    if (before !== undefined && before !== words.join(' ')) {
      throw new RuleBroken(`node ${node} called twice for view ${view}, in other words`);
    }
    memory.calls.set(view, words.join(' '));
    memory.calledView = Math.max(memory.calledView, view);
    if ((memory.durable?.pendingView ?? 0) < view) {
      throw new RuleBroken(`node ${node}: call for view ${view} left before it was durable`);
    }
  }

  #memoryOf(node: number): Memory {
    const held = this.#memories.get(node);
    if (held !== undefined) return held;
    const fresh: Memory = {
      promises: new Map(),
      calls: new Map(),
      calledView: 0,
      lastCall: null,
      durable: null,
    };
    this.#memories.set(node, fresh);
    return fresh;
  }
}
