import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  clientOfKey,
  clientsMax,
  sequenceLimit,
  sequenceOfKey,
  transactionBytesMin,
  transactionKey,
  writeTransactionHeader,
} from '../../../../../node-image/src/engine/shared/transaction.ts';

describe('transaction', () => {
  it('has a key from which client and sequence come back exactly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: clientsMax - 1 }),
        fc.integer({ min: 0, max: sequenceLimit - 1 }),
        (client, sequence) => {
          const bytes = new Uint8Array(transactionBytesMin);
          writeTransactionHeader(bytes, { intendedNs: 2n ** 63n, client, sequence });
          const key = transactionKey(bytes);
          expect([clientOfKey(key), sequenceOfKey(key)]).toEqual([client, sequence]);
        },
      ),
    );
  });

  it('is malformed when too short, or of a client or number beyond the limits', () => {
    expect(transactionKey(new Uint8Array(transactionBytesMin - 1))).toBe(-1);
    const foreign = new Uint8Array(transactionBytesMin);
    writeTransactionHeader(foreign, { intendedNs: 0n, client: clientsMax, sequence: 1 });
    expect(transactionKey(foreign)).toBe(-1);
    const late = new Uint8Array(transactionBytesMin);
    writeTransactionHeader(late, { intendedNs: 0n, client: 1, sequence: sequenceLimit });
    expect(transactionKey(late)).toBe(-1);
  });
});
