import type { PathDelays } from './path-delays.ts';

/**
 * What has to travel before a transaction is committed where it entered, by protocol: a further one
 * costs an entry here. Messages travel without being made, signed, checked or waited for.
 */

export interface CommitPath {
  /** Rounds that differ: by leader, or one where the leader stays. */
  readonly leaders: 'rotating' | 'fixed';
  /** From its entry at each node, in the round of this leader, to its commit there, in ms. */
  readonly latenciesMs: (delays: PathDelays, leader: number, quorum: number) => readonly number[];
}

export const commitPaths: Readonly<Record<string, CommitPath>> = {
  // A certificate commits the parent of its block: two rounds of votes.
  jolteon: { leaders: 'rotating', latenciesMs: chained(2) },
  // Three certificates in a row commit the first.
  hotstuff: { leaders: 'rotating', latenciesMs: chained(3) },
  pbft: { leaders: 'fixed', latenciesMs: allToAll },
};

/**
 * The entry hands it to the leader; in each round the leader's block goes to all, a quorum of votes
 * to the next leader, who builds on them; the last one tells the entry with its own block.
 */
function chained(rounds: number): CommitPath['latenciesMs'] {
  return (delays, leader, quorum) => {
    const { nodeCount } = delays;
    let votesMs = 0;
    for (let round = 0; round < rounds; round++) {
      const [here, next] = [(leader + round) % nodeCount, (leader + round + 1) % nodeCount];
      votesMs += quorumMs(sumOf(delays.from(here), delays.to(next)), quorum);
    }
    const [enters, told] = [delays.to(leader), delays.from((leader + rounds) % nodeCount)];
    return Array.from(enters, (ms, entry) => ms + votesMs + (told[entry] ?? 0));
  };
}

/** Pre-prepare from the primary; prepare and commit from all to all, a quorum of each. */
function allToAll(delays: PathDelays, leader: number, quorum: number): readonly number[] {
  const entries = Array.from({ length: delays.nodeCount }, (_, node) => node);
  const proposed = delays.from(leader);
  const prepared = Float64Array.from(entries, (node) =>
    quorumMs(sumOf(proposed, delays.to(node)), quorum),
  );
  const enters = delays.to(leader);
  return entries.map(
    (node) => (enters[node] ?? 0) + quorumMs(sumOf(prepared, delays.to(node)), quorum),
  );
}

function sumOf(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => value + (b[index] ?? 0));
}

/** When the last of the quickest `quorum` is there. */
function quorumMs(arrivals: Float64Array, quorum: number): number {
  return arrivals.sort()[quorum - 1] ?? Number.POSITIVE_INFINITY;
}
