import { createPrng, type Prng } from '../../controller/src/lib/prng.ts';
import type { Behaviour } from '../../node-image/src/contract/index.ts';
import type { ChainedParameters } from '../../node-image/src/engine/chained/parameters.ts';
import { faultyMax } from '../../node-image/src/engine/shared/quorum.ts';

/**
 * faults: messages are lost, doubled, reordered, the network splits, nodes crash and come back.
 * byzantine: beside delays and losses, f colluding members do their worst.
 */
export type ScenarioKind = 'faults' | 'byzantine';

export interface Crash {
  readonly node: number;
  readonly atMs: number;
  /** null: stays down. */
  readonly backAtMs: number | null;
}

export interface Partition {
  readonly fromMs: number;
  readonly toMs: number;
  /** Side of each node; messages between sides are lost. */
  readonly sides: readonly number[];
}

/** From then on the engine of a node sees the time plus this. */
export interface ClockStep {
  readonly node: number;
  readonly atMs: number;
  readonly offsetMs: number;
}

export interface Link {
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  /** A share of messages takes an exponentially distributed time on top. */
  readonly tailRatio: number;
  readonly tailMsMean: number;
  readonly lossRatio: number;
  readonly duplicateRatio: number;
}

/** Everything that one seed decides, before the first event. */
export interface Scenario {
  readonly seed: number;
  readonly kind: ScenarioKind;
  readonly committeeSize: number;
  readonly parameters: ChainedParameters;
  readonly retention: { readonly blocksMax: number; readonly bytesMax: number };
  /** Before the heal, and after it. */
  readonly chaos: Link;
  readonly calm: Link;
  readonly partitions: readonly Partition[];
  readonly crashes: readonly Crash[];
  readonly clockSteps?: readonly ClockStep[];
  readonly byzantine: readonly number[];
  /** Each of the Byzantine is a node that behaves so, to the end; absent: they are one adversary. */
  readonly behaviours?: readonly Behaviour[];
  /**
   * Blocks live in memory: if more than f nodes crash, a certified block may be lost with all its
   * holders, and only safety is promised.
   */
  readonly promisesProgress: boolean;
  /** Global stabilisation: losses, splits and attacks end, everyone who comes back is back. */
  readonly healMs: number;
  /** Transactions are submitted until here. */
  readonly submitUntilMs: number;
  /** The latest end; a run ends when all nodes have made progress and nothing is open. */
  readonly endMs: number;
  readonly submitEveryMs: number;
  readonly startSpreadMs: number;
}

export interface ScenarioOverrides {
  readonly committeeSize?: number;
}

/** The scenario of a seed: the same on every machine. */
export function createScenario(
  seed: number,
  kind: ScenarioKind,
  overrides: ScenarioOverrides = {},
): Scenario {
  const prng = createPrng(seed * 2 + (kind === 'faults' ? 0 : 1));
  const drawn = 4 + prng.below(7);
  const committeeSize = overrides.committeeSize ?? drawn;
  const healMs = kind === 'faults' ? 6_000 : 8_000;
  const faulty = pickSome(prng, committeeSize, faultyMax(committeeSize));
  const isByzantine = kind === 'byzantine';
  const crashes = isByzantine ? [] : someCrashes(prng, { committeeSize, faulty, healMs });
  const promisesProgress = crashes.length <= faultyMax(committeeSize);
  return {
    seed,
    kind,
    committeeSize,
    parameters: {
      protocol: 'jolteon',
      baseTimeoutMs: isByzantine ? 60 + prng.below(140) : 250 + prng.below(150),
      idleDelayMs: isByzantine ? prng.below(20) : 20 + prng.below(40),
      batchTxMax: 4 + prng.below(28),
      batchBytesMax: 4096,
      batchAgeMsMax: prng.below(10),
      mempoolTxMax: 200,
      forwardLeaders: 1 + prng.below(3),
    },
    retention: { blocksMax: 4096, bytesMax: 16 * 1024 * 1024 },
    chaos: chaosLink(prng, isByzantine),
    calm: { ...stillLink, delayMsMin: 2, delayMsMax: 25 },
    partitions: isByzantine && prng.next() < 0.6 ? [] : somePartitions(prng, committeeSize, healMs),
    crashes,
    promisesProgress,
    byzantine: isByzantine ? someByzantine(prng, committeeSize) : [],
    healMs,
    submitUntilMs: healMs + 2_000,
    endMs: healMs + (promisesProgress ? 90_000 : 6_000),
    submitEveryMs: 40 + prng.below(120),
    startSpreadMs: prng.below(400),
  };
}

const stillLink = { tailRatio: 0, tailMsMean: 0, lossRatio: 0, duplicateRatio: 0 };

function chaosLink(prng: Prng, isByzantine: boolean): Link {
  const delayMsMin = 1 + prng.below(10);
  return {
    delayMsMin,
    delayMsMax: delayMsMin + 5 + prng.below(50),
    tailRatio: isByzantine ? 0.15 : prng.next() * 0.2,
    tailMsMean: 50 + prng.below(250),
    lossRatio: prng.next() < 0.4 ? 0 : prng.next() * (isByzantine ? 0.1 : 0.25),
    duplicateRatio: prng.next() * 0.1,
  };
}

function somePartitions(prng: Prng, committeeSize: number, healMs: number): Partition[] {
  return Array.from({ length: prng.below(3) }, () => {
    const fromMs = prng.below(healMs - 1_000);
    const sides = 2 + prng.below(2);
    return {
      fromMs,
      toMs: Math.min(healMs, fromMs + 300 + prng.below(3_000)),
      sides: Array.from({ length: committeeSize }, () => prng.below(sides)),
    };
  });
}

/** Up to f nodes, some of them for good; in a quarter of the seeds more, which all come back. */
function someCrashes(
  prng: Prng,
  options: {
    readonly committeeSize: number;
    readonly faulty: readonly number[];
    readonly healMs: number;
  },
): Crash[] {
  const { committeeSize, faulty, healMs } = options;
  const nodes = new Set(faulty);
  if (prng.next() < 0.25) {
    for (let count = prng.below(committeeSize); count > 0; count--)
      nodes.add(prng.below(committeeSize));
  }
  return [...nodes].flatMap((node) => {
    const dice = prng.next();
    const atMs = prng.below(healMs - 500);
    const backAtMs = Math.min(healMs, atMs + 50 + prng.below(2_000));
    if (dice < 0.3) return [];
    return [{ node, atMs, backAtMs: dice < 0.5 && faulty.includes(node) ? null : backAtMs }];
  });
}

/** Usually neighbours: who leads two rounds in a row can hide what the first one gathered. */
function someByzantine(prng: Prng, committeeSize: number): number[] {
  const count = faultyMax(committeeSize);
  if (prng.next() < 0.3) return pickSome(prng, committeeSize, count);
  const first = prng.below(committeeSize);
  return Array.from({ length: count }, (_, offset) => (first + offset) % committeeSize);
}

function pickSome(prng: Prng, committeeSize: number, count: number): number[] {
  const picked = new Set<number>();
  while (picked.size < count) picked.add(prng.below(committeeSize));
  return [...picked].sort((a, b) => a - b);
}
