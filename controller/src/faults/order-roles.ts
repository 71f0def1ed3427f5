import type { Identity } from '../../../node-image/src/contract/index.ts';
import type { NodeClient } from '../control/node-client.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { mapPool } from '../lib/pool.ts';
import type { Cell } from '../model/plan.ts';
import type { BehaviourDesk } from './behaviour-desk.ts';

const CALLS_AT_ONCE = 16;
const CALL_TIMEOUT_MS = 10_000;

/**
 * Tells Byzantine members what they are, before anybody runs: what is ordered then holds from the
 * first message on.
 * @throws TestbedError NODE_CONTRACT if one of them, or of the nodes that an event will make so,
 *   cannot misbehave
 */
export async function orderRoles(
  { nodes, timeline }: Pick<Cell, 'nodes' | 'timeline'>,
  { clients, identities }: Told,
  desk: BehaviourDesk,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const roles = nodes.flatMap(({ index, role }) => (role === 'honest' ? [] : [index]));
  const later = timeline.flatMap((event) => {
    if (event.kind !== 'behaviour') return [];
    return event.target.kind === 'nodes' ? event.target.nodes : nodes.map(({ index }) => index);
  });
  for (const node of [...roles, ...later]) assertCanMisbehave(node, identities[node]);
  const ordered = clients.filter(({ nodeIndex }) => roles.includes(nodeIndex));
  const call = { signal, timeoutMs: CALL_TIMEOUT_MS };
  await mapPool(ordered, CALLS_AT_ONCE, (client) =>
    client.setBehaviour(desk.orderOf(client.nodeIndex), call),
  );
}

interface Told {
  readonly clients: readonly NodeClient[];
  readonly identities: readonly Identity[];
}

function assertCanMisbehave(node: number, identity: Identity | undefined): void {
  if (identity?.capabilities.includes('byzantine') === true) return;
  throw new TestbedError(
    'NODE_CONTRACT',
    `Node ${node} is to break the rules, and it cannot (capability \`byzantine\` of the contract).`,
    {
      hint: 'Leave out `byzantine` and events of kind behaviour, or measure a node that has it: docs/node-contract.md.',
    },
  );
}
