import type { Readiness } from '../../../node-image/src/contract/index.ts';
import type { NodeClient } from '../control/node-client.ts';
import { TestbedError } from '../errors/testbed-error.ts';

/** Why a network did not come up in time, from what its nodes said last. Pure. */

export interface Unready {
  readonly client: Pick<NodeClient, 'nodeIndex'>;
  /** Null if it did not answer when it was asked last. */
  readonly last: Readiness | null;
  readonly waitedMs: number;
  readonly lastError: unknown;
}

const LISTED_MAX = 8;

/**
 * @param late at least one, in node order
 * @param nodeCount of the whole network
 */
export function describeUnready(late: readonly Unready[], nodeCount: number): TestbedError {
  const isSilent = late.length === nodeCount && late.every(({ last }) => last?.linksUp === 0);
  const pairs = pairsOf(late);
  if (isSilent && pairs.length > 0) return blocked(late, pairs);
  const [first] = late;
  const { last, ...slow } = first as Unready; // there is one
  const seen =
    last === null
      ? 'nothing was heard from it'
      : `${last.linksUp} of ${last.linksPlanned} links up, missing ${last.missing.slice(0, LISTED_MAX).join(', ')}`;
  const more = pairs.length > 1 ? ` Links that are not up: ${listPairs(pairs)}.` : '';
  return notReady(slow, `was not ready: ${seen}`, more);
}

export function notReady(
  { client, waitedMs, lastError }: Omit<Unready, 'last'>,
  what: string,
  more = '',
): TestbedError {
  const last = lastError instanceof Error ? ` Last error: ${lastError.message}` : '';
  return new TestbedError(
    'NODES_NOT_READY',
    `Node ${client.nodeIndex} ${what} after ${Math.round(waitedMs / 1000)} s.${more}${last}`,
    {
      hint: 'Give it longer with `phases: {ready: 120s}`, or fewer nodes on this host; `testbed plan` shows what fits.',
      cause: lastError,
      details: { nodeIndex: client.nodeIndex, waitedMs },
    },
  );
}

/**
 * A slow host brings some of its links up. Where there is none, TCP does not pass between the
 * nodes, however well they ping, and a second try would end the same way.
 */
function blocked(late: readonly Unready[], pairs: readonly string[]): TestbedError {
  const seconds = Math.round(Math.max(...late.map(({ waitedMs }) => waitedMs)) / 1000);
  return new TestbedError(
    'LINKS_BLOCKED',
    `Every node answers, but none of the ${pairs.length} links between them came up within ` +
      `${seconds} s: ${listPairs(pairs)}. TCP does not pass between the nodes; pings may. A ` +
      'firewall of the host does that to containers of one network.',
    {
      hint:
        'See its rules for forwarded packets on the Docker host: iptables -S FORWARD; iptables -S ' +
        'DOCKER-USER; nft list ruleset. An image of your own may also not connect: see its log.',
      details: { pairs },
    },
  );
}

/** Each link once, by its two ends: `nodes 0 and 1`. */
function pairsOf(late: readonly Unready[]): readonly string[] {
  const pairs = late.flatMap(({ client: { nodeIndex }, last }) =>
    (last?.missing ?? []).map((peer): [number, number] =>
      nodeIndex < peer ? [nodeIndex, peer] : [peer, nodeIndex],
    ),
  );
  const ordered = pairs.sort(([a, b], [c, d]) => a - c || b - d);
  return [...new Set(ordered.map(([from, to]) => `nodes ${from} and ${to}`))];
}

function listPairs(pairs: readonly string[]): string {
  const rest = pairs.length - LISTED_MAX;
  return `${pairs.slice(0, LISTED_MAX).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
