import { toHex } from '../shared/bytes.ts';
import { type Core, offend, reject } from './core.ts';
import { adoptStable, deliver, execute } from './executing.ts';
import { blockSizeBytes, type LogPart, logLimits } from './log.ts';
import type { LogAnswer, LogRequest } from './messages.ts';

export function askForLog(core: Core): void {
  const { executedSlot } = core.log;
  const to = core.fetching.next(executedSlot, core.nowMs, core.retryMs * 2);
  if (to < 0) return;
  const wantsSnapshot = core.fetching.isOutOfWindow;
  core.outbox.send(to, { kind: 'log-request', executedSlot, wantsSnapshot });
}

export function onLogRequest(core: Core, request: LogRequest, from: number): void {
  if (!core.answers.add(from, request)) reject(core);
}

/** Answers what may be answered now; call at the end of every step. */
export function answerRequests(core: Core): void {
  for (let next = core.answers.take(core.nowMs); next !== null; ) {
    const { to, request } = next;
    const answer = answerTo(core, request);
    const bytes = answer.blocks.reduce((sum, block) => sum + blockSizeBytes(block), 0);
    core.answers.answered(to, bytes + (answer.windows?.length ?? 0), core.nowMs);
    core.outbox.send(to, answer);
    next = core.answers.take(core.nowMs);
  }
}

function answerTo(core: Core, { executedSlot, wantsSnapshot }: LogRequest): LogAnswer {
  const { droppedSlot } = core.log;
  const part: LogPart | null = core.log.partAbove(executedSlot, logLimits);
  const snapshot = core.log.snapshotAt(core.stable.slot);
  const answer = { kind: 'log-answer', executedSlot, droppedSlot } as const;
  if (part !== null) return { ...answer, ...part, windows: null };
  const nothing = { ...answer, certificate: null, ids: [], blocks: [], windows: null };
  if (!wantsSnapshot || snapshot === undefined || executedSlot >= droppedSlot) return nothing;
  return { ...nothing, certificate: core.stable, windows: snapshot.windows };
}

/** The log this replica asked for: proven by a checkpoint, whoever sent it. */
export function onLogAnswer(core: Core, answer: LogAnswer, from: number): void {
  if (!core.fetching.answered(from, answer.executedSlot)) {
    reject(core);
    return;
  }
  const { certificate, droppedSlot } = answer;
  if (certificate === null) {
    if (droppedSlot > core.log.executedSlot) core.fetching.hasDropped(from);
    core.fetching.refused(core.nowMs, core.fetching.isOutOfWindow ? 0 : core.retryMs / 4);
    return;
  }
  const proven = core.statements.provenStable(certificate);
  if (proven === null) {
    offend(core, from);
    return;
  }
  const before = core.log.executedSlot;
  const isTrue =
    answer.windows === null
      ? takePart(core, { ...answer, certificate: proven })
      : takeSnapshot(core, { certificate: proven, windows: answer.windows });
  if (!isTrue) offend(core, from);
  if (core.log.executedSlot === before) return;
  core.fetching.helped();
  execute(core);
}

/**
 * The ids, chained on to this replica's own log, must lead to the digest that a quorum signed:
 * then each of them is true, and each block is the one of its id or none.
 */
function takePart(core: Core, { certificate, ids, blocks }: LogPart): boolean {
  const { executedSlot } = core.log;
  if (certificate.slot !== executedSlot + ids.length || blocks.length > ids.length) return false;
  let digest: Uint8Array = Buffer.from(core.logDigest, 'hex');
  for (const id of ids) digest = core.crypto.hash(digest, Buffer.from(id, 'hex'));
  if (toHex(digest) !== certificate.logDigest) return false;
  adoptStable(core, certificate);
  for (const [index, block] of blocks.entries()) {
    const isTrue = block.id === ids[index] && block.slot === executedSlot + 1 + index;
    if (!isTrue || core.hasher.id(block) !== block.id) return false;
    deliver(core, block);
  }
  return true;
}

/** Nothing below the checkpoint is known to this replica then, nor was it ever committed by it. */
function takeSnapshot(
  core: Core,
  { certificate, windows }: { certificate: LogPart['certificate']; windows: Uint8Array },
): boolean {
  const { slot, logDigest, windowsDigest } = certificate;
  if (slot <= core.log.executedSlot || !core.fetching.isOutOfWindow) return false;
  if (toHex(core.crypto.hash(windows)) !== windowsDigest) return false;
  const kept = new Uint8Array(windows);
  core.mempool.adoptCommitted(kept);
  core.log.restart({ slot, logDigest, windows: kept, windowsDigest });
  core.logDigest = logDigest;
  core.lastProgressMs = core.nowMs;
  core.log.noteCertificate(certificate);
  adoptStable(core, certificate);
  return true;
}

