import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

/** Rooms that are handed a plan: what holds in a cell is in the cell (model/plan.ts). */
const roomsBelow = [
  ...['runtime', 'control', 'deploy', 'shape', 'verify', 'load', 'observe', 'faults', 'conform'],
  ...['run', 'judge', 'ledger', 'store', 'analyse', 'report'],
];
/** What belongs to the run and cannot be varied. */
const ofTheRun = ['name', 'description', 'seed', 'repetitions', 'runtime', 'thresholds'];
const mayPrint: ReadonlySet<string> = new Set([
  // The scenario as it was asked for stands with the run.
  'controller/src/store/postgres/write-run.ts',
  // Completes what older testbeds stored in the scenario alone.
  'controller/src/store/codec/older-records.ts',
]);

const member = new RegExp(`\\bscenario\\.(?!(${ofTheRun.join('|')})\\b)\\w+`, 'g');
const taken = /\{([^{}]*)\} = [\w.]*\bscenario;/g;
const whole = /\bscenario\b(?![.\w'`-])/g;
/** `scenario }` of a destructured plan, `= plan.scenario;`, and the printing of all of it. */
const allowedWhole =
  /\{[^{}]*\bscenario\b[^{}]*\} = [\w.]*plan;|\} = [\w.]*scenario;|formatJson\([\w.]*scenario\)/g;

function offencesOf(file: string): string[] {
  const code = readFileSync(file, 'utf8')
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
  const names = [...code.matchAll(taken)].flatMap(([, list = '']) =>
    list.split(',').map((name) => name.split(':')[0]?.trim() ?? ''),
  );
  const members = [...code.matchAll(member)].map(([text]) => text);
  const others = [...code.replace(allowedWhole, '').matchAll(whole)].map(([text]) => text);
  return [
    ...names.filter((name) => name !== '' && !ofTheRun.includes(name)),
    ...members,
    ...others,
  ];
}

describe('below plan/', () => {
  it('nobody reads the scenario of a plan but for what belongs to the run', () => {
    const files = roomsBelow.flatMap((room) => globSync(`controller/src/${room}/**/*.ts`));
    expect(files.length).toBeGreaterThan(150);
    const offences = files
      .filter((file) => !mayPrint.has(file))
      .flatMap((file) => offencesOf(file).map((what) => `${file}: ${what}`));
    expect(offences).toEqual([]);
  });
});
