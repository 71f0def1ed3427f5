import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { createShaper } from '../../../node-image/src/shell/shaping/shaper.ts';
import { createLibp2pHost } from '../../../node-image/src/shell/transport/libp2p-host.ts';
import type { Host } from '../../../node-image/src/shell/transport/link-stream.ts';

/** What libp2p's dial queue would see to, and we do without it: real sockets, real handshakes. */

const clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  after(delayMs: number, action: () => void) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};
const soon = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(5_000) });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It does not listen.');
  return address.port;
}

async function createHost(): Promise<Host> {
  const { raw } = await generateKeyPair('Ed25519');
  const listen = { address: '127.0.0.1', port: await freePort() };
  return createLibp2pHost({
    privateKeyRaw: raw,
    listen,
    shaper: createShaper({ selfIndex: 0, clock }),
  });
}

let hosts: readonly [Host, Host, Host];
beforeEach(async () => {
  hosts = [await createHost(), await createHost(), await createHost()];
});
afterEach(async () => {
  for (const host of hosts) await host.close();
});

describe('dial', () => {
  it('reaches the peer, each time over a connection of its own', async () => {
    const [self, peer] = hosts;
    const accepted: string[] = [];
    peer.onStream(({ peerId }) => accepted.push(peerId));
    const links = [await self.dial(peer, soon()), await self.dial(peer, soon())];
    expect(links.map(({ peerId }) => peerId)).toEqual([peer.peerId, peer.peerId]);
    links[0]?.abort('not needed');
    expect(links[1]?.send([Buffer.from('still up')])).toBe(true);
    expect(accepted).toEqual([self.peerId, self.peerId]);
  });

  it('makes a link that outlives the signal of its dial', async () => {
    const [self, peer] = hosts;
    const got: Buffer[] = [];
    peer.onStream((stream) =>
      stream.listen({
        onBytes: (chunk) => got.push(Buffer.from(chunk)),
        onDrain: () => undefined,
        onClose: () => undefined,
      }),
    );
    const dialling = new AbortController();
    const link = await self.dial(peer, { signal: dialling.signal });
    let reason: string | null = null;
    link.listen({
      onBytes: () => undefined,
      onDrain: () => undefined,
      onClose: (why) => {
        reason = why;
      },
    });
    dialling.abort(new Error('the time for dialling is over'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    link.send([Buffer.from('still up')]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([reason, Buffer.concat(got).toString()]).toEqual([null, 'still up']);
  });

  it('refuses whoever is at the address but is not the peer, and itself', async () => {
    const [self, peer, other] = hosts;
    const { dataAddress } = peer;
    const accepted: string[] = [];
    peer.onStream(({ peerId }) => accepted.push(peerId));
    await expect(self.dial({ peerId: other.peerId, dataAddress }, soon())).rejects.toThrow(
      'does not match expected remote identity key',
    );
    await expect(self.dial(self, soon())).rejects.toThrow('Can not dial self');
    expect(accepted).toEqual([]);
  });

  it.each([
    ['says nothing', null],
    ['stops in the middle of the handshake', '\x13/multistream/1.0.0\n\x07/noise\n'],
  ])('closes its socket when the signal fires, where the other side %s', async (_, answer) => {
    const [self, peer] = hosts;
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const closed = new Promise<void>((resolve) => {
      server.on('connection', (socket) => {
        if (answer !== null) socket.write(answer);
        socket.resume().on('error', () => undefined);
        socket.on('close', () => resolve());
      });
    });
    const target = { peerId: peer.peerId, dataAddress: `127.0.0.1:${portOf(server)}` };
    const stop = new AbortController();
    const dialled = self.dial(target, { signal: stop.signal });
    await once(server, 'connection');
    setTimeout(() => stop.abort(new Error('no longer wanted')), 50);
    await expect(dialled).rejects.toThrow();
    await closed;
    server.close();
  });
});

describe('admitOnly', () => {
  const quietly = { onBytes: () => undefined, onDrain: () => undefined };

  /** Resolves with why the link was closed. */
  const closing = async (host: Host, to: Host): Promise<string> => {
    const ended = Promise.withResolvers<string>();
    try {
      (await host.dial(to, soon())).listen({ ...quietly, onClose: ended.resolve });
    } catch (error) {
      return String(error);
    }
    return ended.promise;
  };

  it('closes what others have opened already, and refuses them from then on', async () => {
    const [self, peer, other] = hosts;
    const accepted: string[] = [];
    const isClosed = closing(other, self);
    const link = await peer.dial(self, soon());
    let reason: string | null = null;
    link.listen({
      ...quietly,
      onClose: (why) => {
        reason = why;
      },
    });
    while (self.connected().length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    self.admitOnly((peerId) => peerId === peer.peerId);
    self.onStream(({ peerId }) => accepted.push(peerId));
    await isClosed;
    expect(self.connected()).toEqual([peer.peerId]);
    await closing(other, self);
    expect(self.connected()).toEqual([peer.peerId]);
    expect(accepted.filter((peerId) => peerId === other.peerId).length).toBeLessThan(2);
    expect(reason).toBeNull();
  });

  it('lets the node itself dial whoever it likes', async () => {
    const [self, peer] = hosts;
    self.admitOnly(() => false);
    peer.onStream(() => undefined);
    await self.dial(peer, soon());
    expect(self.connected()).toEqual([peer.peerId]);
  });
});
