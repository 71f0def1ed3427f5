import { leaderOf } from '../shared/leader.ts';
import { type Core, committedRound, reject, voteWindow } from './core.ts';
import type { BlockId, MessageHeader } from './messages.ts';

/**
 * A proposal that is older than this has long been voted on, or not. If its block is certified, it
 * can be fetched; taking all of them in would make every leader's past a source of work.
 */
const lateRoundsMax = 64;

/** Whether the rest of a message is worth decoding: what its front says may settle it. */
export function isWanted(core: Core, header: MessageHeader, from: number): boolean {
  if (!core.offences.isFree(from, core.nowMs)) return rejected(core);
  if (header.kind === 'proposal') return isProposalWanted(core, header, from);
  if (header.kind === 'vote') return !core.votes.isLate(header.round, voteWindow(core));
  if (header.kind === 'certificate') return isCertificateWanted(core, header.round, from);
  if (header.kind === 'timeout') return isTimeoutWanted(core, header);
  if (header.kind === 'block-response') return core.synchroniser.isAsked(from) || rejected(core);
  return true;
}

/**
 * From nobody but its author: neither id nor signature covers the timeout certificate, so whoever
 * relayed a proposal could take that away and hide the genuine one. Late and repeated ones are no
 * offence.
 */
export function isProposalWanted(
  core: Core,
  { round, blockId, author }: { round: number; blockId: BlockId; author: number },
  from: number,
): boolean {
  const isByLeader = author === leaderOf(round, core.options.committeeSize);
  if (from !== author || !isByLeader || core.proposals.isFull(round)) return rejected(core);
  if (round <= committedRound(core) || core.proposals.hasSeen(round, blockId)) return false;
  return round + lateRoundsMax >= core.pacemaker.round;
}

/** News from whoever leads the round after it; anybody else has no business telling it. */
export function isCertificateWanted(core: Core, round: number, from: number): boolean {
  if (from !== leaderOf(round + 1, core.options.committeeSize)) return rejected(core);
  return round >= core.pacemaker.round;
}

/** Of the current round or a later one, and the first of its sender, who repeats it in vain. */
export function isTimeoutWanted(
  core: Core,
  { round, voter }: { readonly round: number; readonly voter: number },
): boolean {
  return round >= core.pacemaker.round && !core.timeouts.has(round, voter);
}

function rejected(core: Core): false {
  reject(core);
  return false;
}
