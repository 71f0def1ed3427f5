import type { Witness } from '../../model/timeline.ts';
import type { FaultHandler } from '../fault.ts';

const CALL_TIMEOUT_MS = 5_000;

/** The time that its engine sees is off; the node says so itself when it is asked. */
export const clock: FaultHandler<'clock'> = ({ client }, { offsetMs }) => ({
  async begin({ signal }) {
    const call = { signal, timeoutMs: CALL_TIMEOUT_MS };
    await client.clock({ offsetMs }, call);
    return offsetWitness((await client.status(call)).clockOffsetMs, offsetMs);
  },
  async end({ signal }) {
    await client.clock({ offsetMs: 0 }, { signal, timeoutMs: CALL_TIMEOUT_MS });
    return null;
  },
});

function offsetWitness(seenMs: number, askedMs: number): Witness {
  return {
    quantity: 'clock-offset',
    text: `its engine's clock was off by ${seenMs} ms`,
    value: seenMs,
    limit: askedMs,
    isSeen: seenMs === askedMs,
  };
}
