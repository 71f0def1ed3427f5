import { describe, expect, it } from '@jest/globals';
import { splitStreams } from '../../../../controller/src/runtime/docker/split-streams.ts';

function frame(stream: number, bytes: Buffer): Buffer {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

describe('splitStreams', () => {
  it('puts each stream together again, whatever bytes are in it', () => {
    const odd = Buffer.from([0, 1, 2, 255, 10, 1, 0, 0, 0, 0, 0, 0, 9]);
    const bytes = Buffer.concat([
      frame(1, odd),
      frame(2, Buffer.from('bad')),
      frame(1, Buffer.alloc(0)),
      frame(1, odd),
    ]);
    const { stdout, stderr } = splitStreams(bytes);
    expect(stdout).toEqual(Buffer.concat([odd, odd]));
    expect(stderr.toString()).toBe('bad');
  });

  it('takes what there is of a frame that was cut off', () => {
    const whole = frame(1, Buffer.from('abcdef'));
    expect(splitStreams(whole.subarray(0, 11)).stdout.toString()).toBe('abc');
    expect(splitStreams(whole.subarray(0, 5)).stdout).toHaveLength(0);
  });
});
