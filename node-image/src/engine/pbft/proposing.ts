import { readKeys } from './block.ts';
import { accept } from './agreeing.ts';
import { blockOf, type Core, isActive, isBehind, isPrimary } from './core.ts';
import type { Block } from './messages.ts';

/** When this replica will propose, if nothing happens before: a time, or Infinity. */
export function proposeAtMs(core: Core): number {
  const { mempool, batchSize, options } = core;
  if (!isPrimary(core) || !isActive(core) || isBehind(core)) return Number.POSITIVE_INFINITY;
  const nextSlot = core.slots.highest() + 1;
  const inFlight = nextSlot - 1 - core.log.executedSlot;
  if (inFlight >= options.parameters.slotsInFlight || nextSlot > core.slots.lastSlot) {
    return Number.POSITIVE_INFINITY;
  }
  if (inFlight === 0) return mempool.dueAtMs(batchSize.max);
  // Every slot costs 2 n^2 messages: another one beside those under way has to be worth it.
  const isFull = mempool.pendingCount - transactionsInFlight(core) >= batchSize.max;
  return isFull ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Proposes while it may and there is reason to; call at the end of every step. */
export function maybePropose(core: Core): void {
  while (proposeAtMs(core) <= core.nowMs && propose(core));
}

/** @returns false if nothing that waits is new */
function propose(core: Core): boolean {
  const { view, options, mempool } = core;
  const transactions = mempool.batch(keysInFlight(core), core.batchSize.max);
  if (transactions.length === 0) return false;
  const slot = core.slots.highest() + 1;
  const author = options.selfIndex;
  const header = { slot, view, author, createdUnixMs: core.nowMs, transactions };
  const block: Block = { id: core.hasher.id(header), ...header };
  const statement = { view, slot, id: block.id };
  const signature = core.statements.sign('P', author, statement);
  core.counters.blocksProposed++;
  core.bodies.set(block.id, block);
  core.outbox.broadcastBound({ kind: 'pre-prepare', view, block, signature });
  accept(core, core.slots.at(slot), { id: block.id, signature });
  return true;
}

function inFlight(core: Core): Block[] {
  const blocks: Block[] = [];
  for (let slot = core.log.executedSlot + 1; slot <= core.slots.highest(); slot++) {
    const id = core.slots.find(slot)?.accepted?.id;
    const block = id === undefined ? undefined : blockOf(core, slot, id);
    if (block !== undefined) blocks.push(block);
  }
  return blocks;
}

function transactionsInFlight(core: Core): number {
  return inFlight(core).reduce((sum, { transactions }) => sum + transactions.length, 0);
}

function keysInFlight(core: Core): { block: Block; keys: Float64Array }[] {
  return inFlight(core).flatMap((block) => {
    const keys = readKeys(block, core.options.parameters);
    return keys === null ? [] : [{ block, keys }];
  });
}
