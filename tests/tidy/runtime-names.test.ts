import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { runtimeKinds } from '../../controller/src/model/runtime-traits.ts';

/** Who may know which runtime it is: itself, and the table that says what each is and can do. */
const knows = /^controller\/src\/(runtime\/(docker|process)\/|model\/runtime-traits\.ts$)/;

const name = `['"](?:${runtimeKinds.join('|')})['"]`;
const comparison = new RegExp(`(?:[!=]==?|\\bcase)\\s*${name}|${name}\\s*[!=]==?`, 'g');

function comparisonsIn(source: string): string[] {
  return [...source.matchAll(comparison)].map(([text]) => text);
}

describe('the name of a runtime', () => {
  it('is compared with nowhere: what a runtime is and can do is in model/runtime-traits', () => {
    const files = globSync('controller/src/**/*.ts').filter((file) => !knows.test(file));
    expect(files.length).toBeGreaterThan(400);
    const offences = files.flatMap((file) =>
      comparisonsIn(readFileSync(file, 'utf8')).map((text) => `${file}: ${text}`),
    );
    expect(offences).toEqual([]);
  });

  it.each([
    "if (runtime === 'docker') return;",
    "runtime !== 'process' ? 1 : 2",
    "'docker' === kind",
    "switch (kind) { case 'process': }",
  ])('is found in %s', (source) => {
    expect(comparisonsIn(source)).toHaveLength(1);
  });

  it('may be said', () => {
    expect(comparisonsIn("const kind: RuntimeKind = 'docker'; list.hold('process', what)")).toEqual(
      [],
    );
  });
});
