import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { knownProtocols } from '../../node-image/src/contract/index.ts';

const names = knownProtocols.map(({ name }) => name);
/** A protocol is named in its own folder and in the registry; shared documentation may name peers. */
const knows = new RegExp(`^node-image/src/engine/((${names.join('|')})/|registry\\.ts$)`);
const quoted = new RegExp(`['"\`](?:${names.join('|')})['"\`]`, 'g');

function namesIn(source: string): string[] {
  return [...source.matchAll(quoted)].map(([text]) => text);
}

describe('the name of a protocol', () => {
  it('is said in its folder and in the registry, and nowhere else', () => {
    const files = globSync('{controller,node-image}/src/**/*.{ts,tsx}').filter(
      (file) => !knows.test(file),
    );
    expect(files.length).toBeGreaterThan(500);
    const offences = files.flatMap((file) =>
      namesIn(readFileSync(file, 'utf8')).map((text) => `${file}: ${text}`),
    );
    expect(offences).toEqual([]);
  });

  it('is found wherever a program says it', () => {
    const [name] = names;
    expect(namesIn(`if (protocol === '${name}') return;`)).toHaveLength(1);
    expect(namesIn(`{ protocol: "${name}" }`)).toHaveLength(1);
  });
});
