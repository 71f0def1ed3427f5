import type { Log } from './log.ts';

/** What the log says of other members, who could fill it: once each, until there is something new. */
export interface PeerReports {
  linkUp(peer: number): void;
  /** Once per outage: a peer that is gone would fill the log with refused dials. */
  linkDown(peer: number, reason: string | null): void;
  /** A faulty peer may send millions: only the first is worth a line. */
  malformed(from: number, reason: string): void;
  readonly malformedCount: number;
}

export function createPeerReports(log: Pick<Log, 'warn'>): PeerReports {
  const down = new Set<number>();
  let malformedCount = 0;
  return {
    linkUp: (peer) => void down.delete(peer),
    linkDown(peer, reason) {
      if (!down.has(peer)) log.warn('link down', { peer, reason });
      down.add(peer);
    },
    malformed(from, reason) {
      if (malformedCount === 0) log.warn('malformed message', { from, reason });
      malformedCount += 1;
    },
    get malformedCount() {
      return malformedCount;
    },
  };
}
