import type { NodeClient } from '../../control/node-client.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Witness } from '../../model/timeline.ts';
import type { FaultHandler, FaultOptions } from '../fault.ts';

const CALL_TIMEOUT_MS = 5_000;
/** The one that took least time is believed. */
const LOOKS = 3;

/**
 * The time that its engine sees is off: held against the controller's own clock before it is set, and
 * before it is put right. A node that does not tell its engine's time is believed what it was told.
 */
export const clock: FaultHandler<'clock'> = ({ client, clock: own }, { offsetMs }) => {
  let before: Reading | null = null;
  let setMs = 0;
  return {
    async begin(options) {
      const call = { ...options, timeoutMs: CALL_TIMEOUT_MS };
      before = await readEngine(client, own, options);
      await client.clock({ offsetMs }, call);
      setMs = own.monotonicMs();
      return echoWitness((await client.status(call)).clockOffsetMs, offsetMs);
    },
    async end(options) {
      try {
        const lastedMs = own.monotonicMs() - setMs;
        const after = before === null ? null : await readEngine(client, own, options);
        if (before === null || after === null) return null;
        return driftWitness(offsetMs, lastedMs, before, after);
      } finally {
        await client.clock({ offsetMs: 0 }, { ...options, timeoutMs: CALL_TIMEOUT_MS });
      }
    },
  };
};

/** How far an engine is ahead of the controller's monotonic clock, which nobody sets, give or take. */
export interface Reading {
  readonly aheadMs: number;
  readonly errorMs: number;
}

/** @returns null for a node that does not tell */
async function readEngine(
  client: NodeClient,
  own: Clock,
  options: FaultOptions,
): Promise<Reading | null> {
  let best: Reading | null = null;
  for (let look = 0; look < LOOKS; look++) {
    const askedMs = own.monotonicMs();
    const { engineUnixMs } = await client.status({ ...options, timeoutMs: CALL_TIMEOUT_MS });
    if (engineUnixMs === undefined) return null;
    const errorMs = (own.monotonicMs() - askedMs) / 2;
    if (best !== null && best.errorMs <= errorMs) continue;
    best = { aheadMs: engineUnixMs - (askedMs + errorMs), errorMs };
  }
  return best;
}

/** So far from what was asked for it may be seen, and no less surely. */
const SHARE = 0.4;

/**
 * An engine's clock that is set back stands still until the true time has caught up: until then it is
 * behind by the time that has passed.
 * @returns null where the answers took too long to tell
 */
export function driftWitness(
  offsetMs: number,
  lastedMs: number,
  before: Reading,
  after: Reading,
): Witness | null {
  const movedMs = after.aheadMs - before.aheadMs;
  const dueMs = offsetMs < 0 ? Math.max(offsetMs, -lastedMs) : offsetMs;
  const errorMs = before.errorMs + after.errorMs;
  const allowedMs = SHARE * Math.abs(dueMs);
  if (errorMs > allowedMs) return null;
  const still = dueMs === offsetMs ? '' : ', as far as it can be after that time';
  return {
    quantity: 'clock-drift',
    text: `its engine's clock went ${Math.round(movedMs)} ms off the controller's, of ${Math.round(dueMs)} ms${still}`,
    value: movedMs,
    limit: dueMs,
    isSeen: Math.abs(movedMs - dueMs) <= allowedMs + errorMs,
  };
}

function echoWitness(seenMs: number, askedMs: number): Witness {
  return {
    quantity: 'clock-offset',
    text: `it said that its engine's clock was off by ${seenMs} ms`,
    value: seenMs,
    limit: askedMs,
    isSeen: seenMs === askedMs,
  };
}
