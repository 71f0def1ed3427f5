import { describe, expect, it } from '@jest/globals';
import { checkLittlesLaw } from '../../../../controller/src/analyse/saturation/check-littles-law.ts';
import { findBottleneck } from '../../../../controller/src/analyse/saturation/find-bottleneck.ts';
import { findKnee } from '../../../../controller/src/analyse/saturation/find-knee.ts';
import {
  findSaturation,
  type LoadPoint,
} from '../../../../controller/src/analyse/saturation/find-saturation.ts';

function load(rate: number, throughput: number, latencyMs: number): LoadPoint {
  const values = [0.99, 1, 1.01].map((factor) => throughput * factor);
  return {
    loadTxPerSec: rate,
    throughputs: values,
    latenciesMs: [latencyMs, latencyMs, latencyMs],
    isHostLimited: false,
  };
}

const ramp = [load(100, 100, 50), load(200, 200, 60), load(400, 390, 90), load(800, 450, 400)];

describe('findSaturation', () => {
  it('B6: brackets the first load at which two of three hold', () => {
    expect(findSaturation(ramp)).toMatchObject({
      kind: 'saturated',
      lastSustainedTxPerSec: 400,
      firstSaturatedTxPerSec: 800,
      plateauTxPerSec: expect.closeTo(450, 6),
      fired: ['delivery', 'marginal', 'latency'],
      isEdgeSoft: false,
    });
  });

  it('is not misled by one criterion alone', () => {
    const slow = [load(100, 100, 50), load(200, 200, 150), load(400, 398, 160)];
    expect(findSaturation(slow)).toMatchObject({ kind: 'not-reached', lastSustainedTxPerSec: 400 });
  });

  it('takes out what is missing at every load: a dead node', () => {
    const dead = [load(100, 83, 50), load(200, 166, 52), load(400, 332, 55)];
    expect(findSaturation(dead).kind).toBe('not-reached');
    expect(findSaturation(dead).steps.map(({ delivery }) => delivery)).toEqual([
      expect.closeTo(1, 9),
      expect.closeTo(1, 9),
      expect.closeTo(1, 9),
    ]);
  });

  it('says that the host was the limit rather than the protocol', () => {
    const limited = ramp.map((point, i) => ({ ...point, isHostLimited: i >= 2 }));
    expect(findSaturation(limited)).toMatchObject({
      kind: 'host-limited',
      lastSustainedTxPerSec: 200,
      firstSaturatedTxPerSec: null,
    });
  });

  it('says nothing of one load', () => {
    expect(findSaturation(ramp.slice(0, 1)).kind).toBe('too-few-loads');
  });

  it('calls an edge soft if its interval includes 95 %', () => {
    const soft = { ...load(800, 750, 400), throughputs: [700, 750, 790] };
    expect(findSaturation([...ramp.slice(0, 3), soft])).toMatchObject({
      kind: 'saturated',
      isEdgeSoft: true,
    });
  });
});

describe('findKnee', () => {
  it('T17: figure 2 of the paper', () => {
    const points = Array.from({ length: 10 }, (_, i) => ({ x: i / 9, y: 5 - 1 / (i / 9 + 0.1) }));
    expect(findKnee(points)).toBeCloseTo(2 / 9, 12);
  });
});

describe('findBottleneck', () => {
  const at = (used: number) =>
    [100, 200, 400].map((x) => ({ throughputTxPerSec: x, used: x * used }));

  it('B7: names what is full at the knee, with the numbers', () => {
    const found = findBottleneck(
      [
        { resource: 'host CPU', capacity: 2, points: at(0.0045) },
        { resource: 'network', capacity: 1e6, points: at(100) },
      ],
      430,
    );
    expect(found.resource).toBe('host CPU');
    expect(found.evidence[0]?.boundTxPerSec).toBeCloseTo(444.44, 2);
    expect(found.evidence[0]?.utilisation).toBeCloseTo(0.9, 10);
  });

  it('leaves unattributed what nothing is full of', () => {
    expect(
      findBottleneck([{ resource: 'host CPU', capacity: 8, points: at(0.0045) }], 430).resource,
    ).toBeNull();
    expect(findBottleneck([], 430)).toEqual({ resource: null, evidence: [] });
  });
});

describe('checkLittlesLaw', () => {
  it('B6: holds for 50 clients, 100 tx/s and 500 ms', () => {
    expect(checkLittlesLaw(100, 500, 50)).toEqual({ ratio: 1, holds: true });
    expect(checkLittlesLaw(100, 400, 50).holds).toBe(false);
  });
});
