/**
 * Watches whether nodes keep the namespace and the data link that they had. An event of the daemon
 * only says where to look; what is told comes from comparing what is there with what was there. So
 * nothing is lost while the connection to the daemon is, and a container that stops and starts,
 * which disconnects and connects its networks too, is told as what it is.
 */
import type { Clock } from '../../lib/clock.ts';
import type { Disturbance, OnDisturbance } from '../runtime.ts';
import type { DockerClient } from './docker-client.ts';
import type { ContainerState } from './docker-replies.ts';
import { dockerReason } from './translate-docker-error.ts';

/** Identifies the process and the data device of a running node. */
export interface NodeLink {
  readonly startedAt: string;
  /** Null while the node is not on the data network. */
  readonly endpointId: string | null;
}

export interface WatchedNode {
  readonly nodeIndex: number;
  /** May become another one, which is then watched. */
  readonly containerId: string;
  /** As it was when the node had been started. */
  readonly link: NodeLink;
}

export interface WatchParts {
  readonly client: DockerClient;
  readonly clock: Clock;
  /** Told what a node was found to be, before anybody is told what happened to it. */
  readonly onLook?: (nodeIndex: number, state: ContainerState) => void;
}

export interface DisturbanceWatch {
  readonly onDisturbance: OnDisturbance;
  /** Resolves when nothing will be told any more. */
  close(): Promise<void>;
}

const ACTIONS = ['start', 'connect', 'disconnect'];
const PAUSE_MS_FIRST = 100;
const PAUSE_MS_MAX = 2_000;

/** @returns null if the container does not run */
export function readLink(
  { State, NetworkSettings }: ContainerState,
  dataNetwork: string,
): NodeLink | null {
  if (!State.Running) return null;
  const endpointId = NetworkSettings.Networks?.[dataNetwork]?.EndpointID || null;
  return { startedAt: State.StartedAt ?? '', endpointId };
}

/** What happened to a node between two looks at it; a dead node is for others to notice. */
export function compareLinks(before: NodeLink, after: NodeLink): Disturbance['kind'] | null {
  if (after.startedAt !== before.startedAt) return 'restarted';
  if (after.endpointId === before.endpointId) return null;
  return after.endpointId === null ? 'disconnected' : 'reconnected';
}

export function watchDisturbances(
  nodes: readonly WatchedNode[],
  dataNetwork: string,
  { client, clock, onLook = () => undefined }: WatchParts,
): DisturbanceWatch {
  const abort = new AbortController();
  const { signal } = abort;
  const listeners = new Set<(event: Disturbance) => void>();
  const links = new Map(nodes.map((node) => [node, node.link]));
  /** Nodes to look at, with the time of what made them worth a look. */
  const pending = new Map<WatchedNode, Date>();
  let looking: Promise<void> = Promise.resolve();
  let isLooking = false;
  let following: Promise<void> | undefined;

  const look = async (node: WatchedNode, at: Date): Promise<void> => {
    const state = await client.inspectContainer(node.containerId, { signal });
    const after = readLink(state, dataNetwork);
    const before = links.get(node) ?? node.link;
    if (after === null || signal.aborted) return;
    onLook(node.nodeIndex, state);
    links.set(node, after);
    const kind = compareLinks(before, after);
    if (kind === null) return;
    const event = {
      nodeIndex: node.nodeIndex,
      kind,
      at: kind === 'restarted' ? started(after) : at,
    };
    for (const listener of listeners) listener(event);
  };
  const started = ({ startedAt }: NodeLink): Date => new Date(startedAt);

  /** One look after the other, so that what is told is in order; ends when none is due. */
  const lookAtPending = async (): Promise<void> => {
    for (const [node, at] of pending) {
      if (signal.aborted) break;
      pending.delete(node);
      try {
        await look(node, at);
      } catch (error) {
        if (signal.aborted || dockerReason(error) === 'gone') continue;
        if (dockerReason(error) === null) throw error;
        // Again, unless something newer has come in for it.
        if (!pending.has(node)) pending.set(node, at);
        await clock.sleep(PAUSE_MS_FIRST, { signal }).catch(() => undefined);
      }
    }
    isLooking = false;
  };
  const lookSoon = (containerId: string, at: Date): void => {
    const node = nodes.find((one) => one.containerId === containerId);
    if (node === undefined) return;
    pending.set(node, at);
    if (isLooking) return;
    isLooking = true;
    looking = lookAtPending();
  };

  const follow = async (): Promise<void> => {
    let pauseMs = PAUSE_MS_FIRST;
    while (!signal.aborted) {
      try {
        const events = await client.watchEvents(ACTIONS, { signal });
        // Whatever happened before the daemon began to tell.
        for (const { containerId } of nodes) lookSoon(containerId, clock.now());
        pauseMs = PAUSE_MS_FIRST;
        for await (const { containerId, at } of events) lookSoon(containerId, at);
      } catch {
        // The daemon is away; what happens meanwhile is seen when it is back.
      }
      await clock.sleep(pauseMs, { signal }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX);
    }
  };

  return {
    onDisturbance: (listener) => {
      listeners.add(listener);
      following ??= follow();
      return () => listeners.delete(listener);
    },
    close: async () => {
      abort.abort();
      listeners.clear();
      await following;
      await looking;
    },
  };
}
