import { describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import { malformedChanges } from './malformed-changes.ts';
import { malformedNetworks } from './malformed-networks.ts';
import { malformedPlacements } from './malformed-placements.ts';
import { malformedTimelines } from './malformed-timeline.ts';

const all = [
  ...malformedNetworks,
  ...malformedChanges,
  ...malformedPlacements,
  ...malformedTimelines,
];

interface FlatProblem {
  readonly code: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly suggestion?: string;
}

function refusal(text: string): TestbedError {
  try {
    parseScenario({ file: 'a.yaml', text });
  } catch (error) {
    if (error instanceof TestbedError) return error;
    throw error;
  }
  throw new Error('the scenario was accepted');
}

describe('parseScenario on malformed networks', () => {
  it('is shown more than a hundred different mistakes', () => {
    expect(all.length).toBeGreaterThanOrEqual(140);
    expect(new Set(all.map(({ text }) => text)).size).toBe(all.length);
  });

  it.each(all.map((one) => [one.title, one] as const))('explains %s', (_title, one) => {
    const error = refusal(one.text);
    const found = error.details.problems as readonly FlatProblem[]; // shape asserted below
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).not.toMatch(/\n\s+at |undefined|\[object/);
    const widest = Math.max(...error.message.split('\n').map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(80);
    expect(
      found.map(({ code, line, column, suggestion }) => [`${code} ${line}:${column}`, suggestion]),
    ).toEqual(one.problems.map(([position, , suggestion]) => [position, suggestion]));
    for (const [index, [, says]] of one.problems.entries()) {
      expect(found[index]?.message).toContain(says);
    }
  });
});
