import type { Clock } from '../lib/clock.ts';
import type { NetworkState } from '../model/network.ts';
import type { DisturbanceRecord, LinkCheckRecord } from '../model/record.ts';
import type { Disturbance, OnDisturbance } from '../runtime/runtime.ts';
import { createBatches } from '../shape/batches.ts';
import type { ShapedNetwork, ShapeOptions, Shaper } from '../shape/shaper.ts';
import { createShapingLock, type ShapingLock } from '../shape/shaping-lock.ts';
import { applyAgain, letIn, measureAgain } from './shape-again.ts';

/**
 * Keeps a network shaped: a node that restarted, or whose data link was replaced, gets the state
 * that holds at that time, is measured, and is let in again. Nodes that are disturbed together are
 * shaped together, since they are each other's partners when they are measured; one that is
 * disturbed while others are measured is shaped at once, and measured after them.
 */
export interface WatchRequest {
  readonly shaper: Shaper;
  readonly shaped: ShapedNetwork;
  readonly onDisturbance: OnDisturbance;
  readonly currentState: () => NetworkState;
  /** Lets a restarted node take part again. */
  readonly rejoin: (nodeIndex: number, options: ShapeOptions) => Promise<void>;
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
/** Until a node can be shaped that began anew: its own shaper comes up with its process. */
const APPLY_MS_MAX = 15_000;

/** Until it takes part again, from when its links are as planned; told with the disturbance. */
const REJOIN_MS_MAX = 30_000;

/** A disturbance that may not be over yet. */
interface Draft {
  readonly nodeIndex: number;
  readonly at: Date;
  kind: Disturbance['kind'];
  /** Events so far: whatever began before the last of them is void. */
  events: number;
  /** First attempt to shape it since the last of them, on the monotonic clock. */
  triedMs: number | null;
  /** When the state took effect that is to be measured. */
  appliedAt: Date | null;
  shapedAgainAt: Date | null;
  trouble: string | null;
  isOver: boolean;
}

export function watchDisturbances(request: WatchRequest, options: WatchOptions): DisturbanceWatch {
  const lock = createShapingLock();
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const { clock } = options;
  const work = { clock, signal };
  const drafts: Draft[] = [];

  /** Nodes that are being let in: one that does not come back keeps no other waiting. */
  const entering = new Set<Promise<void>>();
  const rejoin = (draft: Draft, then: () => void): void => {
    const isCurrent = currentOf([draft]);
    const enter = async (): Promise<void> => {
      if (draft.kind === 'restarted') {
        const trouble = await letIn(draft.nodeIndex, request.rejoin, {
          ...work,
          limitMs: REJOIN_MS_MAX,
        });
        // Disturbed once more: then it is shaped, and let in, once more.
        if (!isCurrent(draft)) return;
        draft.trouble = trouble ?? draft.trouble;
      }
      then();
    };
    const entry = enter();
    entering.add(entry);
    // A bug stays, to be thrown at the end.
    entry.then(
      () => entering.delete(entry),
      () => undefined,
    );
  };

  const shape = async (batch: readonly Draft[]): Promise<void> => {
    const isCurrent = currentOf(batch);
    const nodes = batch.map(({ nodeIndex }) => nodeIndex);
    for (const draft of batch) draft.triedMs ??= clock.monotonicMs();
    const answers = await applyAgain(nodes, { ...request, lock }, work);
    for (const draft of batch.filter(isCurrent)) {
      const { appliedAt = null, error = null } = answers.get(draft.nodeIndex) ?? {};
      draft.appliedAt = appliedAt;
      draft.trouble = appliedAt === null ? (error ?? 'no answer') : null;
      if (appliedAt !== null) continue;
      draft.isOver = clock.monotonicMs() - (draft.triedMs ?? 0) > APPLY_MS_MAX;
      // In another batch: those who are shaped, and those disturbed meanwhile, do not wait for it.
      if (!draft.isOver) shaping.add(draft);
    }
    const applied = batch.filter((draft) => isCurrent(draft) && draft.appliedAt !== null);
    // In userspace a node has no link to be measured over before it takes part; what it sends is
    // shaped from its first byte all the same.
    for (const draft of applied) {
      if (request.shaper.kind === 'userspace') rejoin(draft, () => measuring.add(draft));
      else measuring.add(draft);
    }
  };

  const measure = async (batch: readonly Draft[]): Promise<void> => {
    const isCurrent = currentOf(batch);
    const nodes = batch.map(({ nodeIndex }) => nodeIndex);
    const result = await measureAgain(nodes, request, work);
    // Nothing is said about links to nodes that are disturbed themselves: their turn will come.
    const away = drafts.filter((one) => !one.isOver && !(batch.includes(one) && isCurrent(one)));
    const isAway = (node: number): boolean => away.some(({ nodeIndex }) => nodeIndex === node);
    const checks = (result.kind === 'measured' ? result.checks : []).filter(
      ({ fromNode, toNode }) => !isAway(fromNode) && !isAway(toNode),
    );
    for (const check of checks) options.onCheck(check);
    for (const draft of batch.filter(isCurrent)) {
      const found = result.kind === 'failed' ? result.reason : checks;
      if (request.shaper.kind === 'netem') rejoin(draft, () => conclude(draft, found));
      else conclude(draft, found);
    }
  };

  const batchOptions = { ...work, gatherMs: GATHER_MS };
  const shaping = createBatches(shape, batchOptions);
  const measuring = createBatches(measure, batchOptions);
  const stopListening = request.onDisturbance((event) => {
    if (signal.aborted) return;
    const draft = noteEvent(drafts, event);
    measuring.delete(draft);
    // Without a link there is nothing to shape: the node comes back with another event.
    if (event.kind === 'disconnected') shaping.delete(draft);
    else shaping.add(draft);
  });

  return {
    lock,
    async end() {
      stopListening();
      ended.abort();
      await shaping.settle();
      await measuring.settle();
      // Each has its own end; what is wrong with one is in its draft, and a bug is told.
      await Promise.all(entering);
      return drafts.map(recordOf);
    },
  };
}

/** @returns whether nothing has happened to a node of the batch since now */
function currentOf(batch: readonly Draft[]): (draft: Draft) => boolean {
  const events = new Map(batch.map((draft) => [draft, draft.events]));
  return (draft) => events.get(draft) === draft.events;
}

/** One disturbance of a node ends when it is shaped; what happens until then is part of it. */
function noteEvent(drafts: Draft[], { nodeIndex, kind, at }: Disturbance): Draft {
  const open = drafts.find((draft) => draft.nodeIndex === nodeIndex && !draft.isOver);
  if (open !== undefined) {
    // A restart needs more than a reconnection, so it is never forgotten.
    if (open.kind !== 'restarted') open.kind = kind;
    open.events += 1;
    open.triedMs = null;
    return open;
  }
  const draft: Draft = {
    nodeIndex,
    at,
    kind,
    events: 1,
    triedMs: null,
    appliedAt: null,
    shapedAgainAt: null,
    trouble: null,
    isOver: false,
  };
  drafts.push(draft);
  return draft;
}

/** @param found the checks, or why there are none */
function conclude(draft: Draft, found: readonly LinkCheckRecord[] | string): void {
  const isOff = (checks: readonly LinkCheckRecord[]): boolean =>
    checks.some(
      ({ fromNode, toNode, isWithin }) => !isWithin && [fromNode, toNode].includes(draft.nodeIndex),
    );
  if (typeof found === 'string') draft.trouble ??= `it could not be measured: ${found}`;
  else if (isOff(found)) draft.trouble ??= 'it was measured and is not as planned';
  else draft.shapedAgainAt = draft.appliedAt;
  draft.isOver = true;
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
