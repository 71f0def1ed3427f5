import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeText, encodeText } from '../../../../controller/src/store/codec/text.ts';
import { awkwardTexts } from '../../../fixtures/awkward-run.ts';

describe('encodeText', () => {
  it('leaves ordinary text as it is', () => {
    expect(encodeText('Grüße, 你好, 😀\t\\')).toBe('Grüße, 你好, 😀\t\\');
  });

  it('replaces what Postgres cannot hold', () => {
    expect(encodeText('a\0b')).toBe('a\u241b0b');
    expect(encodeText('\ud800')).toBe('\u241bud800');
  });

  it.each(awkwardTexts.map((text) => [text]))('comes back whole: %j', (text) => {
    expect(decodeText(encodeText(text))).toBe(text);
  });

  it('comes back whole, well-formed and without zero bytes, for any UTF-16 text', () => {
    const unit = fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.constantFrom(0, 0x241b, 0x30, 0x75, 0xd800, 0xdc00),
    );
    const anyText = fc.array(unit).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(anyText, (text) => {
        const encoded = encodeText(text);
        expect(encoded.isWellFormed()).toBe(true);
        expect(encoded.includes('\0')).toBe(false);
        expect(decodeText(encoded)).toBe(text);
      }),
    );
  });
});
