import { describe, expect, it } from '@jest/globals';
import {
  type Configure,
  type SignatureSchemeName,
  signatureSchemeNames,
} from '../../../../node-image/src/contract/index.ts';
import { createKeyDesk, type KeyDesk } from '../../../../node-image/src/shell/key-desk.ts';

let timeMs = 0;
const deskOf = (nodeIndex: number): KeyDesk =>
  createKeyDesk({
    nodeIndex,
    transportSeed: new Uint8Array(32).fill(nodeIndex + 1),
    consensusSeed: new Uint8Array(32).fill(nodeIndex + 101),
    nowMs: () => (timeMs += 2),
  });
const desks = [deskOf(0), deskOf(1)] as const;

async function configurationOf(signature?: SignatureSchemeName): Promise<Configure> {
  const committee = await Promise.all(
    desks.map(async (desk, index) => ({
      index,
      peerId: `peer-${index}`,
      publicKeyHex: desk.publicKeyHex,
      dataAddress: `127.0.0.1:${7001 + index}`,
      ...(signature && { consensusKey: await desk.consensusKey({ scheme: signature }) }),
    })),
  );
  // Nothing else of it is of any concern here.
  return { chainId: 'chain', committee, links: [], ...(signature && { signature }) } as never;
}

const message = Buffer.from('prsm-testbed/jolteon/1V');

describe('keys of a node', () => {
  it.each(signatureSchemeNames)('sign for the other members with %s', async (scheme) => {
    const configuration = await configurationOf(scheme);
    const [mine, theirs] = await Promise.all(
      desks.map((desk) => desk.consensusCrypto(configuration)),
    );
    const signature = mine?.sign(message) ?? message;
    expect(theirs?.verify(0, message, signature)).toBe(true);
    expect(theirs?.verify(1, message, signature)).toBe(false);
    expect(mine?.aggregation === null).toBe(scheme !== 'bls12-381');
  });

  it('are the same after a restart, differ by scheme, and are not that of the transport', async () => {
    const key = await desks[0].consensusKey({ scheme: 'ed25519' });
    expect(await deskOf(0).consensusKey({ scheme: 'ed25519' })).toEqual(key);
    expect(key.publicKeyHex).not.toBe(desks[0].publicKeyHex);
    const other = await desks[0].consensusKey({ scheme: 'ecdsa-p256' });
    expect(other.publicKeyHex).not.toContain(key.publicKeyHex);
  });

  it('are those of the transport where no scheme is named', async () => {
    const configuration = await configurationOf();
    const crypto = await desks[0].consensusCrypto(configuration);
    const transport = desks[1].transportCrypto(configuration);
    expect(transport.verify(0, message, crypto.sign(message))).toBe(true);
  });

  it('cost what is counted', async () => {
    const desk = deskOf(0);
    const crypto = await desk.consensusCrypto(await configurationOf('bls12-381'));
    const signature = crypto.sign(message);
    crypto.verify(0, message, signature);
    const aggregate = crypto.aggregation?.aggregate([signature]) ?? message;
    crypto.aggregation?.verify([{ signer: 0, message }], aggregate);
    expect(desk.costs).toEqual({ made: 1, makingMs: 2, checked: 2, checkingMs: 6 });
  });
});

describe('keys of others are refused', () => {
  const refused = async (change: (configuration: Configure) => void): Promise<string> => {
    const configuration = await configurationOf('bls12-381');
    change(configuration);
    return desks[0].consensusCrypto(configuration).then(
      () => 'taken',
      (error: Error) => error.message,
    );
  };

  it('if one has none', async () => {
    const why = await refused(({ committee }) => {
      delete committee[1]?.consensusKey;
    });
    expect(why).toMatch(/committee\.1\.consensusKey: missing beside bls12-381/);
  });

  it('if two are the same: one vote would count twice', async () => {
    const why = await refused(({ committee: [first, second] }) => {
      if (second !== undefined) second.consensusKey = first?.consensusKey;
    });
    expect(why).toMatch(/committee\.1\.consensusKey: is that of another member too/);
  });

  it('if this node is said to have another key than it has', async () => {
    const stranger = await deskOf(7).consensusKey({ scheme: 'bls12-381' });
    const why = await refused(({ committee: [first] }) => {
      if (first !== undefined) first.consensusKey = stranger;
    });
    expect(why).toMatch(/committee\.0\.consensusKey: is not this node's bls12-381 key/);
  });

  it('if one is not proven to be its member’s own', async () => {
    const why = await refused(({ committee: [, second] }) => {
      if (second?.consensusKey !== undefined) delete second.consensusKey.possessionHex;
    });
    expect(why).toMatch(/Member 1 does not prove/);
  });
});
