import { describe, expect, it } from '@jest/globals';
import { decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type {
  EncodedHistogram,
  LoadStart,
  WindowCounters,
} from '../../../../../node-image/src/contract/index.ts';
import type { Transaction } from '../../../../../node-image/src/engine/seam/message.ts';
import {
  sequenceOfKey,
  transactionKey,
} from '../../../../../node-image/src/engine/shared/transaction.ts';
import {
  createLoadGenerator,
  type LoadGenerator,
} from '../../../../../node-image/src/shell/load/load-generator.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

const counters = { cpuMicros: 1 } as WindowCounters;
const START_MS = 1_000_000;

interface Bench {
  readonly clock: FakeClock;
  readonly generator: LoadGenerator;
  readonly sent: Transaction[];
  readonly edges: string[];
}

function createBench(options: { pendingMax?: number; wallOffsetMs?: number } = {}): Bench {
  const clock = createFakeClock(START_MS, options.wallOffsetMs ?? 0);
  const sent: Transaction[] = [];
  const edges: string[] = [];
  const generator = createLoadGenerator(
    { nodeIndex: 3, firstSequence: () => 500, pendingMax: options.pendingMax ?? 1_000_000 },
    {
      clock,
      submit: (transactions) => sent.push(...transactions),
      windowCounters: {
        begin: () => edges.push(`begin ${clock.nowMs() - START_MS}`),
        end: () => {
          edges.push(`end ${clock.nowMs() - START_MS}`);
          return counters;
        },
      },
      onLatency: () => undefined,
      onCount: () => undefined,
    },
  );
  return { clock, generator, sent, edges };
}

const order: LoadStart = {
  arrivals: 'constant',
  rateTxPerSec: 1_000,
  sizeBytes: 64,
  seed: 7,
  startUnixMs: START_MS + 100,
  warmupMs: 1_000,
  measureMs: 2_000,
};

function histogram(encoded: EncodedHistogram): Histogram {
  if (encoded.encoding !== 'hdr-v2') throw new Error('expected an HDR encoding');
  return decodeFromCompressedBase64(encoded.base64, 32, false);
}

function take(bench: Bench): Transaction[] {
  return bench.sent.splice(0);
}

describe('load generator', () => {
  it('goes through scheduled, warm-up, measure, drain and done', () => {
    const bench = createBench();
    expect(bench.generator.status().state).toBe('idle');
    bench.generator.start(order);
    expect(bench.generator.status().state).toBe('scheduled');
    bench.clock.advance(150);
    expect(bench.generator.status().state).toBe('warmup');
    bench.clock.advance(1_000);
    expect(bench.generator.status().state).toBe('measure');
    bench.clock.advance(2_000);
    expect(bench.generator.status().state).toBe('drain');
    expect(bench.edges).toEqual(['begin 1100', 'end 3100']);
    bench.generator.committed(take(bench), bench.clock.nowMs());
    expect(bench.generator.status()).toEqual({
      state: 'done',
      scheduled: 3_000,
      committed: 3_000,
      rejected: 0,
      pending: 0,
    });
  });

  it('sends every transaction once, in sequence, of the size and by the client asked for', () => {
    const bench = createBench();
    bench.generator.start(order);
    bench.clock.advance(10_000);
    expect(bench.sent.length).toBe(3_000);
    bench.sent.forEach((transaction, i) => {
      expect(transaction.length).toBe(64);
      expect(transactionKey(transaction)).toBe(3 * 2 ** 40 + 500 + i);
    });
    expect(sequenceOfKey(transactionKey(bench.sent[0] ?? new Uint8Array(20)))).toBe(500);
  });

  it('skips nothing when the event loop stalls, and counts latency from the due time', () => {
    const bench = createBench();
    bench.generator.start(order);
    bench.clock.advance(1_600);
    // Everything due in the next 700 ms is sent at its end only.
    bench.clock.stallMs = 700;
    bench.clock.advance(10);
    bench.clock.stallMs = 0;
    bench.clock.advance(5_000);
    expect(bench.sent.length).toBe(3_000);
    bench.generator.committed(take(bench), bench.clock.nowMs());
    const results = bench.generator.results();
    expect(results?.scheduledInWindow).toBe(2_000);
    const lag = histogram(results?.histograms.sendLag ?? { encoding: 'counts', counts: [] });
    expect(lag.maxValue / 1_000).toBeGreaterThan(650);
    expect(lag.getValueAtPercentile(50) / 1_000).toBeLessThan(10);
  });

  it('accounts for every transaction of the window exactly once', () => {
    const bench = createBench();
    bench.generator.start(order);
    bench.clock.advance(4_000);
    const all = take(bench);
    bench.generator.committed(all.slice(0, 1_400), bench.clock.nowMs());
    // Told twice, as a duplicate in a later block would be.
    bench.generator.committed(all.slice(0, 1_400), bench.clock.nowMs());
    bench.generator.rejected(all.slice(1_400, 1_700));
    const results = bench.generator.results();
    // 1,000 are of the warm-up.
    expect(results).toMatchObject({
      scheduledInWindow: 2_000,
      committedOfWindow: 400,
      rejectedOfWindow: 300,
      committedInWindow: 0,
    });
    expect(bench.generator.status().pending).toBe(1_300);
    expect(results?.series.scheduled.reduce((sum, n) => sum + n, 0)).toBe(2_000);
  });

  it('counts a commit in the window it falls into, whenever the transaction was due', () => {
    const bench = createBench();
    bench.generator.start(order);
    bench.clock.advance(1_050);
    const early = take(bench);
    bench.clock.advance(1_000);
    bench.generator.committed(early, bench.clock.nowMs());
    bench.clock.advance(3_000);
    const results = bench.generator.results();
    expect(results?.committedInWindow).toBe(early.length);
    expect(results?.committedOfWindow).toBe(0);
    expect(results?.series.periodMs).toBe(100);
    expect(results?.series.committed[9]).toBe(early.length);
  });

  it('measures latency in microseconds with three digits', () => {
    const bench = createBench();
    bench.generator.start({ ...order, warmupMs: 0 });
    for (let i = 0; i < 3_000; i++) {
      bench.clock.advance(1);
      bench.generator.committed(take(bench), bench.clock.nowMs());
    }
    const results = bench.generator.results();
    const latency = histogram(
      results?.histograms.commitLatency ?? { encoding: 'counts', counts: [] },
    );
    expect(latency.totalCount).toBe(2_000);
    // Ticks are 2 ms apart, so nothing waits longer to be sent and committed at once.
    expect(latency.maxValue).toBeLessThanOrEqual(3_000);
    expect(latency.mean).toBeGreaterThan(300);
  });

  it('rejects what falls due while too much is under way, and goes on when there is room', () => {
    const bench = createBench({ pendingMax: 100 });
    bench.generator.start(order);
    bench.clock.advance(1_100);
    expect(bench.sent.length).toBe(100);
    expect(bench.generator.status()).toMatchObject({ pending: 100, scheduled: 1_000 });
    expect(bench.generator.status().rejected).toBe(900);
    bench.generator.committed(take(bench), bench.clock.nowMs());
    bench.clock.advance(50);
    expect(bench.sent.length).toBe(50);
  });

  it('places the window by the wall clock at the time of the order', () => {
    const bench = createBench({ wallOffsetMs: 5_000_000 });
    bench.generator.start({ ...order, startUnixMs: START_MS + 5_000_000 + 100 });
    bench.clock.advance(4_000);
    expect(bench.edges).toEqual(['begin 1100', 'end 3100']);
    expect(bench.generator.results()?.window).toEqual({
      startUnixMs: START_MS + 5_000_000 + 1_100,
      endUnixMs: START_MS + 5_000_000 + 3_100,
    });
  });

  it('sends at once what was due before a late order', () => {
    const bench = createBench();
    bench.generator.start({ ...order, startUnixMs: START_MS - 500 });
    bench.clock.advance(3);
    expect(bench.sent.length).toBeGreaterThanOrEqual(500);
  });

  it('ends the window when it is stopped inside it', () => {
    const bench = createBench();
    bench.generator.start(order);
    bench.clock.advance(1_600);
    bench.generator.stop();
    const sent = bench.sent.length;
    bench.clock.advance(3_000);
    expect(bench.sent.length).toBe(sent);
    expect(bench.edges).toEqual(['begin 1100', 'end 1600']);
    const results = bench.generator.results();
    expect(results?.scheduledInWindow).toBe(500);
    expect(results?.series.scheduled).toEqual([100, 100, 100, 100, 100]);
  });

  it('has no results when it is stopped before the window, or while it is open', () => {
    const bench = createBench();
    bench.generator.start(order);
    bench.clock.advance(500);
    bench.generator.stop();
    expect(bench.generator.results()).toBeNull();
    bench.generator.start({ ...order, startUnixMs: START_MS + 600 });
    bench.clock.advance(2_000);
    expect(bench.generator.results()).toBeNull();
  });
});
