/** How the nodes of a network ended. */
import type { Clock } from '../../lib/clock.ts';
import type { NodeRecord } from '../../model/record.ts';
import type { RunningNetwork } from '../runtime.ts';
import type { DockerClient, FoundContainer } from './docker-client.ts';
import { labels } from './object-names.ts';
import { dockerReason } from './translate-docker-error.ts';

type NodeExit = NodeRecord['exit'];

export interface ExitParts {
  readonly networkName: string;
  readonly nodes: readonly { readonly containerId: string }[];
  readonly client: Pick<DockerClient, 'inspectContainer' | 'listContainers'>;
  readonly clock: Clock;
  /** Told what was found with every look. */
  readonly onListed?: (found: readonly FoundContainer[]) => void;
  /** See readOomKills; when the first node was about to be created, and now. */
  readonly oomKillsBefore: number | null;
  readonly readOomKills: () => Promise<number | null>;
}

/** Killed by SIGKILL, which is what the kernel does at the memory limit. */
const EXIT_KILLED = 137;
/** The event that sets OOMKilled may come a little later than the death itself. */
const OOM_NOTICE_MS = 3_000;

/** One list call; only nodes found dead are inspected, and each of them once for each end. */
export function createExits(parts: ExitParts): RunningNetwork['exits'] {
  const { networkName, nodes, client, clock, onListed = () => undefined } = parts;
  const known = new Map<string, NodeExit>();
  const diedMs = new Map<string, number>();
  const look = async (containerId: string, signal: AbortSignal): Promise<NodeExit> => {
    const { State: state } = await client.inspectContainer(containerId, { signal });
    return { code: state.ExitCode, oomKilled: state.OOMKilled };
  };
  const settle = (containerId: string, exit: NodeExit): void => {
    const diedAtMs = diedMs.get(containerId);
    if (exit === null || exit.code === null || diedAtMs === undefined) return;
    const sinceMs = clock.monotonicMs() - diedAtMs;
    if (!isUnexplained(exit) || sinceMs > OOM_NOTICE_MS) known.set(containerId, exit);
  };
  return async ({ signal }) => {
    const found = await client.listContainers([`${labels.network}=${networkName}`], { signal });
    onListed(found);
    const states = new Map(found.map(({ id, state }) => [id, state]));
    const exits = await Promise.all(
      nodes.map(async ({ containerId }): Promise<NodeExit> => {
        const state = states.get(containerId);
        if (state === 'running' || state === 'paused' || state === 'restarting') {
          // It may have come back: what its next end will be is not known yet.
          known.delete(containerId);
          diedMs.delete(containerId);
          return null;
        }
        const before = known.get(containerId);
        if (before !== undefined) return before;
        if (!diedMs.has(containerId)) diedMs.set(containerId, clock.monotonicMs());
        // Removed by somebody else: dead, and nobody knows how it ended.
        if (state === undefined) return { code: null, oomKilled: false };
        try {
          return await look(containerId, signal);
        } catch (error) {
          if (dockerReason(error) === 'gone') return { code: null, oomKilled: false };
          throw error;
        }
      }),
    );
    const isOpen = (index: number): boolean => !known.has(nodes[index]?.containerId ?? '');
    const explained = await explainByKernel(exits, isOpen, parts);
    for (const [index, { containerId }] of nodes.entries()) {
      settle(containerId, explained[index] ?? null);
    }
    return explained;
  };
}

function isUnexplained(exit: NodeExit): boolean {
  return exit?.code === EXIT_KILLED && !exit.oomKilled;
}

/**
 * Docker loses the notice of some memory kills: of 54 nodes that died at their limit in the first
 * tenths of a second, on a busy host with Engine 20.10 and cgroup v1, it flagged 52. The kernel
 * counts them all. If it has killed more than are flagged, nodes that a SIGKILL ended without any
 * other reason are the rest.
 */
async function explainByKernel(
  exits: readonly NodeExit[],
  isOpen: (index: number) => boolean,
  { oomKillsBefore, readOomKills }: ExitParts,
): Promise<readonly NodeExit[]> {
  if (!exits.some((exit, index) => isUnexplained(exit) && isOpen(index))) return exits;
  const kills = await readOomKills();
  if (kills === null || oomKillsBefore === null) return exits;
  const flagged = exits.filter((exit) => exit?.oomKilled === true).length;
  let unflagged = kills - oomKillsBefore - flagged;
  return exits.map((exit, index) => {
    if (exit === null || !isUnexplained(exit) || !isOpen(index) || unflagged <= 0) return exit;
    unflagged -= 1;
    return { ...exit, oomKilled: true };
  });
}
