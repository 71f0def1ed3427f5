import { TestbedError } from '../errors/testbed-error.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/message-of.ts';
import type { NetworkState } from '../model/network.ts';
import type { LinkCheckRecord } from '../model/record.ts';
import type { Acknowledgement, ShapedNetwork, ShapeOptions, Shaper } from '../shape/shaper.ts';
import type { ShapingLock } from '../shape/shaping-lock.ts';
import { verifyNetwork } from '../verify/verify-network.ts';

/** The three things that a disturbed node needs: its shape, a measurement, and to be let in. */

interface ShapeAgainOptions extends ShapeOptions {
  readonly clock: Clock;
}

/** How long nodes that can be shaped wait for others that cannot yet: they are measured together. */
const TOGETHER_MS_MAX = 2_000;
const RETRY_MS = 250;
const RETRY_MS_MAX = 1_000;
/** The state may change, and the node on the other side may be away for a moment. */
const MEASURINGS_MAX = 4;

/** Tries for a short while to shape them all. @returns the last answer of each node */
export async function applyAgain(
  nodes: readonly number[],
  request: {
    readonly shaper: Shaper;
    readonly lock: ShapingLock;
    readonly currentState: () => NetworkState;
  },
  { clock, signal }: ShapeAgainOptions,
): Promise<ReadonlyMap<number, Acknowledgement>> {
  const { shaper, lock, currentState } = request;
  const answers = new Map<number, Acknowledgement>();
  const startedMs = clock.monotonicMs();
  for (let attempt = 1; ; attempt++) {
    const open = nodes.filter((node) => (answers.get(node)?.appliedAt ?? null) === null);
    if (open.length === 0 || clock.monotonicMs() - startedMs > TOGETHER_MS_MAX) return answers;
    // Without the lock, which is for those who shape and not for those who wait.
    if (attempt > 1) await clock.sleep(Math.min(RETRY_MS_MAX, RETRY_MS * attempt), { signal });
    const given = await lock.run(() =>
      tolerate(open, () => shaper.apply(currentState(), open, { signal })),
    );
    for (const answer of given) answers.set(answer.nodeIndex, answer);
  }
}

async function tolerate(
  nodes: readonly number[],
  call: () => Promise<readonly Acknowledgement[]>,
): Promise<readonly Acknowledgement[]> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    return nodes.map((nodeIndex) => ({ nodeIndex, appliedAt: null, error: error.message }));
  }
}

export type MeasuredAgain =
  | { readonly kind: 'measured'; readonly checks: readonly LinkCheckRecord[] }
  | { readonly kind: 'failed'; readonly reason: string };

/** Measures the links of some nodes under one and the same state. */
export async function measureAgain(
  nodes: readonly number[],
  request: {
    readonly shaper: Shaper;
    readonly shaped: ShapedNetwork;
    readonly currentState: () => NetworkState;
  },
  { clock, signal }: ShapeAgainOptions,
): Promise<MeasuredAgain> {
  const { shaper, shaped, currentState } = request;
  for (let attempt = 1; ; attempt++) {
    const state = currentState();
    try {
      const checks = await verifyNetwork(
        { shaper, shaped, state, occasion: 'again', nodes },
        { clock, signal },
      );
      // A planned change in the middle of the measuring: what was measured is neither of the two.
      if (currentState() === state || attempt === MEASURINGS_MAX)
        return { kind: 'measured', checks };
    } catch (error) {
      if (!(error instanceof TestbedError)) throw error;
      if (attempt === MEASURINGS_MAX) return { kind: 'failed', reason: error.message };
      await clock.sleep(RETRY_MS_MAX, { signal });
    }
  }
}

/** @returns why it did not take part again; null if it did */
export async function letIn(
  nodeIndex: number,
  rejoin: (nodeIndex: number, options: ShapeOptions) => Promise<void>,
  { clock, signal, limitMs }: ShapeAgainOptions & { readonly limitMs: number },
): Promise<string | null> {
  const late = clock.timeoutSignal(limitMs);
  try {
    await rejoin(nodeIndex, { signal: AbortSignal.any([signal, late]) });
    return null;
  } catch (error) {
    if (signal.aborted) return 'it was not waited for any longer until it took part again';
    if (late.aborted) return `it had not taken part again ${limitMs / 1_000} s after it was shaped`;
    if (!(error instanceof TestbedError)) throw error;
    return `it could not take part again: ${messageOf(error)}`;
  }
}
