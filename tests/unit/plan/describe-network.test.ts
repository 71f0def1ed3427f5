import { describe, expect, it } from '@jest/globals';
import type { Cell, Plan } from '../../../controller/src/model/plan.ts';
import {
  describeMeasured,
  describeTolerance,
} from '../../../controller/src/plan/describe-check.ts';
import { describeNetworks } from '../../../controller/src/plan/describe-network.ts';
import { generateShapedRun } from '../../fixtures/shaped-run.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const small = { measureMs: 1000, repetitions: 1, rateTxPerSec: 10 };
const plan = generateShapedRun(small).run.plan;

/** The same plan with the network of one region. */
function oneRegion(title: string): Plan {
  const cells = plan.cells.map(
    ({ network, ...cell }): Cell => ({
      ...cell,
      settings: { ...cell.settings, network: { title } },
      network: {
        ...network,
        regions: network.regions.slice(0, 1),
        initial: {
          links: network.initial.links.slice(1, 2).map((one) => ({ ...one, to: 0 })),
          cuts: [],
        },
      },
    }),
  );
  return { ...plan, cells };
}

describe('describeNetwork', () => {
  it('counts the nodes of each region at the largest size', () => {
    expect(describeNetworks(plan)).toBe(
      'regions: eu-west 3, us-east 3, us-west 2, asia 2, brazil 2',
    );
  });

  it('says that it changes', () => {
    const { run } = generateShapedRun({ ...small, withChanges: true });
    expect(describeNetworks(run.plan)).toMatch(/, changing$/);
  });

  it('names a profile, and spells a custom one out', () => {
    expect(describeNetworks(oneRegion('wan'))).toBe('wan');
    expect(describeNetworks(oneRegion('custom'))).toBe('custom: 72-88 ms, 0.1 % loss');
  });

  it('cuts a long list of regions', () => {
    const cells = plan.cells.map((cell) => ({
      ...cell,
      network: {
        ...cell.network,
        regions: [...cell.network.regions, ...cell.network.regions],
      },
    }));
    expect(describeNetworks({ ...plan, cells })).toMatch(/eu-west 3, 4 more$/);
  });

  it('is empty for an unshaped one', () => {
    expect(describeNetworks(generateStoredRun(small).run.plan)).toBe('');
    expect(describeNetworks({ ...plan, cells: [] })).toBe('');
  });
});

describe('a check in words', () => {
  it.each([
    ['rtt-median', 80.44, '80.4 ms'],
    ['rtt-range', 0.953, '95.3 %'],
    ['loss', 0.00123, '0.123 %'],
    ['rate', 49.1e6, '49.1 Mbit/s'],
  ] as const)('gives %s with its unit', (quantity, value, text) => {
    expect(describeMeasured(quantity, value)).toBe(text);
  });

  it.each([
    ['rtt-median', 77.6, 82.4, '77.6 to 82.4 ms'],
    ['rtt-median', 0, 1, 'at most 1 ms'],
    ['rtt-range', 0.9, 1, 'at least 90 %'],
    ['loss', 0, 0.006, 'at most 0.6 %'],
    ['loss', 0.001, 0.006, '0.1 to 0.6 %'],
    ['loss', 0, 1, 'anything'],
    ['rate', 950e3, 1.05e6, '950 kbit/s to 1.05 Mbit/s'],
    ['rate', 9.5e6, Number.POSITIVE_INFINITY, 'at least 9.5 Mbit/s'],
  ] as const)('says what passes of %s from %d to %d', (quantity, low, high, text) => {
    expect(describeTolerance(quantity, { low, high })).toBe(text);
  });
});
