import { TestbedError } from '../errors/testbed-error.ts';
import type { WatchGap } from '../judge/repetition-evidence.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/message-of.ts';
import type { NodeResources } from '../model/plan.ts';
import type { NodeRecord } from '../model/record.ts';
import type { RunningNetwork } from '../runtime/runtime.ts';

/** Fires `signal` with a TestbedError as its reason as soon as a node has ended by itself. */
export interface NodeWatch extends AsyncDisposable {
  readonly signal: AbortSignal;
  /** At the last look: its process has ended, by the plan or by itself, and is not back. */
  isGone(nodeIndex: number): boolean;
  /** So far, one that is not over included; in order. */
  gaps(): readonly WatchGap[];
}

export interface NodeWatchOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether nodes that return are shaped again, whoever shapes. */
  readonly isShaped: boolean;
  /** Nodes that the plan has ended: their end is no death. */
  readonly isPlanned?: (nodeIndex: number) => boolean;
}

/** What is said of a node that was killed at its limit. In node order. */
export type NodeLimits = Pick<NodeResources, 'memoryBytes'>;

const LOOK_EVERY_MS = 1_000;
/** A daemon that has not answered by then does not watch. */
const LOOK_MS_MAX = 5_000;
/** `docker restart` of a node that somebody shapes again: 0.5 s on most hosts, 4 s on slow ones. */
const RETURN_MS_MAX = 10_000;

/**
 * Looks once a second at how the nodes are. A failure to look is not the death of a node: it is
 * left to the calls that need the node, which say more about it, and kept as a gap. Where nodes that return are shaped
 * and let in again, one is dead only when it has not returned for a while.
 */
export function watchNodes(
  network: RunningNetwork,
  limits: readonly NodeLimits[],
  { clock, signal, isShaped, isPlanned = () => false }: NodeWatchOptions,
): NodeWatch {
  const died = new AbortController();
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const mayReturn = isShaped && network.onDisturbance !== null;
  const forgive = forgiveBriefAbsence(mayReturn ? RETURN_MS_MAX : 0, clock);
  const gaps = recordGaps(clock);
  let seen: readonly NodeRecord['exit'][] = [];
  const watching = (async () => {
    while (!until.aborted && !died.signal.aborted) {
      const late = clock.timeoutSignal(LOOK_MS_MAX);
      const exits = await network
        .exits({ signal: AbortSignal.any([until, late]) })
        .catch((error: unknown) => {
          if (!until.aborted) gaps.missed(late.aborted ? `no answer in ${LOOK_MS_MAX} ms` : error);
          return null;
        });
      if (exits !== null && !until.aborted) {
        gaps.looked();
        seen = exits;
        const unplanned = exits.map((exit, index) => (isPlanned(index) ? null : exit));
        const death = firstDeath(network, forgive(unplanned), limits);
        if (death !== null) died.abort(death);
      }
      await clock.sleep(LOOK_EVERY_MS, { signal: until }).catch(() => undefined);
    }
  })();
  return {
    signal: died.signal,
    isGone: (nodeIndex) => (seen[nodeIndex] ?? null) !== null,
    gaps: gaps.all,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await watching;
    },
  };
}

interface GapRecorder {
  looked(): void;
  missed(why: unknown): void;
  all(): readonly WatchGap[];
}

function recordGaps(clock: Clock): GapRecorder {
  const over: WatchGap[] = [];
  let lastLook = clock.now();
  let why: string | null = null;
  const open = (): readonly WatchGap[] =>
    why === null ? [] : [{ from: lastLook, to: clock.now(), why }];
  return {
    looked() {
      over.push(...open());
      why = null;
      lastLook = clock.now();
    },
    missed(error) {
      why ??= messageOf(error);
    },
    all: () => [...over, ...open()],
  };
}

/**
 * @returns takes away the ends of nodes that were first seen less than `returnMs` ago, except
 *   those that the kernel killed for memory: they will be no smaller when they come back
 */
function forgiveBriefAbsence(
  returnMs: number,
  clock: Clock,
): (exits: readonly NodeRecord['exit'][]) => readonly NodeRecord['exit'][] {
  const seenMs = new Map<number, number>();
  return (exits) => {
    const nowMs = clock.monotonicMs();
    return exits.map((exit, index) => {
      if (exit === null) {
        seenMs.delete(index);
        return null;
      }
      const sinceMs = seenMs.get(index) ?? nowMs;
      seenMs.set(index, sinceMs);
      return exit.oomKilled || nowMs - sinceMs >= returnMs ? exit : null;
    });
  };
}

/** Words for the first node that has ended; null while all live. */
export function firstDeath(
  network: RunningNetwork,
  exits: readonly NodeRecord['exit'][],
  limits: readonly NodeLimits[],
): TestbedError | null {
  const dead = exits.findIndex((exit) => exit !== null);
  return dead < 0
    ? null
    : nodeEnded(network, dead, exits[dead] ?? null, limits[dead]?.memoryBytes ?? null);
}

function nodeEnded(
  network: RunningNetwork,
  nodeIndex: number,
  exit: NodeRecord['exit'],
  memoryBytes: number | null,
): TestbedError {
  const name = network.nodes[nodeIndex]?.name ?? `node ${nodeIndex}`;
  if (exit?.oomKilled === true) {
    const limit = memoryBytes === null ? 'the host ran out' : `limit ${memoryBytes} bytes`;
    return new TestbedError(
      'NODE_OUT_OF_MEMORY',
      `The kernel killed ${name} because it ran out of memory (${limit}).`,
      {
        hint: 'Raise `resources: {memory: 512MiB}`, or lower the load or the mempool bound.',
        details: { nodeIndex, name, memoryBytes },
      },
    );
  }
  return new TestbedError(
    'NODE_DIED',
    `${name} ended while it was needed, with exit code ${exit?.code ?? 'unknown'}.`,
    {
      hint: 'Read its last words: a node writes there why it ends (docs/node-contract.md, exit codes).',
      details: { nodeIndex, name, exitCode: exit?.code ?? null },
    },
  );
}
