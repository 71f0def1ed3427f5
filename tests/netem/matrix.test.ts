import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHome, type TestHome } from '../fixtures/e2e-testbed.ts';
import { toleranceMs } from './containers.ts';
import { type Verification, verifyNet } from './verification.ts';

const regions = ['oslo', 'rome', 'lima', 'kyiv', 'doha'];
const nodeCounts = [2, 2, 2, 1, 1];
/** Each direction as the scenario asks for it: a ping sees half of one and half of the other. */
const there = [
  [2, 20, 45, 80, 110],
  [30, 2, 150, 95, 60],
  [45, 150, 2, 210, 125],
  [90, 95, 210, 2, 70],
  [110, 60, 125, 70, 2],
];

let home: TestHome;
let found: Verification;
beforeAll(async () => {
  home = await createHome();
  found = await verifyNet(home, scenario());
}, 180_000);
afterAll(() => home.remove(), 60_000);

test('a matrix of five regions with eight nodes passes its own verification', () => {
  expect(found).toMatchObject({ isWithin: true, code: 0, shaper: 'netem' });
});

test('every pair of regions has the round trip of the matrix', () => {
  const pairs = regions.flatMap((from, row) =>
    regions.flatMap((to, column) =>
      column > row || (column === row && nodeCounts[row] !== 1)
        ? [{ from, to, askedMs: (at(row, column) + at(column, row)) / 2 }]
        : [],
    ),
  );
  expect(pairs).toHaveLength(13);
  const off = pairs.flatMap(({ from, to, askedMs }) => {
    const check = found.checks.find(
      ({ fromRegion, toRegion, quantity }) =>
        quantity === 'rtt-median' && fromRegion === from && toRegion === to,
    );
    const medianMs = check?.measured ?? Number.POSITIVE_INFINITY;
    return Math.abs(medianMs - askedMs) <= toleranceMs(askedMs)
      ? []
      : [`${from}-${to}: ${medianMs} ms instead of ${askedMs}`];
  });
  expect(off).toEqual([]);
});

test('every direction between two regions carries its rate to within 5 %', () => {
  const rates = found.checks.filter(({ quantity }) => quantity === 'rate');
  expect(rates).toHaveLength(20);
  for (const { measured } of rates) {
    expect(Math.abs((measured ?? 0) / 10e6 - 1)).toBeLessThanOrEqual(0.05);
  }
});

/** Under 10 s on the one emulated core of a quiet laboratory, 13 s seen on a busy one. */
test('all pairs of regions are measured side by side', () => {
  expect(found.verifiedMs).toBeLessThan(20_000);
});

function at(row: number, column: number): number {
  return there[row]?.[column] ?? Number.NaN;
}

function scenario(): string {
  const rows = regions.map((from, row) => {
    const cells = regions.flatMap((to, column) =>
      row === column ? [] : [`${to}: ${at(row, column)}ms`],
    );
    return `    ${from}: { ${cells.join(', ')} }`;
  });
  return `
name: matrix
nodes: [8]
runtime: docker
shaper: netem
resources: { cpus: none, memory: 192MiB }
network:
  regions: { ${regions.map((name, row) => `${name}: ${nodeCounts[row]}`).join(', ')} }
  within: 2ms
  between: { rate: 10Mbit }
  matrix:
${rows.join('\n')}
phases: { ready: 180s }
`;
}
