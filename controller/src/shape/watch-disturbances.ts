import { TestbedError } from '../errors/testbed-error.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/message-of.ts';
import type { NetworkState } from '../model/network.ts';
import type { DisturbanceRecord, LinkCheckRecord } from '../model/record.ts';
import type { Disturbance, NodeNamespaces } from '../runtime/runtime.ts';
import type { Acknowledgement, ShapedNetwork, Shaper } from './shaper.ts';
import { createShapingLock, type ShapingLock } from './shaping-lock.ts';
import { verifyNetwork } from './verify-network.ts';

/**
 * Keeps a network shaped: a node that restarted, or whose data link was replaced, gets the state
 * that holds at that time, is measured, and is let in again. Nodes that are disturbed together are
 * shaped together, since they are each other's partners when they are measured.
 */
export interface WatchRequest {
  readonly shaper: Shaper;
  readonly shaped: ShapedNetwork;
  readonly namespaces: Pick<NodeNamespaces, 'onDisturbance'>;
  readonly currentState: () => NetworkState;
  /** Lets a restarted node take part again. */
  readonly rejoin: (nodeIndex: number) => Promise<void>;
}

export interface WatchOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onCheck: (check: LinkCheckRecord) => void;
}

export interface DisturbanceWatch {
  /** To be held by whoever else shapes. */
  readonly lock: ShapingLock;
  /** Stops watching; what is under way is given up. @returns all disturbances, in order */
  end(): Promise<readonly DisturbanceRecord[]>;
}

/** Events of one cause (`docker restart` of many nodes) come close together. */
const GATHER_MS = 50;
const ATTEMPTS_MAX = 4;
const RETRY_MS = 250;

/** A disturbance that is not over yet. */
interface Draft {
  readonly nodeIndex: number;
  readonly at: Date;
  kind: Disturbance['kind'];
  shapedAgainAt: Date | null;
  trouble: string | null;
  isOver: boolean;
}

export function watchDisturbances(request: WatchRequest, options: WatchOptions): DisturbanceWatch {
  const lock = createShapingLock();
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const drafts: Draft[] = [];
  const waiting = new Set<Draft>();
  let working: Promise<void> | null = null;
  let bug: unknown = null;

  const work = async (): Promise<void> => {
    try {
      while (waiting.size > 0 && !signal.aborted) {
        await options.clock.sleep(GATHER_MS, { signal });
        const batch = [...waiting];
        waiting.clear();
        await shapeAgain(batch, request, { ...options, signal }, lock);
        // One that was disturbed again meanwhile is waiting anew.
        for (const draft of batch) draft.isOver = !waiting.has(draft);
      }
    } catch (error) {
      if (!signal.aborted) bug = error;
    } finally {
      // Not a moment later: what is told from here on would wait for nobody.
      working = null;
    }
  };
  const start = (): void => {
    if (waiting.size > 0) working ??= work();
  };
  const stopListening = request.namespaces.onDisturbance((event) => {
    if (signal.aborted) return;
    const draft = noteEvent(drafts, event);
    // Without a link there is nothing to shape: the node comes back with another event.
    if (event.kind === 'disconnected') waiting.delete(draft);
    else waiting.add(draft);
    start();
  });

  return {
    lock,
    async end() {
      stopListening();
      ended.abort();
      await working;
      if (bug !== null) throw bug;
      return drafts.map(recordOf);
    },
  };
}

/** One disturbance of a node ends when it is shaped; what happens until then is part of it. */
function noteEvent(drafts: Draft[], { nodeIndex, kind, at }: Disturbance): Draft {
  const open = drafts.find((draft) => draft.nodeIndex === nodeIndex && !draft.isOver);
  if (open !== undefined) {
    // A restart needs more than a reconnection, so it is never forgotten.
    if (open.kind !== 'restarted') open.kind = kind;
    open.shapedAgainAt = null;
    return open;
  }
  const draft: Draft = {
    nodeIndex,
    at,
    kind,
    shapedAgainAt: null,
    trouble: null,
    isOver: false,
  };
  drafts.push(draft);
  return draft;
}

async function shapeAgain(
  batch: readonly Draft[],
  request: WatchRequest,
  options: WatchOptions,
  lock: ShapingLock,
): Promise<void> {
  const applied = await applyUntilDone(batch, request, options, lock);
  const shaped = batch.filter(({ nodeIndex }) => applied.has(nodeIndex));
  if (shaped.length === 0) return;
  // In userspace a node has no link to be measured over before it takes part.
  if (request.shaper.kind === 'userspace') await letIn(shaped, request);
  const off = await measure(shaped, request, options);
  if (request.shaper.kind === 'netem') await letIn(shaped, request);
  for (const draft of shaped) {
    if (off.has(draft.nodeIndex)) draft.trouble ??= 'it was measured and is not as planned';
    else draft.shapedAgainAt = applied.get(draft.nodeIndex) ?? null;
  }
}

/** @returns when it took effect, by node; a node that could not be shaped is missing */
async function applyUntilDone(
  batch: readonly Draft[],
  { shaper, currentState }: WatchRequest,
  { clock, signal }: WatchOptions,
  lock: ShapingLock,
): Promise<ReadonlyMap<number, Date>> {
  const applied = new Map<number, Date>();
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const open = batch.filter(({ nodeIndex }) => !applied.has(nodeIndex));
    if (open.length === 0) break;
    if (attempt > 1) await clock.sleep(RETRY_MS * attempt, { signal });
    const nodes = open.map(({ nodeIndex }) => nodeIndex);
    const answers = await lock.run(() =>
      tolerate(nodes, () => shaper.apply(currentState(), nodes, { signal })),
    );
    for (const { nodeIndex, appliedAt, error } of answers) {
      if (appliedAt !== null) applied.set(nodeIndex, appliedAt);
      const draft = open.find((one) => one.nodeIndex === nodeIndex);
      if (draft !== undefined) draft.trouble = appliedAt === null ? (error ?? 'no answer') : null;
    }
  }
  return applied;
}

async function tolerate(
  nodes: readonly number[],
  call: () => Promise<readonly Acknowledgement[]>,
): Promise<readonly Acknowledgement[]> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    return nodes.map((nodeIndex) => ({ nodeIndex, appliedAt: null, error: error.message }));
  }
}

/** @returns the nodes of which something is off, or which could not be measured */
async function measure(
  drafts: readonly Draft[],
  { shaper, shaped, currentState }: WatchRequest,
  { clock, signal, onCheck }: WatchOptions,
): Promise<ReadonlySet<number>> {
  const nodes = drafts.map(({ nodeIndex }) => nodeIndex);
  try {
    for (let attempt = 1; ; attempt++) {
      const state = currentState();
      const checks = await verifyNetwork(
        { shaper, shaped, state, occasion: 'again', nodes },
        { clock, signal },
      );
      // A planned change in the middle of the measuring: what was measured is neither of the two.
      if (currentState() !== state && attempt < ATTEMPTS_MAX) continue;
      for (const check of checks) onCheck(check);
      const off = checks.filter(({ isWithin }) => !isWithin);
      return new Set(off.flatMap(({ fromNode, toNode }) => [fromNode, toNode]));
    }
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    for (const draft of drafts) draft.trouble = `it could not be measured: ${error.message}`;
    return new Set(nodes);
  }
}

async function letIn(drafts: readonly Draft[], { rejoin }: WatchRequest): Promise<void> {
  const restarted = drafts.filter(({ kind }) => kind === 'restarted');
  await Promise.all(
    restarted.map(async (draft) => {
      try {
        await rejoin(draft.nodeIndex);
      } catch (error) {
        if (!(error instanceof TestbedError)) throw error;
        draft.trouble = `it could not take part again: ${messageOf(error)}`;
      }
    }),
  );
}

const words: Record<Disturbance['kind'], string> = {
  restarted: 'It restarted',
  reconnected: 'Its data link was replaced',
  disconnected: 'It lost its data link',
};

function recordOf({ nodeIndex, at, kind, shapedAgainAt, trouble }: Draft): DisturbanceRecord {
  const more = trouble === null ? '.' : `; ${trouble.replace(/\.$/, '')}.`;
  return { nodeIndex, at, text: `${words[kind]}${more}`, shapedAgainAt };
}
