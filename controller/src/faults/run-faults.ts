import type { NodeClient } from '../control/node-client.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/message-of.ts';
import type { PlannedEvent, TimelineRecord, Witness } from '../model/timeline.ts';
import type { NodeProcesses } from '../runtime/runtime.ts';
import type { BehaviourDesk } from './behaviour-desk.ts';
import { combineWitnesses } from './combine-witnesses.ts';
import type { Fault, FaultNode, OnThaw, Revive } from './fault.ts';
import { findLeader } from './find-leader.ts';
import { createFault } from './handlers/all-handlers.ts';
import type { NodeHolds } from './node-holds.ts';

/**
 * Carries out what a plan does to nodes, each event at its time, side by side where they overlap,
 * and takes everything back: at its end, and whatever still holds when the window is over or the
 * repetition fails. What does not work is recorded with its reason; nothing but a bug is thrown.
 */
export interface FaultsRequest {
  readonly timeline: readonly PlannedEvent[];
  /** Start of the measured window; events count from here. */
  readonly measureAt: Date;
  readonly clients: readonly NodeClient[];
  readonly processes: NodeProcesses;
  readonly holds: NodeHolds;
  readonly behaviours: BehaviourDesk;
  readonly revive: Revive;
  readonly onThaw: OnThaw;
  /** Told when an event has taken effect at its nodes, and when it has been taken back. */
  readonly onProgress: (text: string) => void;
}

export interface FaultsOptions {
  readonly clock: Clock;
  /** Fires when the window is over, or the repetition. */
  readonly signal: AbortSignal;
  /** Fires when everything is to be removed: then only what is frozen or squeezed is let go. */
  readonly hurry: AbortSignal;
}

export type NodeEvent = Extract<PlannedEvent, { readonly action: unknown }>;

/** How long a node that is started again is left alone by others. */
const RESTART_MS = 5_000;
const BEGIN_MS_MAX = 20_000;
const END_MS_MAX = 60_000;
const HURRY_MS_MAX = 5_000;

/** @returns one record for each event on nodes whose time came, in order of the timeline */
export async function runFaults(
  request: FaultsRequest,
  options: FaultsOptions,
): Promise<readonly TimelineRecord[]> {
  const { clock } = options;
  // Counted on the monotonic clock, as the nodes do: a wall clock that is set moves nothing.
  const beginsMs = clock.monotonicMs() + request.measureAt.getTime() - clock.now().getTime();
  const lanes = createLanes();
  const leaders: Leaders = { last: Promise.resolve(), taken: new Map() };
  const events = request.timeline.filter((event): event is NodeEvent => 'action' in event);
  const under = new Map<number, Promise<TimelineRecord | null>>();
  for (const event of events) {
    const before = events.filter((other) => other.index < event.index && isBefore(other, event));
    const earlier = before.map(({ index }) => under.get(index));
    under.set(
      event.index,
      carryOut(event, { ...request, ...options, beginsMs, lanes, leaders, earlier }),
    );
  }
  const records = await Promise.all(under.values());
  return records.filter((record) => record !== null);
}

/** Whether one has to be over before the other begins, because they share a node. */
function isBefore(one: NodeEvent, other: NodeEvent): boolean {
  const endMs = one.kind === 'restart' ? one.atMs : one.endMs;
  if (endMs === null || endMs > other.atMs) return false;
  if (one.target.kind === 'leader' || other.target.kind === 'leader') return endMs === other.atMs;
  const nodes = new Set(one.target.nodes);
  return other.target.nodes.some((node) => nodes.has(node));
}

/** Nodes that events have taken because they led, by the event, until it is over. */
interface Leaders {
  last: Promise<unknown>;
  readonly taken: Map<number, number>;
}

interface Context extends FaultsRequest, FaultsOptions {
  readonly beginsMs: number;
  readonly leaders: Leaders;
  readonly lanes: Lanes;
  /** Events that are to be over before this one begins. */
  readonly earlier: readonly unknown[];
}

/** @returns null if its time did not come */
async function carryOut(event: NodeEvent, context: Context): Promise<TimelineRecord | null> {
  const { clock, hurry, measureAt } = context;
  const record = { ...emptyRecord(event, measureAt) };
  if (!(await sleepUntil(context.beginsMs + event.atMs, context))) return null;
  await Promise.all(context.earlier);
  if (context.signal.aborted) {
    return { ...record, error: 'The window was over before its turn came.' };
  }
  let faults: readonly { readonly nodeIndex: number; readonly fault: Fault }[] = [];
  const witnesses = new Map<number, Witness>();
  const errors: string[] = [];
  try {
    const nodes = await targetsOf(event, context);
    record.nodes = nodes;
    context.signal.throwIfAborted();
    faults = nodes.map((nodeIndex) => ({
      nodeIndex,
      fault: createFault(faultNode(nodeIndex, context), event.action),
    }));
    // What has begun is done, also where the window ends meanwhile.
    const signal = AbortSignal.any([hurry, clock.timeoutSignal(BEGIN_MS_MAX)]);
    await atEach(faults, context.lanes, errors, async ({ nodeIndex, fault }) => {
      keep(witnesses, nodeIndex, await fault.begin({ signal }));
    });
    if (errors.length === 0) record.begunAt = clock.now();
  } catch (error) {
    errors.push(messageOf(error));
  }
  context.onProgress(`${event.text}${errors.length === 0 ? '' : ` (failed: ${errors[0]})`}`);
  const isTakenBack = event.endMs !== null || !staysAway(event);
  if (isTakenBack) await takeBack({ event, faults, witnesses, errors, record }, context);
  if (isTakenBack) context.leaders.taken.delete(event.index);
  record.witness = combineWitnesses(witnesses, record.nodes);
  record.error = errors.length === 0 ? null : errors.join(' ');
  return record;
}

interface UnderWay {
  readonly event: NodeEvent;
  readonly faults: readonly { readonly nodeIndex: number; readonly fault: Fault }[];
  readonly witnesses: Map<number, Witness>;
  readonly errors: string[];
  readonly record: { -readonly [Key in keyof TimelineRecord]: TimelineRecord[Key] };
}

async function takeBack(
  { event, faults, witnesses, errors, record }: UnderWay,
  context: Context,
): Promise<void> {
  const { clock, hurry } = context;
  const endMs = event.kind === 'restart' ? event.atMs : (event.endMs ?? Number.POSITIVE_INFINITY);
  // What failed is taken back at once: nobody knows what of it holds.
  if (errors.length === 0) await sleepUntil(context.beginsMs + endMs, context);
  const mine = hurry.aborted ? faults.filter(({ fault }) => fault.endStarts !== true) : faults;
  const signal = hurry.aborted
    ? clock.timeoutSignal(HURRY_MS_MAX)
    : AbortSignal.any([hurry, clock.timeoutSignal(END_MS_MAX)]);
  const failed: string[] = [];
  await atEach(mine, context.lanes, failed, async ({ nodeIndex, fault }) => {
    keep(witnesses, nodeIndex, await fault.end({ signal }));
  });
  if (failed.length === 0 && mine.length === faults.length) record.endedAt = clock.now();
  errors.push(...failed.map((text) => `It was not taken back: ${text}`));
  if (record.endedAt !== null) context.onProgress(`${event.text}: over`);
}

/** A node that ended without `for` stays where it is. */
function staysAway({ kind }: NodeEvent): boolean {
  return kind === 'crash' || kind === 'stop';
}

/** The last word of a node is what counts, unless it says nothing. */
function keep(witnesses: Map<number, Witness>, nodeIndex: number, one: Witness | null): void {
  if (one === null) return;
  const before = witnesses.get(nodeIndex);
  if (before === undefined || before.isSeen) witnesses.set(nodeIndex, one);
}

async function atEach<T extends { readonly nodeIndex: number }>(
  all: readonly T[],
  lanes: Lanes,
  errors: string[],
  work: (one: T) => Promise<void>,
): Promise<void> {
  await Promise.all(
    all.map((one) =>
      lanes.run(one.nodeIndex, async () => {
        try {
          await work(one);
        } catch (error) {
          errors.push(messageOf(error));
        }
      }),
    ),
  );
}

/** Leaders are chosen one after the other, so that two events never take the same one for theirs. */
async function targetsOf(event: NodeEvent, context: Context): Promise<readonly number[]> {
  if (event.target.kind === 'nodes') return event.target.nodes;
  const { leaders, clients } = context;
  const named = context.timeline.filter(
    (other): other is NodeEvent => 'action' in other && isAtOnce(other, event),
  );
  const busy = named.flatMap(({ target }) => (target.kind === 'nodes' ? target.nodes : []));
  const choice = leaders.last.then(async () => {
    const taken = new Set([...busy, ...leaders.taken.values()]);
    const holds = {
      isSilent: (node: number) => taken.has(node) || context.holds.isSilent(node),
    };
    const leader = await findLeader(clients, holds, context);
    leaders.taken.set(event.index, leader);
    return leader;
  });
  leaders.last = choice.catch(() => undefined);
  return [await choice];
}

/** Both hold at some time. */
function isAtOnce(one: NodeEvent, other: NodeEvent): boolean {
  const endOf = ({ endMs, kind, atMs }: NodeEvent): number =>
    kind === 'restart' ? atMs + RESTART_MS : (endMs ?? Number.POSITIVE_INFINITY);
  return one.index !== other.index && one.atMs <= endOf(other) && other.atMs <= endOf(one);
}

function faultNode(nodeIndex: number, context: Context): FaultNode {
  const { clients, processes, holds, behaviours, clock, revive, onThaw } = context;
  const client = clients[nodeIndex];
  if (client === undefined) throw new RangeError(`There is no node ${nodeIndex}`);
  return { nodeIndex, client, processes, holds, behaviours, clock, revive, onThaw };
}

function emptyRecord(
  { index, kind, text, atMs, endMs }: NodeEvent,
  measureAt: Date,
): UnderWay['record'] {
  const at = (ms: number): Date => new Date(measureAt.getTime() + ms);
  return {
    eventIndex: index,
    kind,
    text,
    plannedAt: at(atMs),
    plannedEndAt: endMs === null ? null : at(endMs),
    begunAt: null,
    endedAt: null,
    nodes: [],
    witness: null,
    error: null,
  };
}

/** @returns false if the signal fired before */
async function sleepUntil(
  untilMs: number,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<boolean> {
  const leftMs = untilMs - clock.monotonicMs();
  if (signal.aborted) return false;
  if (leftMs <= 0) return true;
  try {
    await (Number.isFinite(leftMs) ? clock.sleep(leftMs, { signal }) : firing(signal));
    return true;
  } catch (error) {
    if (!signal.aborted) throw error;
    return false;
  }
}

function firing(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

interface Lanes {
  run(nodeIndex: number, work: () => Promise<void>): Promise<void>;
}

/** What is done to one node is done one after the other. */
function createLanes(): Lanes {
  const last = new Map<number, Promise<void>>();
  return {
    run(nodeIndex, work) {
      const next = (last.get(nodeIndex) ?? Promise.resolve()).then(work);
      last.set(nodeIndex, next);
      return next;
    },
  };
}
