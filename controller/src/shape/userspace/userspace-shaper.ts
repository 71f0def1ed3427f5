import type { NodeClient } from '../../control/node-client.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import { mapPool } from '../../lib/pool.ts';
import { waitUntil } from '../../lib/wait-until.ts';
import type { NetworkState } from '../../model/network.ts';
import { heldByEvent } from '../../model/timeline.ts';
import type { Acknowledgement, ShapedNetwork, ShapeOptions, Shaper } from '../shaper.ts';
import { compareShaping } from './compare-shaping.ts';
import { clientOf, probeRates, probeRoundTrips } from './probe-nodes.ts';
import { countLinks } from './read-counters.ts';
import { translateShaping } from './translate-shaping.ts';

/**
 * The shaper for hosts without netem: nodes delay their own traffic, each its own direction of
 * every link, and measure it over the links that consensus uses. A loss is a retransmission delay
 * there (docs/node-contract.md), so it is counted by the nodes and not by lost probes.
 */
const CALLS_AT_ONCE = 64;
const CALL_TIMEOUT_MS = 10_000;
/** A connection kept open to a process that is gone fails once; the next one is a new one. */
const UNREACHABLE_MS_MAX = 1_000;

export function createUserspaceShaper(
  shaped: ShapedNetwork,
  clients: readonly NodeClient[],
  { clock }: { readonly clock: Clock },
): Shaper {
  const { network, seed } = shaped;
  let isCapable = false;
  const present = (): readonly NodeClient[] =>
    clients.filter(({ nodeIndex }) => shaped.isAway?.(nodeIndex) !== true);

  /** A node that is frozen meanwhile would keep all others waiting for its answer. */
  const whileAnswering = (nodeIndex: number, signal: AbortSignal): AbortSignal => {
    const untilAway = shaped.untilAway?.(nodeIndex);
    return untilAway === undefined ? signal : AbortSignal.any([signal, untilAway]);
  };
  const readAll = async (signal: AbortSignal) => {
    const readings = await mapPool(present(), CALLS_AT_ONCE, async (client) => {
      const answering = whileAnswering(client.nodeIndex, signal);
      try {
        const call = { signal: answering, timeoutMs: CALL_TIMEOUT_MS };
        return { client, ...(await client.shapingStatus(call)) };
      } catch (error) {
        if (!isSilenced(answering, signal)) throw error;
        return null;
      }
    });
    return readings.filter((reading) => reading !== null);
  };

  const tell = async (
    state: NetworkState,
    nodes: readonly number[],
    { signal }: ShapeOptions,
  ): Promise<readonly Acknowledgement[]> => {
    if (!isCapable) await requireCapabilities(clients, signal);
    isCapable = true;
    const orders = nodes.map((node) => ({
      client: clientOf(clients, node),
      shaping: translateShaping(network, state, node, seed),
    }));
    return mapPool(orders, CALLS_AT_ONCE, async ({ client, shaping }) => {
      const { nodeIndex } = client;
      const answering = whileAnswering(nodeIndex, signal);
      try {
        const { value, lastError } = await waitUntil(
          () => client.shape(shaping, { signal: answering, timeoutMs: CALL_TIMEOUT_MS }),
          {
            clock,
            signal: answering,
            deadlineMs: UNREACHABLE_MS_MAX,
            pauseMs: 50,
            pauseMsMax: 250,
          },
          (error) => !(error instanceof TestbedError) || error.code !== 'NODE_UNREACHABLE',
        );
        if (value === undefined) return { nodeIndex, appliedAt: null, error: messageOf(lastError) };
        return { nodeIndex, appliedAt: new Date(value.appliedUnixMs), error: null };
      } catch (error) {
        if (isSilenced(answering, signal)) {
          return { nodeIndex, appliedAt: null, error: heldByEvent };
        }
        if (!(error instanceof TestbedError)) throw error;
        return { nodeIndex, appliedAt: null, error: error.message };
      }
    });
  };

  return {
    kind: 'userspace',
    apply: tell,
    // A node takes a state whole and keeps what is under way by itself.
    change: (_from, to, nodes, options) => tell(to, nodes, options),
    probeRoundTrips: (probes, { signal }) => probeRoundTrips(clients, probes, { signal, clock }),
    probeRates: (probes, options) => probeRates(clients, probes, { ...options, clock }),
    async counters({ signal }) {
      const readings = await readAll(signal);
      return readings.flatMap(({ client, links }) => countLinks(network, client.nodeIndex, links));
    },
    async inspect(state, { signal }) {
      const readings = await readAll(signal);
      return readings.flatMap(({ client: { nodeIndex }, shaping }) =>
        compareShaping(nodeIndex, translateShaping(network, state, nodeIndex, seed), shaping),
      );
    },
  };
}

function isSilenced(answering: AbortSignal, signal: AbortSignal): boolean {
  return answering.aborted && !signal.aborted;
}

/** Both parts of the contract are optional, so an image may lack them. */
async function requireCapabilities(
  clients: readonly NodeClient[],
  signal: AbortSignal,
): Promise<void> {
  const identities = await mapPool(clients, CALLS_AT_ONCE, (client) =>
    client.identity({ signal, timeoutMs: CALL_TIMEOUT_MS }),
  );
  const needed = ['shaping', 'probe'];
  const lacking = identities.filter(({ capabilities }) =>
    needed.some((one) => !capabilities.includes(one)),
  );
  const [first] = lacking;
  if (first === undefined) return;
  const missing = needed.filter((one) => !first.capabilities.includes(one));
  const nodes = lacking.map(({ nodeIndex }) => nodeIndex);
  const who =
    nodes.length === 1 ? `Node ${nodes[0]} is` : `Nodes ${nodes.slice(0, 8).join(', ')} are`;
  throw new TestbedError(
    'SHAPER_UNAVAILABLE',
    `${who} of an image (${first.software}) that cannot shape its own traffic: it lacks the ${missing.length === 1 ? 'capability' : 'capabilities'} ${missing.join(' and ')}.`,
    {
      hint: 'Use `--shaper netem`, which needs nothing of the image, or an image that has them (docs/node-contract.md).',
      details: { nodes, missing },
    },
  );
}
