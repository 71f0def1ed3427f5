import { readKeys } from './block.ts';
import { blockSizeBytes } from './block-tree.ts';
import { type Core, committedRound, reject } from './core.ts';
import type { Block, BlockRequest, BlockResponse, QuorumCertificate } from './messages.ts';
import { adoptOrphans, insert } from './proposals.ts';
import { onQc } from './rounds.ts';

/** Limits of one response. A single larger block is still sent. */
export const responseLimits = { blocksMax: 64, bytesMax: 1024 * 1024 };

/** Helps a peer that is behind, as soon as its allowance permits: see `answerRequests`. */
export function onBlockRequest(core: Core, request: BlockRequest, from: number): void {
  if (!core.answers.add(from, request)) reject(core);
}

/** Answers what may be answered now; call at the end of every step. */
export function answerRequests(core: Core): void {
  for (let next = core.answers.take(core.nowMs); next !== null; ) {
    const { to, request } = next;
    const blocks = core.tree.pathAbove(request.blockId, request.floorRound, responseLimits);
    let bytes = 0;
    for (const block of blocks) bytes += blockSizeBytes(block);
    core.answers.answered(to, bytes, core.nowMs);
    core.outbox.send(to, { kind: 'block-response', blocks, droppedRound: core.tree.droppedRound });
    next = core.answers.take(core.nowMs);
  }
}

/** Blocks this node asked for: the path, or its oldest part, newest first. */
export function onBlockResponse(core: Core, response: BlockResponse, from: number): void {
  const wanted = core.synchroniser.takeAnswer(from);
  if (wanted === null) {
    reject(core);
    return;
  }
  const { blocks, droppedRound } = response;
  if (blocks.length === 0 || blocks.length > responseLimits.blocksMax) {
    const hasDropped = blocks.length === 0 && droppedRound > committedRound(core);
    if (hasDropped) core.synchroniser.hasDropped(from, core.nowMs);
    else core.synchroniser.answered(from, null, core.nowMs);
    return;
  }
  const reachedRound = takeBlocks(core, blocks, wanted);
  core.synchroniser.answered(from, reachedRound, core.nowMs);
}

/**
 * Takes the blocks in, oldest first. Each must link to the tree and carry a valid certificate for
 * its parent, so all but the newest are certified; the newest is taken only if it is the wanted
 * one, which is certified by `wanted`.
 * @returns round of the highest of them that is in the tree afterwards, or null if none is
 */
function takeBlocks(
  core: Core,
  blocks: readonly Block[],
  wanted: QuorumCertificate,
): number | null {
  let reached: number | null = null;
  for (let index = blocks.length - 1; index >= 0; index--) {
    const block = blocks[index];
    if (block === undefined) return reached;
    const held = core.tree.get(block.id);
    if (held !== undefined) {
      reached = held.block.round; // not the round that came with the id: nothing vouches for that
      continue;
    }
    const parentQc = core.certificates.verifiedQc(block.parentQc);
    if (parentQc === null) {
      reject(core);
      return reached;
    }
    onQc(core, parentQc);
    const isCertified =
      block.id === wanted.blockId || isCertifiedBy(core, block, blocks[index - 1]);
    if (!isCertified) return reached;
    if (!takeBlock(core, { ...block, parentQc, timeoutCertificate: null })) return reached;
    reached = block.round;
  }
  return reached;
}

function isCertifiedBy(core: Core, block: Block, child: Block | undefined): boolean {
  if (child === undefined || child.parentQc.blockId !== block.id) return false;
  const qc = core.certificates.verifiedQc(child.parentQc);
  return qc !== null && qc.round === block.round;
}

function takeBlock(core: Core, block: Block): boolean {
  const isNew = block.round > committedRound(core) && core.tree.has(block.parentQc.blockId);
  if (!isNew || block.parentQc.round >= block.round) return false;
  const keys = readKeys(block, core.options.parameters);
  if (keys === null || core.hasher.id(block) !== block.id) {
    reject(core);
    return false;
  }
  insert(core, block, keys).isBinding = true;
  adoptOrphans(core, block.id);
  return true;
}
