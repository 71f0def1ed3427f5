import { describe, expect, it } from '@jest/globals';
import { ExecutedLog, logLimits } from '../../../../../node-image/src/engine/pbft/log.ts';
import { genesis } from '../../../../../node-image/src/engine/pbft/messages.ts';

function filled(slots: number, blocksMax: number): ExecutedLog {
  const log = new ExecutedLog({ blocksMax, bytesMax: 2 ** 30 });
  for (let slot = 1; slot <= slots; slot++) {
    log.append({
      id: `id ${slot}`,
      slot,
      view: 0,
      author: 0,
      createdUnixMs: 0,
      transactions: [new Uint8Array(100)],
    });
  }
  return log;
}

describe('the executed log', () => {
  it('answers up to the next checkpoint that is proven, with as many blocks as fit', () => {
    const log = filled(20, 1_000);
    // Whoever catches up learns of the newest one first.
    for (const slot of [16, 8, 12]) log.noteCertificate({ ...genesis, slot });
    const part = log.partAbove(8, { ...logLimits, blocksMax: 3 });
    expect(part?.certificate.slot).toBe(12);
    expect(part?.ids).toEqual(['id 9', 'id 10', 'id 11', 'id 12']);
    expect(part?.blocks.map(({ slot }) => slot)).toEqual([9, 10, 11]);
    expect(log.partAbove(3, { ...logLimits, bytesMax: 1 })?.blocks).toHaveLength(1);
    expect(log.partAbove(16, logLimits)).toBeNull();
  });

  it('answers nothing about what it has dropped, or not executed yet', () => {
    const log = filled(20, 10);
    for (const slot of [8, 16, 24]) log.noteCertificate({ ...genesis, slot });
    expect(log.droppedSlot).toBe(10);
    expect(log.partAbove(9, logLimits)).toBeNull();
    expect(log.partAbove(10, logLimits)?.certificate.slot).toBe(16);
    expect(log.partAbove(16, logLimits)).toBeNull();
  });

  it('goes on from a snapshot', () => {
    const log = filled(4, 10);
    const windows = new Uint8Array(0);
    log.restart({ slot: 64, logDigest: 'ab', windows, windowsDigest: 'cd' });
    expect(log.executedSlot).toBe(64);
    expect(log.droppedSlot).toBe(64);
    expect(log.blockAt(4)).toBeUndefined();
    expect(log.snapshotAt(64)?.logDigest).toBe('ab');
    log.dropSnapshotsBelow(65);
    expect(log.snapshotAt(64)).toBeUndefined();
  });

  it('executes nothing twice and leaves nothing out', () => {
    const log = filled(2, 10);
    const block = log.blockAt(2);
    if (block === undefined) throw new Error('no block');
    expect(() => log.append(block)).toThrow(/out of turn/);
    expect(() => log.append({ ...block, slot: 4 })).toThrow(/out of turn/);
  });
});
