import { describe, expect, it } from '@jest/globals';
import { retentionFor } from '../../../../node-image/src/shell/retention.ts';

const MIB = 1024 * 1024;

describe('retention', () => {
  it.each([
    [Infinity, 24_576, 4, { bytesMax: 128 * MIB, blocksMax: 16_384 }],
    [256, 24_576, 4, { bytesMax: 16 * MIB, blocksMax: 16_384 }],
    [256, 24_576, 50, { bytesMax: 16 * MIB, blocksMax: 1_677 }],
    [Infinity, 8_000, 50, { bytesMax: 10 * MIB, blocksMax: 1_048 }],
    [16, 24_576, 200, { bytesMax: 4 * MIB, blocksMax: 1_024 }],
  ])(
    'under a limit of %d MiB on a machine of %d MiB, among %d',
    (limit, machine, size, expected) => {
      const memory = { limitBytes: limit * MIB, machineBytes: machine * MIB };
      expect(retentionFor(memory, size)).toEqual(expected);
    },
  );
});
