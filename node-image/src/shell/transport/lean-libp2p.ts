import type {
  ComponentLogger,
  Connection,
  Logger,
  Peer,
  PeerId,
  PeerStore,
} from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';

/** What we use of libp2p's inner parts, which every libp2p service is given. */
interface Components {
  readonly transportManager: {
    dial(to: Multiaddr, options: { readonly signal: AbortSignal }): Promise<Connection>;
  };
  readonly peerStore: PeerStore;
}

export interface Dialler {
  /** Opens a new connection to exactly this address, which ends in the peer's id. */
  dial(to: Multiaddr, options: { readonly signal: AbortSignal }): Promise<Connection>;
}

/**
 * A libp2p service that dials without the dial queue and keeps no book of peers. Both are there
 * to find peers at one of many addresses; our mesh is told one address of each peer, paces and
 * repeats its dials itself, and asks nobody. Measured together with silentLogger and lean-noise.ts:
 * the first 40 links of a process with itself took 348 and 367 ms of CPU, and take 208 and 244.
 */
export function leanDialler({ transportManager, peerStore }: Components): Dialler {
  Object.assign(peerStore, { merge: async (id: PeerId) => unknownPeer(id) });
  return {
    async dial(to, { signal }) {
      signal.throwIfAborted();
      // The socket lives no longer than the signal it is made with: that must end with the dial.
      const dialling = new AbortController();
      const abort = (): void => dialling.abort(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      try {
        return await transportManager.dial(to, { signal: dialling.signal });
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
  };
}

function unknownPeer(id: PeerId): Peer {
  return { id, addresses: [], protocols: [], metadata: new Map(), tags: new Map() };
}

/** Nobody reads what libp2p would log, yet it makes a logger for every connection and stream. */
export const silentLogger: ComponentLogger = { forComponent: () => silent };
const silent: Logger = Object.assign(() => undefined, {
  error: () => undefined,
  trace: () => undefined,
  enabled: false,
  newScope: () => silent,
});
