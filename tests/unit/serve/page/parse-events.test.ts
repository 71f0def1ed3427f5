import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createEventParser } from '../../../../controller/src/serve/page/logic/parse-events.ts';

const stream =
  'id: 1\nevent: snapshot\ndata: {"a":1}\n\n: heartbeat\n\nid: 2\r\nevent: update\r\ndata: x: y\r\ndata: z\r\n\r\ndata: plain\n\n';

describe('createEventParser', () => {
  it('gives the same messages wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const parser = createEventParser();
        const messages = places.flatMap((from, index) =>
          parser.push(stream.slice(from, places[index + 1] ?? from)),
        );
        expect(messages).toEqual([
          { event: 'snapshot', data: '{"a":1}' },
          { event: 'update', data: 'x: y\nz' },
          { event: 'message', data: 'plain' },
        ]);
        expect(parser.lastEventId()).toBe('2');
      }),
    );
  });

  it('has not seen a message that is not whole', () => {
    const parser = createEventParser();
    expect(parser.push('id: 7\ndata: half')).toEqual([]);
    expect(parser.lastEventId()).toBe('');
  });
});
