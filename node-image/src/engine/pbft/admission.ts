import { type Core, primaryOf, reject } from './core.ts';
import type { MessageHeader } from './messages.ts';

/** Whether the rest of a message is worth decoding: what its front says may settle it. */
export function isWanted(core: Core, header: MessageHeader, from: number): boolean {
  if (!core.offences.isFree(from, core.nowMs)) return rejected(core);
  switch (header.kind) {
    case 'pre-prepare':
      if (from !== primaryOf(core, header.view)) return rejected(core);
      return isOfUse(core, header) && !(header.view === core.view && isTaken(core, header.slot));
    case 'prepare':
    case 'commit':
      return isOfUse(core, header);
    case 'accepted':
      return header.view === core.view && core.slots.find(header.slot)?.accepted != null;
    case 'checkpoint':
      return header.slot > core.stable.slot;
    case 'view-change':
      return header.view <= core.view || core.viewChanges.isCall(from, header.view);
    case 'new-view':
      return header.view > core.view;
    case 'log-answer':
      return core.fetching.isAsked(from) || rejected(core);
    default:
      return true;
  }
}

/** Of a view that may begin here soon, or of this one and within the window. */
function isOfUse(core: Core, { view, slot }: { view: number; slot: number }): boolean {
  return isSoon(core, view) || (view === core.view && core.slots.isWithin(slot));
}

/**
 * Whether messages of a view that has not begun here are kept: of the next views only, in which
 * each member is primary once. Those of a view that never begins would be kept for ever.
 */
export function isSoon(core: Core, view: number): boolean {
  const known = Math.max(core.view, core.pendingView);
  return view > core.view && view <= known + core.options.committeeSize;
}

/** A second proposal for a slot is evidence once, and then only work. */
function isTaken(core: Core, slot: number): boolean {
  const accepted = core.slots.find(slot)?.accepted ?? null;
  const primary = primaryOf(core, core.view);
  return accepted !== null && core.evidences.has('double-proposal', slot, primary);
}

function rejected(core: Core): false {
  reject(core);
  return false;
}
