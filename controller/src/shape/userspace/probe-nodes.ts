import { CONNECTIONS_PER_NODE, type NodeClient, problemCodeOf } from '../../control/node-client.ts';
import type { Clock } from '../../lib/clock.ts';
import { mapPool } from '../../lib/pool.ts';
import { waitUntil } from '../../lib/wait-until.ts';
import { rateRounds } from '../probe-sizes.ts';
import type {
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

/** Round after round, so that no node is part of two at once. @returns in the order asked */
export async function probeRates(
  clients: readonly NodeClient[],
  probes: readonly RateProbe[],
  options: ProbeOptions,
): Promise<readonly RateReading[]> {
  const readings = new Map<RateProbe, RateReading>();
  for (const round of rateRounds(probes, Number.POSITIVE_INFINITY)) {
    await mapPool(round, round.length, async (probe) => {
      const { fromNode, toNode, durationMs } = probe;
      const client = clientOf(clients, fromNode);
      const call = { signal: options.signal, timeoutMs: durationMs + 6 * SLACK_MS };
      const { receivedBytes, elapsedMs } = await whenUp(options, NOTHING, () =>
        client.probeRate({ peerIndex: toNode, durationMs }, call),
      );
      const receivedBitsPerSec = elapsedMs > 0 ? (receivedBytes * 8_000) / elapsedMs : 0;
      readings.set(probe, { receivedBitsPerSec, elapsedMs });
    });
  }
  return probes.map((probe) => readings.get(probe) ?? { receivedBitsPerSec: 0, elapsedMs: 0 });
}

const NOTHING = { receivedBytes: 0, elapsedMs: 0 };

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
