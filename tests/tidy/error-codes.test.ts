import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { catalogue } from '../../controller/src/errors/catalogue.ts';

/** An error code that nothing throws is a promise nobody keeps; one without a test is a guess. */
const codes = Object.keys(catalogue);

/** Files without comments: `@throws` names a code and throws nothing. */
function read(pattern: string, except: readonly string[]): readonly string[] {
  return globSync(pattern)
    .filter((file) => !except.includes(file))
    .map((file) => readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ''));
}

function missingFrom(texts: readonly string[], quoted: (code: string) => RegExp): string[] {
  return codes.filter((code) => !texts.some((text) => quoted(code).test(text)));
}

describe('error codes', () => {
  it('are each used by the controller', () => {
    const source = read('controller/src/**/*.ts', ['controller/src/errors/catalogue.ts']);
    expect(source.length).toBeGreaterThan(50);
    expect(missingFrom(source, (code) => new RegExp(`'${code}'`))).toEqual([]);
  });

  it('are each named in at least one test', () => {
    const tests = read('tests/**/*.test.ts', ['tests/tidy/error-codes.test.ts']);
    expect(tests.length).toBeGreaterThan(50);
    expect(missingFrom(tests, (code) => new RegExp(`\\b${code}\\b`))).toEqual([]);
  });
});
