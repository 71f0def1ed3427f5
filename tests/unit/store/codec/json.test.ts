import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeJson, encodeJson, reviveJson } from '../../../../controller/src/store/codec/json.ts';
import { decodeText, encodeText } from '../../../../controller/src/store/codec/text.ts';
import { awkwardNumbers, awkwardTexts } from '../../../fixtures/awkward-run.ts';

describe('encodeJson', () => {
  it('keeps dates, also those that are none', () => {
    const [date, none] = decodeJson(encodeJson([new Date(5), new Date(Number.NaN)])) as Date[];
    expect(date).toEqual(new Date(5));
    expect(none?.getTime()).toBeNaN();
  });

  it('keeps every number', () => {
    const back = decodeJson(encodeJson(awkwardNumbers));
    expect(back).toStrictEqual(awkwardNumbers);
  });

  it('keeps typed arrays, views of larger buffers included', () => {
    const large = new Float64Array([1, Number.NaN, -0, 4]);
    const view = large.subarray(1, 3);
    expect(decodeJson(encodeJson({ view, whole: new Int32Array([-1, 2]) }))).toStrictEqual({
      view: new Float64Array([Number.NaN, -0]),
      whole: new Int32Array([-1, 2]),
    });
  });

  it('drops members that are undefined, as JSON does', () => {
    expect(decodeJson(encodeJson({ a: undefined, b: 1 }))).toStrictEqual({ b: 1 });
  });

  it('is not fooled by data that looks like its own tags', () => {
    const value = { $date: 'x', $number: ['NaN'], nested: { $: { $entries: [] } } };
    expect(decodeJson(encodeJson(value))).toStrictEqual(value);
  });

  it('does not touch prototypes', () => {
    const value = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}');
    const back = decodeJson(encodeJson(value));
    expect(Object.keys(back as object)).toEqual(['__proto__', 'a']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('comes back whole for any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(decodeJson(encodeJson(value))).toEqual(value);
      }),
    );
  });

  it('makes text that jsonb accepts if texts are encoded', () => {
    const encoded = encodeJson({ texts: awkwardTexts }, { text: encodeText });
    expect(encoded).not.toMatch(/\\u0000|\\ud[89a-f]/);
    const parsed: unknown = JSON.parse(encoded);
    expect(reviveJson(parsed, { text: decodeText })).toEqual({ texts: awkwardTexts });
  });

  it('refuses what a record never holds', () => {
    expect(() => encodeJson({ call: () => 1 })).toThrow(TypeError);
    expect(() => decodeJson('{"$unknown": 1}')).toThrow(TypeError);
  });
});
