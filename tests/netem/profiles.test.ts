import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHome, type TestHome } from '../fixtures/e2e-testbed.ts';
import { toleranceMs } from './containers.ts';
import { type Check, isInsideBinomial, type Verification, verifyNet } from './verification.ts';

/** As the project's seed document states them: round trips, and loss per packet and direction. */
const profiles = [
  { name: 'ideal', lowMs: 0, highMs: 0, lossRatio: 0 },
  { name: 'lan', lowMs: 1, highMs: 5, lossRatio: 0.0001 },
  { name: 'wan', lowMs: 50, highMs: 100, lossRatio: 0.001 },
  { name: 'intercontinental', lowMs: 150, highMs: 300, lossRatio: 0.005 },
  { name: 'poor', lowMs: 200, highMs: 500, lossRatio: 0.02 },
];

/** A hub with one link of each profile, and one that is narrow and loses packets in bursts. */
const scenario = `
name: profiles
nodes: [7]
runtime: docker
shaper: netem
resources: { cpus: none, memory: 192MiB }
network:
  regions: [hub, to-ideal, to-lan, to-wan, to-intercontinental, to-poor, to-narrow]
  between: 10ms
  matrix:
    hub:
${profiles.map(({ name }) => `      to-${name}: ${name}`).join('\n')}
      to-narrow: { rtt: 20ms, rate: 4Mbit, loss: { burst: { enter: 1%, leave: 30% } } }
phases: { ready: 180s }
`;

let home: TestHome;
let found: Verification;
beforeAll(async () => {
  home = await createHome();
  found = await verifyNet(home, scenario);
}, 180_000);
afterAll(() => home.remove(), 60_000);

test('a network with all profiles is shaped by netem and passes its own verification', () => {
  expect(found).toMatchObject({ isWithin: true, code: 0, shaper: 'netem' });
});

describe.each(profiles)('the profile $name', ({ name, lowMs, highMs, lossRatio }) => {
  test('has the middle of its range as median round trip', () => {
    const { measured, samples } = check(name, 'rtt-median');
    const middleMs = (lowMs + highMs) / 2;
    // The sum of two uniform delays is triangular; this is 3 standard errors of its median.
    const samplingMs = (3 * (highMs - middleMs)) / (2 * Math.sqrt(samples));
    const offMs = Math.abs((measured ?? Number.NaN) - middleMs);
    expect(offMs).toBeLessThanOrEqual(toleranceMs(middleMs) + samplingMs);
  });

  test('has 90 % of its round trips in its range', () => {
    const { measured, samples } = check(name, 'rtt-range');
    const outside = Math.round((1 - (measured ?? 0)) * samples);
    expect(outside / samples < 0.1 || isInsideBinomial(outside, samples, 0.1, 0.99)).toBe(true);
  });

  test('loses what it should, on the way there or back', () => {
    const { measured, samples } = check(name, 'loss');
    const roundTripRatio = 1 - (1 - lossRatio) ** 2;
    const lost = Math.round((measured ?? Number.NaN) * samples);
    // 99 % would turn every twentieth right suite away; a wrong profile is far off.
    expect(isInsideBinomial(lost, samples, roundTripRatio, 0.9999)).toBe(true);
  });
});

test('a rate is carried to within 5 %', () => {
  const { measured } = check('narrow', 'rate');
  expect(Math.abs((measured ?? 0) / 4e6 - 1)).toBeLessThanOrEqual(0.05);
});

function check(name: string, quantity: Check['quantity']): Check {
  const one = found.checks.find(
    ({ fromRegion, toRegion, ...rest }) =>
      fromRegion === 'hub' && toRegion === `to-${name}` && rest.quantity === quantity,
  );
  if (one === undefined) throw new Error(`${name} has no check of ${quantity}`);
  return one;
}
