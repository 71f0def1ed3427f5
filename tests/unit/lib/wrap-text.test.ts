import { describe, expect, it } from '@jest/globals';
import { wrapText } from '../../../controller/src/lib/wrap-text.ts';

describe('wrapText', () => {
  it('breaks at spaces and indents what follows', () => {
    expect(wrapText('one two three four', 9, '  ')).toBe('one two\n  three\n  four');
  });

  it('keeps line breaks, leading spaces and words longer than a line', () => {
    expect(wrapText('  a\nlongerthanthewidth b', 6)).toBe('  a\nlongerthanthewidth\nb');
  });
});
