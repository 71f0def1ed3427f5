/** Bodies that a node has to take, and bodies that it has to refuse. */
import type { Configure, LoadStart } from '../../../node-image/src/contract/index.ts';
import { engineParameters, engineSchema } from '../config/engine-schema.ts';
import type { RawRequest } from '../control/node-client.ts';
import type { Member } from '../model/deployment.ts';

export const get = (path: string): RawRequest => ({ method: 'GET', path });
export const post = (path: string, body = '{}'): RawRequest => ({ method: 'POST', path, body });

/** What nodes sign with that know of schemes: each knows this one. Its public keys are raw. */
export const keyed = { scheme: 'ed25519', publicKeyBytes: 32 } as const;

/** As a scenario gives them that says nothing about its engine. */
const engine = engineParameters(engineSchema.parse({}));

/** What a scenario hands on to a node of one's own: see `node` there. */
export type OwnParameters = Configure['node'];

export function configurationFor(
  nodeIndex: number,
  identities: readonly Member[],
  node?: OwnParameters,
): Configure {
  return {
    chainId: `conform/${identities[0]?.runId}/n${identities.length}`,
    committee: identities.map(({ peerId, publicKeyHex, dataAddress, consensusKey }, index) => ({
      index,
      peerId,
      publicKeyHex,
      dataAddress,
      consensusKey,
    })),
    links: identities.flatMap((_, index) => (index === nodeIndex ? [] : [index])),
    engine,
    signature: identities[0]?.consensusKey && keyed.scheme,
    resume: 'at-once',
    node,
  };
}

interface Spoilt {
  /** Completes "is refused ...". */
  readonly what: string;
  readonly body: string;
}

/** @param good of the only node */
export function spoiltConfigurations(good: Configure): readonly Spoilt[] {
  const [self] = good.committee;
  if (self === undefined) throw new Error('Broken invariant: a committee of nobody');
  const other = { ...self, index: 1, peerId: `${self.peerId}x`, publicKeyHex: self.publicKeyHex };
  const spoil = (what: string, change: object): Spoilt => ({
    what,
    body: JSON.stringify({ ...good, ...change }),
  });
  return [
    { what: 'with a body that is not JSON', body: '{"chainId": ' },
    { what: 'with a body that lacks every field', body: '{}' },
    { what: 'with a body that is a list', body: '[]' },
    spoil('with a committee that is a text', { committee: 'all' }),
    spoil('with a committee of nobody', { committee: [] }),
    spoil('with a committee out of order', {
      committee: [
        { ...other, index: 1 },
        { ...self, index: 0 },
      ],
    }),
    spoil('with a stranger in the place of the node', {
      committee: [{ ...self, peerId: other.peerId }],
    }),
    spoil('with two members of one peerId', {
      committee: [self, { ...other, peerId: self.peerId }],
      links: [1],
    }),
    spoil('with a link to itself', { links: [0] }),
    spoil('with a link to nobody', { links: [1] }),
  ];
}

const load = (change: Partial<LoadStart> | object = {}): object => ({
  arrivals: 'poisson',
  rateTxPerSec: 10,
  sizeBytes: 128,
  seed: 1,
  startUnixMs: Date.now() + 1_000,
  warmupMs: 0,
  measureMs: 1_000,
  ...change,
});

export const spoiltLoads = {
  good: () => load(),
  bad: (): readonly Spoilt[] => {
    const spoil = (what: string, change: object): Spoilt => ({
      what,
      body: JSON.stringify(load(change)),
    });
    return [
      { what: 'with a body that is not JSON', body: 'rate=10' },
      { what: 'with a body that lacks every field', body: '{}' },
      spoil('with unknown arrivals', { arrivals: 'bursts' }),
      spoil('with a negative rate', { rateTxPerSec: -1 }),
      spoil('with transactions of 5 bytes', { sizeBytes: 5 }),
      spoil('with a window of no length', { measureMs: 0 }),
      spoil('more than 60 s after its start', { startUnixMs: Date.now() - 120_000 }),
    ];
  },
} as const;
