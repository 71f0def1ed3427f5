import { describe, expect, it } from '@jest/globals';
import { demultiplexLog } from '../../../../controller/src/runtime/docker/demultiplex-log.ts';

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

describe('demultiplexLog', () => {
  it('joins both streams in the order of writing', () => {
    const bytes = Buffer.concat([frame(1, 'out\n'), frame(2, 'err ü\n'), frame(1, 'more\n')]);
    expect(demultiplexLog(bytes)).toBe('out\nerr ü\nmore\n');
  });

  it('gives what there is of a frame that was cut', () => {
    expect(demultiplexLog(frame(1, 'whole line\n').subarray(0, 13))).toBe('whole');
  });

  it('leaves plain text alone', () => {
    expect(demultiplexLog(Buffer.from('a plain line from a terminal\n'))).toBe(
      'a plain line from a terminal\n',
    );
    expect(demultiplexLog(Buffer.alloc(0))).toBe('');
  });
});
