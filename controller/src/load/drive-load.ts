import type { LoadStart, LoadStatus } from '../../../node-image/src/contract/index.ts';
import type { NodeClient } from '../control/node-client.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import type { Clock } from '../lib/clock.ts';
import { mapPool } from '../lib/pool.ts';
import { createPrng } from '../lib/prng.ts';
import type { LoadSpec, PhaseSpec } from '../model/scenario.ts';

/**
 * Drives the open-loop load: tells every node its share and one common start, and waits for the
 * network to drain. The nodes keep time themselves, so a slow control network moves no window.
 */

export interface LoadRequest {
  readonly clients: readonly NodeClient[];
  readonly load: LoadSpec;
  readonly phases: PhaseSpec;
  readonly seed: number;
  /** Nodes that the plan holds down: nobody waits for them. Absent: none. */
  readonly isAway?: (nodeIndex: number) => boolean;
}

export interface LoadOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Wall-clock edges shared by every node. */
export interface LoadWindow {
  readonly startAt: Date;
  readonly measureAt: Date;
  readonly endAt: Date;
}

export interface StartedLoad {
  readonly window: LoadWindow;
  /** How often each node was ordered a load until this one held. */
  readonly orders: number;
}

const CALLS_AT_ONCE = 16;
const CALL_TIMEOUT_MS = 10_000;
/** Time for the commands to reach every node: a base and a share for each node. */
const LEAD_MS = 400;
const LEAD_MS_PER_NODE = 15;
/** Of what the orders took that came too late; nodes load what makes load with the first one. */
const LEAD_PER_ORDER = 2;
const TRIES = 3;
/** Between the order and the window; where the warm-up is shorter, the order leads by more. */
const AHEAD_MS_MIN = 2_000;

/**
 * Orders that came too late for the warm-up are taken back and given again with more time ahead:
 * how busy a host is shows only then.
 * @throws TestbedError NODE_UNREACHABLE, NODE_CONTRACT; or when a node got its command too late
 */
export async function startLoad(request: LoadRequest, options: LoadOptions): Promise<StartedLoad> {
  const { clients, phases } = request;
  const { clock } = options;
  const usualMs = Math.max(LEAD_MS, AHEAD_MS_MIN - phases.warmupMs);
  let leadMs = usualMs + LEAD_MS_PER_NODE * clients.length;
  for (let tries = 1; ; tries += 1) {
    const begunMs = clock.monotonicMs();
    const startUnixMs = clock.now().getTime() + leadMs;
    await orderLoad(request, startUnixMs, options);
    const tookMs = clock.monotonicMs() - begunMs;
    const lateMs = tookMs - leadMs;
    if (lateMs <= phases.warmupMs) return { window: windowOf(startUnixMs, phases), orders: tries };
    if (tries === TRIES) throw tooLate(lateMs, phases);
    await stopLoad(clients, options);
    leadMs = LEAD_PER_ORDER * tookMs;
  }
}

/** Tells every node its share; each try has the same arrivals. */
async function orderLoad(
  { clients, load, phases, seed }: LoadRequest,
  startUnixMs: number,
  { signal }: LoadOptions,
): Promise<void> {
  const prng = createPrng(seed);
  const orders = clients.map(
    (): LoadStart => ({
      arrivals: load.arrivals,
      rateTxPerSec: load.rateTxPerSec / clients.length,
      sizeBytes: load.sizeBytes,
      seed: prng.below(2 ** 31),
      startUnixMs,
      warmupMs: phases.warmupMs,
      measureMs: phases.measureMs,
    }),
  );
  await mapPool(clients, CALLS_AT_ONCE, async (client, index) => {
    const order = orders[index];
    if (order !== undefined) await client.loadStart(order, { signal, timeoutMs: CALL_TIMEOUT_MS });
  });
}

/** For the order to get there. */
const RESUME_LEAD_MS = 50;
/** Less than that is not worth an order. */
const RESUME_MS_MIN = 200;

/**
 * Gives one node that began anew what is left of its load: the same share, the same seed, to the
 * same end. Nothing if next to nothing is left.
 * @param orders that the node was given so far: with its state it may have forgotten them, and
 *   what it names like a transaction of an older load is a duplicate that never commits
 */
export async function resumeLoad(
  { clients, load, seed }: LoadRequest,
  nodeIndex: number,
  { endAt, orders }: { readonly endAt: Date; readonly orders: number },
  { clock, signal }: LoadOptions,
): Promise<void> {
  const prng = createPrng(seed);
  const seeds = clients.map(() => prng.below(2 ** 31));
  const startUnixMs = clock.now().getTime() + RESUME_LEAD_MS;
  const measureMs = endAt.getTime() - startUnixMs;
  const client = clients[nodeIndex];
  if (client === undefined || measureMs < RESUME_MS_MIN) return;
  const order = {
    arrivals: load.arrivals,
    rateTxPerSec: load.rateTxPerSec / clients.length,
    sizeBytes: load.sizeBytes,
    seed: seeds[nodeIndex] ?? 0,
    startUnixMs,
    warmupMs: 0,
    measureMs,
    loadNumberMin: orders,
  };
  await client.loadStart(order, { signal, timeoutMs: CALL_TIMEOUT_MS });
}

function windowOf(startUnixMs: number, { warmupMs, measureMs }: PhaseSpec): LoadWindow {
  const measureUnixMs = startUnixMs + warmupMs;
  return {
    startAt: new Date(startUnixMs),
    measureAt: new Date(measureUnixMs),
    endAt: new Date(measureUnixMs + measureMs),
  };
}

function tooLate(lateMs: number, { warmupMs }: PhaseSpec): TestbedError {
  return new TestbedError(
    'NODE_UNREACHABLE',
    `The last node heard of the load ${Math.round(lateMs)} ms after it should have begun, later than the whole warm-up of ${warmupMs} ms; so it was ${TRIES} times.`,
    { hint: 'This host is overloaded: run fewer nodes or a longer warm-up.' },
  );
}

/** Ends sending at once on every node that still answers; never rejects. */
export async function stopLoad(
  clients: readonly NodeClient[],
  options: LoadOptions,
): Promise<void> {
  await Promise.allSettled(
    clients.map((client) => client.loadStop({ signal: options.signal, timeoutMs: 2_000 })),
  );
}

export interface DrainOutcome {
  /** Transactions still on their way when waiting ended; 0 is a clean drain. */
  readonly pending: number;
  readonly waitedMs: number;
  /** The last of each node, in node order; null of one that is away. */
  readonly statuses: readonly (LoadStatus | null)[];
}

/** Waits until no node has a pending transaction, or until `drainMsMax` has passed. */
export async function awaitDrain(
  request: LoadRequest,
  options: LoadOptions,
): Promise<DrainOutcome> {
  const { clock, signal } = options;
  const startedMs = clock.monotonicMs();
  for (;;) {
    const statuses = await mapPool(request.clients, CALLS_AT_ONCE, async (client) =>
      request.isAway?.(client.nodeIndex) === true
        ? null
        : client.loadStatus({ signal, timeoutMs: CALL_TIMEOUT_MS }),
    );
    const pending = statuses.reduce((sum, status) => sum + (status?.pending ?? 0), 0);
    const waitedMs = clock.monotonicMs() - startedMs;
    const over = statuses.every(isOver);
    if (over && (pending === 0 || waitedMs >= request.phases.drainMsMax)) {
      return { pending, waitedMs, statuses };
    }
    // A node that is slow to close its window is given as long again before it is an error.
    if (waitedMs >= 2 * request.phases.drainMsMax + CALL_TIMEOUT_MS) {
      return { pending, waitedMs, statuses };
    }
    await clock.sleep(50, { signal });
  }
}

function isOver(status: LoadStatus | null): boolean {
  if (status === null) return true;
  return status.state === 'drain' || status.state === 'done' || status.state === 'idle';
}
