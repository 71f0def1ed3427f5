import type { Identity, SignatureSchemeName } from '../../../node-image/src/contract/index.ts';
import type { CallOptions, NodeClient } from '../control/node-client.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { mapPool } from '../lib/pool.ts';
import type { Member } from '../model/deployment.ts';

const CALLS_AT_ONCE = 16;

/**
 * Asks every node for the public half of a key of this scheme. Where one of them cannot be asked
 * (capability `signatures` of the contract), nobody is: then all sign with the keys that name them.
 * @throws TestbedError NODE_CONTRACT if one cannot, and those keys are of another scheme
 */
export async function askConsensusKeys(
  clients: readonly NodeClient[],
  identities: readonly Identity[],
  scheme: SignatureSchemeName,
  call: CallOptions,
): Promise<readonly Member[]> {
  const without = identities.find(({ capabilities }) => !capabilities.includes('signatures'));
  if (without === undefined) {
    return await mapPool(clients, CALLS_AT_ONCE, async (client, index) => {
      const consensusKey = await client.consensusKey({ scheme }, call);
      const identity = identities[index];
      if (identity === undefined) throw new Error(`Broken invariant: node ${index} is nobody`);
      return { ...identity, consensusKey };
    });
  }
  if (scheme === 'ed25519') return identities;
  throw new TestbedError(
    'NODE_CONTRACT',
    `Node ${without.nodeIndex} cannot be told to sign with ${scheme} (capability \`signatures\` of the contract).`,
    { hint: 'Measure it with `engine: {signature: ed25519}`, or leave `signature` out.' },
  );
}
