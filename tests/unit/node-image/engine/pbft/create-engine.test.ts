import { describe, expect, it } from '@jest/globals';
import { createPbftEngine } from '../../../../../node-image/src/engine/pbft/create-engine.ts';
import type { Crypto } from '../../../../../node-image/src/engine/seam/crypto.ts';
import { createCheapKeyring } from '../../../../sim/keyring.ts';

function create(committeeSize: number, checkpointSlots: number, signatureBytes: number): void {
  const cheap = createCheapKeyring(1, 1).forMember(0);
  const crypto: Crypto = { ...cheap, sign: () => new Uint8Array(signatureBytes) };
  const parameters = {
    protocol: 'pbft' as const,
    baseTimeoutMs: 1_000,
    batchTxMax: 100,
    batchBytesMax: 65_536,
    batchAgeMsMax: 2,
    mempoolTxMax: 1_000,
    auth: 'channel' as const,
    slotsInFlight: 2,
    checkpointSlots,
  };
  const retention = { blocksMax: 10, bytesMax: 1e6 };
  const rest = { chainId: 'c', selfIndex: 0, restored: null, peerChoiceSeed: 1, retention };
  createPbftEngine({ ...rest, committeeSize, parameters }, { crypto });
}

describe('createPbftEngine', () => {
  it('takes no committee whose change of view could be too large for a message, and says what would do', () => {
    create(100, 16, 64);
    create(16, 16, 2_420);
    expect(() => create(200, 16, 64)).toThrow(/checkpointSlots 6 would fit/);
    create(200, 6, 64);
    expect(() => create(31, 16, 4_627)).toThrow(/members with signatures of 4627 bytes/);
    expect(() => create(1_000, 1, 64)).toThrow(/no checkpointSlots would fit/);
  });
});
