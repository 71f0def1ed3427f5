import type { RateProbeResult } from '../../../../node-image/src/contract/index.ts';
import { CONNECTIONS_PER_NODE, type NodeClient, problemCodeOf } from '../../control/node-client.ts';
import type { Clock } from '../../lib/clock.ts';
import { mapPool } from '../../lib/pool.ts';
import { waitUntil } from '../../lib/wait-until.ts';
import { rateRounds } from '../rate-rounds.ts';
import type {
  RateOptions,
  RateProbe,
  RateReading,
  RoundTripProbe,
  RoundTrips,
  ShapeOptions,
} from '../shaper.ts';

/** Measures links by having nodes send over them (contract: /v1/probe and /v1/probe-rate). */

const SLACK_MS = 10_000;
/** A node that began anew has its links after some dials, unless they are cut. */
const LINK_DOWN_MS_MAX = 5_000;

interface ProbeOptions extends ShapeOptions {
  readonly clock: Clock;
}

/** All side by side; nothing answers over a link that stays down. @returns in the order asked */
export function probeRoundTrips(
  clients: readonly NodeClient[],
  probes: readonly RoundTripProbe[],
  options: ProbeOptions,
): Promise<readonly RoundTrips[]> {
  const busiest = mostOf(probes.map(({ fromNode }) => fromNode));
  const turns = Math.ceil(busiest / CONNECTIONS_PER_NODE);
  const longestMs = Math.max(
    0,
    ...probes.map(({ count, intervalMs, timeoutMs }) => count * intervalMs + timeoutMs),
  );
  const timeoutMs = Math.ceil(turns * longestMs) + SLACK_MS;
  return Promise.all(
    probes.map(async ({ fromNode, toNode, ...order }) => {
      const client = clientOf(clients, fromNode);
      const call = { signal: options.signal, timeoutMs };
      const { sent, rttMicros } = await whenUp(options, { sent: order.count, rttMicros: [] }, () =>
        client.probe({ peerIndex: toNode, ...order }, call),
      );
      return { sent, rttMs: rttMicros.map((micros) => micros / 1000) };
    }),
  );
}

/**
 * Round after round, so that no node is part of two at once, as long as there is time.
 * @returns in the order asked; with 0 ms where a link is too slow to tell, or there was no time
 */
export async function probeRates(
  clients: readonly NodeClient[],
  probes: readonly RateProbe[],
  options: ProbeOptions & RateOptions,
): Promise<readonly RateReading[]> {
  const readings = new Map<RateProbe, RateReading>();
  const endMs = options.clock.monotonicMs() + options.limitMs;
  for (const round of rateRounds(probes, options.bitsPerSecMax)) {
    const longestMs = Math.max(...round.map(({ durationMs }) => durationMs));
    if (options.clock.monotonicMs() + longestMs > endMs) break;
    await mapPool(round, round.length, async (probe) => {
      const { fromNode, toNode, durationMs } = probe;
      const client = clientOf(clients, fromNode);
      const call = { signal: options.signal, timeoutMs: durationMs + 6 * SLACK_MS };
      const result = await whenUp(options, null, () =>
        client.probeRate({ peerIndex: toNode, durationMs }, call),
      );
      readings.set(probe, readRate(probe, result));
    });
  }
  return probes.map((probe) => readings.get(probe) ?? { receivedBitsPerSec: 0, elapsedMs: 0 });
}

/** What comes through in the time that counts, if nothing is wrong: so little may be nothing. */
const PROOF_BITS = 4 * 3 * 8 * 1_514;
/** Of a rate probe (contract: after the first quarter). */
const COUNTED_SHARE = 0.75;

/** @param result null for a link that stayed down: as planned it would be up, and carries nothing */
function readRate(
  { rateBitsPerSec, durationMs }: RateProbe,
  result: RateProbeResult | null,
): RateReading {
  if (result !== null && result.elapsedMs > 0) {
    const { receivedBytes, elapsedMs } = result;
    return { receivedBitsPerSec: (receivedBytes * 8_000) / elapsedMs, elapsedMs };
  }
  const expectedBits = (rateBitsPerSec * COUNTED_SHARE * durationMs) / 1_000;
  const isProof = result === null || expectedBits >= PROOF_BITS;
  return { receivedBitsPerSec: 0, elapsedMs: isProof ? durationMs : 0 };
}

/** Asks again while the link is down. @returns `otherwise` if it stays so */
async function whenUp<T>(
  { clock, signal }: ProbeOptions,
  otherwise: T,
  ask: () => Promise<T>,
): Promise<T> {
  const { value } = await waitUntil(
    ask,
    { clock, signal, deadlineMs: LINK_DOWN_MS_MAX, pauseMs: 50, pauseMsMax: 250 },
    (error) => problemCodeOf(error) !== 'LINK_DOWN',
  );
  return value ?? otherwise;
}

function mostOf(nodes: readonly number[]): number {
  const uses = new Map<number, number>();
  for (const node of nodes) uses.set(node, (uses.get(node) ?? 0) + 1);
  return Math.max(1, ...uses.values());
}

/** @throws RangeError for a node that is none of ours */
export function clientOf(clients: readonly NodeClient[], nodeIndex: number): NodeClient {
  const client = clients.find((one) => one.nodeIndex === nodeIndex);
  if (client === undefined) throw new RangeError(`There is no node ${nodeIndex}`);
  return client;
}
