import { globSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { reasonCodes } from '../../controller/src/model/reason-kinds.ts';

const home = 'controller/src/model/reason-kinds.ts';

/** Words that say something else besides: kinds of headlines, of steadiness, a name of a limit. */
const alsoOtherWords: ReadonlySet<string> = new Set([
  reasonCodes.safetyViolation,
  reasonCodes.hostLimited,
  reasonCodes.unsteady,
  reasonCodes.steal,
]);

it('spells every code of a verdict in one place', () => {
  const codes = Object.values(reasonCodes).filter((code) => !alsoOtherWords.has(code));
  const spelled = globSync('controller/src/**/*.ts')
    .filter((file) => file !== home)
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      return codes.filter((code) => text.includes(`'${code}'`)).map((code) => `${file}: ${code}`);
    });
  expect(spelled).toEqual([]);
  expect(codes.length).toBeGreaterThan(30);
});
