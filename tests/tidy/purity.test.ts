import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

/** Import rules are dependency-cruiser's; globals need no import, so they are looked for here. */
const pureRooms = [
  'node-image/src/engine',
  'node-image/src/codec',
  'node-image/src/byzantine',
  'controller/src/plan',
  'controller/src/judge',
  'controller/src/analyse',
  'controller/src/report',
  'controller/src/model',
  'controller/src/serve/page/logic',
];
const impure =
  /\b(Date\.now\(|new Date\(\)|Math\.random\(|performance\.|setTimeout\(|setInterval\(|setImmediate\(|process\.|console\.|fetch\()/;
/** Everywhere else in the controller, time comes from the clock that was passed in. */
const clockRooms = ['deploy', 'load', 'run', 'config', 'control'].map(
  (room) => `controller/src/${room}`,
);
const ownClock = /\b(Date\.now\(|new Date\(\)|setInterval\()/;

function offences(rooms: readonly string[], pattern: RegExp): string[] {
  return rooms
    .flatMap((room) => globSync(`${room}/**/*.ts`))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .map((line, index) => ({ line, where: `${file}:${index + 1}` }))
        .filter(({ line }) => !/^\s*(\/\/|\*|\/\*)/.test(line) && pattern.test(line))
        .map(({ line, where }) => `${where}: ${line.trim()}`),
    );
}

describe('rooms without effects', () => {
  it('read no clock, no chance, no environment', () => {
    expect(offences(pureRooms, impure)).toEqual([]);
  });

  it('take time from the clock they are given, even where IO is allowed', () => {
    expect(offences(clockRooms, ownClock)).toEqual([]);
  });
});
