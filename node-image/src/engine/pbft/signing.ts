import { writeUint32, writeUint64 } from '../shared/bytes.ts';
import { extendedBy, signedPrefix } from '../shared/signed-statement.ts';
import type { Checkpoint, SlotProposal, ViewChangeStatement } from './messages.ts';

/**
 * The exact bytes that are signed and hashed; what every string starts with is in
 * shared/signed-statement.ts. Kinds: P pre-prepare, R prepare, C commit, K checkpoint,
 * W view change, N new view, B block. Integers are big-endian.
 */
const protocol = 'prsm-testbed/pbft/1';

/** One member's word about one block in one slot of one view. */
export interface SlotStatement {
  readonly view: number;
  readonly slot: number;
  readonly id: string;
}

export interface Signing {
  /** kind | view u64 | slot u64 | block id */
  slot(kind: 'P' | 'R' | 'C', statement: SlotStatement): Uint8Array;
  /** 'K' | slot u64 | log digest | windows digest */
  checkpoint(checkpoint: Checkpoint): Uint8Array;
  /**
   * 'W' | view u64 | hash of what it vouches for: the stable checkpoint's slot and digests, then
   * slot, view and block id of each prepared certificate. Not their signatures: one valid proof of
   * a statement is as good as another.
   */
  viewChange(statement: Omit<ViewChangeStatement, 'signature' | 'member'>): Uint8Array;
  /** 'N' | view u64 | hash of members and contents of the statements, then of the proposals */
  newView(
    view: number,
    statements: readonly ViewChangeStatement[],
    proposals: readonly Pick<SlotProposal, 'slot' | 'id'>[],
  ): Uint8Array;
  /** What a block's hashed header starts with ('B'). */
  readonly blockPrefix: Uint8Array;
}

type Hash = (...parts: readonly Uint8Array[]) => Uint8Array;

export function createSigning(chainId: string, hash: Hash): Signing {
  const prefix = (kind: string): Uint8Array => signedPrefix({ protocol, chainId }, kind);
  const slotPrefixes = { P: prefix('P'), R: prefix('R'), C: prefix('C') };
  const checkpointPrefix = prefix('K');
  const viewChangePrefix = prefix('W');
  const newViewPrefix = prefix('N');
  // A quorum of signatures is checked over the same bytes: they are built once.
  const last: Record<string, { of: SlotStatement; bytes: Uint8Array } | undefined> = {};
  const viewChange: Signing['viewChange'] = (statement) =>
    withHash(viewChangePrefix, statement.view, hash(contentOf(statement)));
  return {
    slot: (kind, of) => {
      const held = last[kind];
      if (held !== undefined && isSame(held.of, of)) return held.bytes;
      const bytes = slotBytes(slotPrefixes[kind], of);
      last[kind] = { of, bytes };
      return bytes;
    },
    checkpoint: (checkpoint) => {
      const bytes = extendedBy(checkpointPrefix, 72);
      writeCheckpoint(bytes, checkpointPrefix.length, checkpoint);
      return bytes;
    },
    viewChange,
    newView: (view, statements, proposals) => {
      const parts = statements.flatMap((each) => [number32(each.member), viewChange(each)]);
      for (const each of proposals) parts.push(slotBytes(number32(0), { ...each, view }));
      return withHash(newViewPrefix, view, hash(Buffer.concat(parts)));
    },
    blockPrefix: prefix('B'),
  };
}

function isSame(a: SlotStatement, b: SlotStatement): boolean {
  return a.slot === b.slot && a.view === b.view && a.id === b.id;
}

function slotBytes(prefix: Uint8Array, { view, slot, id }: SlotStatement): Uint8Array {
  const bytes = extendedBy(prefix, 48);
  writeUint64(bytes, prefix.length, view);
  writeUint64(bytes, prefix.length + 8, slot);
  bytes.set(Buffer.from(id, 'hex'), prefix.length + 16);
  return bytes;
}

function contentOf({ stable, prepared }: Pick<ViewChangeStatement, 'stable' | 'prepared'>) {
  const bytes = new Uint8Array(72 + 48 * prepared.length);
  writeCheckpoint(bytes, 0, stable);
  let at = 72;
  for (const { slot, view, id } of prepared) {
    writeUint64(bytes, at, slot);
    writeUint64(bytes, at + 8, view);
    bytes.set(Buffer.from(id, 'hex'), at + 16);
    at += 48;
  }
  return bytes;
}

function writeCheckpoint(bytes: Uint8Array, at: number, checkpoint: Checkpoint): void {
  writeUint64(bytes, at, checkpoint.slot);
  bytes.set(Buffer.from(checkpoint.logDigest, 'hex'), at + 8);
  bytes.set(Buffer.from(checkpoint.windowsDigest, 'hex'), at + 40);
}

function withHash(prefix: Uint8Array, view: number, digest: Uint8Array): Uint8Array {
  const bytes = extendedBy(prefix, 8 + digest.length);
  writeUint64(bytes, prefix.length, view);
  bytes.set(digest, prefix.length + 8);
  return bytes;
}

function number32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  writeUint32(bytes, 0, value);
  return bytes;
}
