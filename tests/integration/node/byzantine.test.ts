import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  behaviourStatusSchema,
  type EvidenceList,
  endpoints,
  evidenceListSchema,
  type Identity,
  type LogDigests,
  logDigestsSchema,
  type NodeEvidence,
  problemSchema,
} from '../../../node-image/src/contract/index.ts';
import {
  accepted,
  defaultEngine,
  formNetwork,
  type LoadOutcome,
  type LocalNetwork,
  type LocalNode,
  runLoad,
  startLocalNetwork,
} from '../../../scripts/bench/local-network.ts';
import { buildNode } from './build-node.ts';

/** Four real nodes, one of which shows half of the others another block whenever it leads. */
const OFFENDER = 1;
const behaviours = [{ name: 'equivocate', share: 0.5 }];
let network: LocalNetwork;
let identities: readonly Identity[] = [];
let outcome: LoadOutcome;

beforeAll(async () => {
  buildNode();
  network = await startLocalNetwork({ nodeCount: 4 });
  await accepted(nodeAt(OFFENDER), endpoints.behaviour, { behaviours, seed: 7 });
  const engine = { ...defaultEngine, baseTimeoutMs: 300, idleDelayMs: 20 };
  identities = await formNetwork(network.nodes, engine);
  outcome = await runLoad(network.nodes, {
    arrivals: 'poisson',
    sizeBytes: 128,
    warmupMs: 200,
    measureMs: 1_500,
    totalTxPerSec: 100,
    drainMsMax: 15_000,
  });
}, 60_000);
afterAll(async () => {
  await network?.[Symbol.asyncDispose]();
});

function nodeAt(index: number): LocalNode {
  const node = network.nodes[index];
  if (node === undefined) throw new Error(`There is no node ${index}`);
  return node;
}

const honest = (): readonly LocalNode[] => network.nodes.filter(({ index }) => index !== OFFENDER);
const evidenceOf = (node: LocalNode): Promise<EvidenceList> =>
  node.get(endpoints.evidence, (value) => evidenceListSchema.parse(value));

/** By the member's public key, with nothing of this repository. */
function isSignedByOffender({ offender, first, second }: NodeEvidence): boolean {
  const raw = Buffer.from(identities[offender]?.publicKeyHex ?? '', 'hex');
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  return [first, second].every(({ signedHex, signatureHex }) =>
    verify(null, Buffer.from(signedHex, 'hex'), key, Buffer.from(signatureHex, 'hex')),
  );
}

describe('an equivocating leader among four', () => {
  it('does not make honest nodes disagree, and what they are given is committed', async () => {
    const logs = await Promise.all(
      honest().map((node) => node.get(endpoints.log, (value) => logDigestsSchema.parse(value))),
    );
    const digestAt = (log: LogDigests): ReadonlyMap<number, string> =>
      new Map(log.digests.map(({ height, digestHex }) => [height, digestHex]));
    const [reference, ...others] = logs.map(digestAt);
    for (const other of others) {
      const common = [...other].filter(([height]) => reference?.has(height));
      expect(common.length).toBeGreaterThan(3);
      for (const [height, digest] of common) expect(digest).toBe(reference?.get(height));
    }
    expect(outcome.pending).toBe(0);
  });

  it('is carried out and counted', async () => {
    const node = nodeAt(OFFENDER);
    const status = await node.get(endpoints.behaviour, (value) =>
      behaviourStatusSchema.parse(value),
    );
    expect(status.behaviours).toEqual(behaviours);
    expect(status.misbehaviours.equivocate).toBeGreaterThan(0);
    const page = await (await fetch(node.controlUrl + endpoints.metrics)).text();
    expect(page).toMatch(/^testbed_misbehaviours_total\{behaviour="equivocate"\} [1-9]/m);
    const other = await nodeAt(0).get(endpoints.behaviour, (value) => value);
    expect(other).toEqual({ behaviours: [], misbehaviours: {} });
  });

  it('is proven by others, in bytes that anybody can verify, and nobody else is', async () => {
    const lists = await Promise.all(honest().map(evidenceOf));
    const pieces = lists.flatMap(({ evidence }) => evidence);
    expect(pieces.length).toBeGreaterThan(0);
    for (const piece of pieces) {
      expect(piece).toMatchObject({ offence: 'double-proposal', offender: OFFENDER });
      expect(piece.first.signedHex).not.toBe(piece.second.signedHex);
      expect(isSignedByOffender(piece)).toBe(true);
    }
    for (const { evidence, count } of lists) expect(count).toBe(evidence.length);
  });

  it('becomes honest when it is told to, and refuses what it cannot do', async () => {
    const node = nodeAt(OFFENDER);
    const strange = { behaviours: [{ name: 'censor', nodes: [9] }], seed: 0 };
    const refused = await node.post(endpoints.behaviour, strange);
    expect([refused.status, problemSchema.parse(refused.json).code]).toEqual([400, 'BAD_REQUEST']);
    await accepted(node, endpoints.behaviour, { behaviours: [], seed: 0 });
    const count = async (): Promise<unknown> =>
      node.get(endpoints.behaviour, (value) => behaviourStatusSchema.parse(value).misbehaviours);
    const before = await count();
    const load = { arrivals: 'constant', sizeBytes: 128, warmupMs: 0, measureMs: 300 } as const;
    const { pending } = await runLoad(network.nodes, {
      ...load,
      totalTxPerSec: 40,
      drainMsMax: 10_000,
    });
    expect(pending).toBe(0);
    expect(await count()).toEqual(before);
  });
});
