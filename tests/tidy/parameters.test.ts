import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it, jest } from '@jest/globals';
import ts from 'typescript';

/** Every source file is parsed. */
jest.setTimeout(60_000);

const PARAMETERS_MAX = 4;
const mayTakeMore: ReadonlySet<string> = new Set([
  // Stands in for a class of a library, which is called like that.
  'node-image/src/shell/transport/lazy-chacha.ts: open',
]);

/** @returns the names of functions, methods and signatures of this source with too many parameters */
function offencesOf(source: string): string[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && node.parameters.length > PARAMETERS_MAX) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      found.push(node.name?.getText(file) ?? `line ${line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

describe('functions', () => {
  it('take at most four parameters: what belongs together is a value', () => {
    const files = globSync('{controller,node-image}/src/**/*.ts');
    expect(files.length).toBeGreaterThan(500);
    const offences = files.flatMap((path) =>
      offencesOf(readFileSync(path, 'utf8')).map((name) => `${path}: ${name}`),
    );
    expect(offences.filter((offence) => !mayTakeMore.has(offence))).toEqual([]);
    expect([...mayTakeMore].filter((exempt) => !offences.includes(exempt))).toEqual([]);
  });

  it.each([
    ['function f(a, b, c, d, e) {}', ['f']],
    ['const f = (a, b, c, d, { e }) => 1;', ['line 1']],
    ['class C { constructor(a, b, c, d, e?) {} m(...all) {} }', ['line 1']],
    ['interface I { m(a: 1, b: 1, c: 1, d: 1, e?: 1): void }', ['m']],
    ['function f(a, b, c, d) {}', []],
  ])('are counted: %s', (source, expected) => {
    expect(offencesOf(source)).toEqual(expected);
  });
});
