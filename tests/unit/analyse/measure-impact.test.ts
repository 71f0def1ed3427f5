import { describe, expect, it } from '@jest/globals';
import { measureImpacts } from '../../../controller/src/analyse/measure-impact.ts';
import type { EventImpact } from '../../../controller/src/model/event-finding.ts';
import type { RepetitionRecord } from '../../../controller/src/model/record.ts';
import type { EventKind, TimelineRecord } from '../../../controller/src/model/timeline.ts';
import type { NodeResults } from '../../../node-image/src/contract/index.ts';
import { blocksOf, commitsOf } from '../../fixtures/eventful-run.ts';

const startUnixMs = 1_800_000_000_000;
const at = (ms: number): Date => new Date(startUnixMs + ms);

interface Happened {
  readonly kind?: EventKind;
  readonly from: number;
  readonly to?: number;
  /** When it was planned, if that was earlier. */
  readonly planned?: number;
  readonly nodes?: readonly number[];
  readonly isUndone?: boolean;
}

function eventOf(
  { kind = 'pause', from, to, planned = from, nodes = [0], isUndone = false }: Happened,
  eventIndex: number,
): TimelineRecord {
  const endedAt = to === undefined ? null : at(to);
  return {
    ...{ eventIndex, kind, text: kind, nodes, witness: null, plannedAt: at(planned) },
    plannedEndAt: endedAt,
    begunAt: isUndone ? null : at(from),
    endedAt,
    error: isUndone ? 'nobody led' : null,
  };
}

type Rate = (atMs: number) => number | null;

interface World {
  readonly events: readonly Happened[];
  /** Transactions in the block of each 10 ms; null: no block. 10 are 1,000 tx/s. */
  readonly size: Rate;
  readonly windowMs?: number;
  /** False: nodes tell no commits, only their own series. */
  readonly isFine?: boolean;
  /** Of this many nodes, which offer 250 tx/s each. */
  readonly nodes?: number;
  readonly downed?: readonly number[];
  /** What the nodes taken down report afterwards. */
  readonly again?: NodeResults;
}

function measure({
  events,
  size,
  windowMs = 20_000,
  isFine = true,
  nodes = 4,
  downed = [],
  again,
}: World) {
  const blocks = blocksOf(size, windowMs);
  const perSecond = Array.from({ length: windowMs / 1000 }, (_, s) =>
    blocks
      .filter(({ atMs }) => Math.floor(atMs / 1000) === s)
      .reduce((sum, { transactions }) => sum + transactions, 0),
  );
  const results = {
    window: { startUnixMs, endUnixMs: startUnixMs + windowMs },
    series: {
      periodMs: 1_000,
      scheduled: perSecond.map(() => 250),
      committed: perSecond.map((count) => count / nodes),
    },
    ...(isFine ? { commits: commitsOf(blocks) } : {}),
  } as unknown as NodeResults; // nothing else is looked at
  const record = {
    timeline: events.map(eventOf),
    safetyViolation: null,
    nodes: Array.from({ length: nodes }, (_, nodeIndex) => ({
      nodeIndex,
      results: downed.includes(nodeIndex) ? (again ?? null) : results,
      log: { committedHeight: 1, digests: [{ height: 1, digestHex: 'a' }] },
    })),
  } as unknown as RepetitionRecord;
  const lived = Array.from({ length: nodes - downed.length }, () => results);
  return measureImpacts(record, lived) as readonly [EventImpact, ...EventImpact[]];
}

const steady: Rate = () => 10;

describe('what an event did', () => {
  it('was nothing where throughput held', () => {
    const [impact] = measure({ events: [{ from: 8_000, to: 10_000 }], size: steady });
    expect(impact).toMatchObject({
      ...{ plannedMs: 8_000, begunMs: 8_000, endedMs: 10_000 },
      ...{ formerTxPerSec: 1_000, heldTxPerSec: 1_000, keptRatio: 1, offeredRatio: 1 },
      ...{ silenceMs: 0, recovery: 'back', recoveredMs: 0, resolutionMs: 20, logsAgree: true },
      overlaps: [],
    });
  });

  it('was a dip with a pause in it', () => {
    const size: Rate = (t) => (t >= 8_000 && t < 8_400 ? null : t >= 8_400 && t < 10_600 ? 5 : 10);
    const [impact] = measure({ events: [{ from: 8_000, to: 10_000 }], size });
    expect(impact.heldTxPerSec).toBeCloseTo(400);
    expect(impact.keptRatio).toBeCloseTo(0.4);
    expect(impact).toMatchObject({ silenceMs: 400, recovery: 'back' });
    // The short time after it carries 90 % as soon as less than a fifth of it is slow.
    expect(impact.recoveredMs).toBeGreaterThanOrEqual(540);
    expect(impact.recoveredMs).toBeLessThanOrEqual(600);
  });

  it('is not hidden by the backlog that follows a pause', () => {
    const size: Rate = (t) => (t > 8_000 && t < 8_400 ? null : t === 8_400 ? 400 : 10);
    const [impact] = measure({ events: [{ kind: 'crash', from: 8_000, nodes: [0] }], size });
    expect(impact).toMatchObject({ silenceMs: 400, recovery: 'back', recoveredMs: 400 });
  });

  it('was a step down that never came back', () => {
    const size: Rate = (t) => (t < 8_000 ? 10 : 5);
    const [impact] = measure({ events: [{ from: 8_000, to: 10_000 }], size });
    expect(impact).toMatchObject({ keptRatio: 0.5, recovery: 'never', recoveredMs: null });
  });

  it('was a network that committed nothing any more', () => {
    const [impact] = measure({
      events: [{ kind: 'crash', from: 8_000 }],
      size: (t) => (t < 8_000 ? 10 : null),
    });
    expect(impact).toMatchObject({ heldTxPerSec: 0, silenceMs: 12_000, recovery: 'never' });
  });

  it('is held against what is offered while a client is down with its node', () => {
    const events: Happened[] = [{ kind: 'crash', from: 8_000, nodes: [3] }];
    const size: Rate = (t) => (t < 8_000 ? 10 : 7.5);
    const [impact] = measure({ events, size, downed: [3] });
    expect(impact).toMatchObject({ keptRatio: 0.75, recovery: 'back', recoveredMs: 0 });
    expect(impact.offeredRatio).toBeCloseTo(0.75);
    // The same loss with nobody down is one.
    const [paused] = measure({ events: [{ from: 8_000 }], size });
    expect(paused).toMatchObject({ keptRatio: 0.75, offeredRatio: 1, recovery: 'never' });
  });

  it('is held against what a client that began anew offers, in a window of its own', () => {
    const again = {
      window: { startUnixMs: startUnixMs + 10_000, endUnixMs: startUnixMs + 20_000 },
      series: { periodMs: 100, scheduled: new Array<number>(100).fill(25), committed: [] },
    } as unknown as NodeResults; // nothing else is looked at
    const events: Happened[] = [{ kind: 'crash', from: 8_000, to: 10_000, nodes: [3] }];
    const lasting: Rate = (t) => (t < 8_000 ? 10 : 7.5);
    const world = { events, size: lasting, downed: [3] };
    expect(measure(world)[0]).toMatchObject({ recovery: 'back', recoveredMs: 0 });
    expect(measure({ ...world, again })[0]).toMatchObject({ recovery: 'never' });
    const whole: Rate = (t) => (t < 8_000 || t >= 12_000 ? 10 : 7.5);
    const [impact] = measure({ ...world, size: whole, again });
    expect(impact.recovery).toBe('back');
    expect(impact.recoveredMs).toBeGreaterThan(1_000);
    expect(impact.recoveredMs).toBeLessThanOrEqual(2_000);
  });

  it('began before it was seen to have: its pause counts from the last commit before', () => {
    const size: Rate = (t) => (t >= 8_000 && t < 8_600 ? null : 10);
    const [impact] = measure({
      events: [{ kind: 'crash', planned: 7_990, from: 8_200, to: 9_000 }],
      size,
    });
    expect(impact.silenceMs).toBeGreaterThanOrEqual(600);
    expect(impact.silenceMs).toBeLessThanOrEqual(620);
    expect(impact.formerTxPerSec).toBeCloseTo(1_000);
  });
});

describe('more than one event', () => {
  it('is held against the time before both where they overlap', () => {
    const size: Rate = (t) => (t < 8_000 ? 10 : t < 12_000 ? 2 : 10);
    const events = [
      { from: 8_000, to: 11_000 },
      { from: 9_000, to: 12_000 },
    ];
    const [first, second] = measure({ events, size });
    expect(first).toMatchObject({ formerTxPerSec: 1_000, overlaps: [1], recovery: 'back' });
    expect(first.recoveredMs).toBeGreaterThan(900);
    expect(second).toMatchObject({ formerTxPerSec: 1_000, overlaps: [0], recoveredMs: 0 });
  });

  it('does not reach into the time of an earlier one', () => {
    const size: Rate = (t) => (t < 4_000 ? 10 : t < 6_000 ? 1 : 10);
    const events = [
      { from: 4_000, to: 6_000 },
      { from: 7_000, to: 8_000 },
    ];
    const [, second] = measure({ events, size });
    expect(second).toMatchObject({ formerTxPerSec: 1_000, overlaps: [], recovery: 'back' });
  });
});

describe('what piled up', () => {
  it('is not taken for the throughput before the next event', () => {
    const size: Rate = (t) =>
      t >= 4_000 && t < 5_000 ? null : t >= 5_000 && t < 5_500 ? 30 : t < 6_200 ? 10 : 9.5;
    const events = [
      { from: 4_000, to: 5_000 },
      { from: 6_200, to: 7_000 },
      { from: 12_000, to: 13_000 },
    ];
    const [, second, third] = measure({ events, size });
    expect(second).toMatchObject({ formerTxPerSec: 1_000, recovery: 'back', recoveredMs: 0 });
    expect(third?.formerTxPerSec).toBeCloseTo(950);
  });
});

describe('the edges', () => {
  it('leave nothing to compare with at the start', () => {
    const [impact] = measure({ events: [{ from: 0, to: 1_000 }], size: steady });
    expect(impact).toMatchObject({
      ...{ formerTxPerSec: null, heldTxPerSec: 1_000, keptRatio: null },
      ...{ recovery: 'unknown', recoveredMs: null, silenceMs: 0 },
    });
  });

  it('leave no time to come back at the end', () => {
    const size: Rate = (t) => (t < 19_000 ? 10 : null);
    const [impact] = measure({ events: [{ from: 19_000, to: 19_500 }], size });
    expect(impact).toMatchObject({ recovery: 'unknown', heldTxPerSec: 0, silenceMs: 1_000 });
  });

  it('take an end at the end of the window for none', () => {
    const [impact] = measure({ events: [{ from: 15_000, to: 20_000 }], size: steady });
    expect(impact).toMatchObject({ endedMs: null, recovery: 'back', recoveredMs: 0 });
  });

  it('say nothing of an event that was not done, or came after the window', () => {
    const events = [{ from: 5_000, isUndone: true }, { from: 20_000 }];
    for (const impact of measure({ events, size: steady })) {
      expect(impact).toMatchObject({ begunMs: null, heldTxPerSec: null, recovery: 'unknown' });
    }
  });

  it('know times to a second where nodes do not tell when they commit', () => {
    const size: Rate = (t) => (t >= 8_000 && t < 11_000 ? null : 10);
    const [impact] = measure({ events: [{ from: 8_000, to: 10_000 }], size, isFine: false });
    expect(impact).toMatchObject({
      ...{ resolutionMs: 1_000, heldTxPerSec: 0, silenceMs: 3_000 },
      ...{ recovery: 'back', recoveredMs: 1_000 },
    });
  });
});
