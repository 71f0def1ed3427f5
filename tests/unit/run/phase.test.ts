import { describe, expect, it } from '@jest/globals';
import { cut, inTurn, type Phase, whole } from '../../../controller/src/run/phase.ts';

const add =
  (name: string): Phase<readonly string[]> =>
  async (before) =>
    whole([...before, name]);
const fail = new Error('it broke');

describe('inTurn', () => {
  it('hands on what each phase has found', async () => {
    const before = ['a'];
    expect(await inTurn(add('b'), add('c'))(before)).toEqual(whole(['a', 'b', 'c']));
    expect(before).toEqual(['a']);
  });

  it('keeps what was found before a phase that throws, and skips those behind it', async () => {
    const throwing: Phase<readonly string[]> = async () => Promise.reject(fail);
    const ended = await inTurn(add('b'), throwing, add('d'))(['a']);
    expect(ended).toEqual(cut(['a', 'b'], fail));
  });

  it('keeps what a phase hands over that failed, also inside another', async () => {
    const failing: Phase<readonly string[]> = async (before) => cut([...before, 'half'], fail);
    const ended = await inTurn(add('b'), inTurn(add('c'), failing), add('d'))(['a']);
    expect(ended).toEqual(cut(['a', 'b', 'c', 'half'], fail));
  });

  it('tells a failure without an error from none', async () => {
    const odd: Phase<readonly string[]> = async () => Promise.reject(undefined);
    expect(await inTurn(odd)(['a'])).toEqual({ found: ['a'], failure: { error: undefined } });
  });
});
