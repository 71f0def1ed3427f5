import { TestbedError } from '../errors/testbed-error.ts';
import type { Clock } from '../lib/clock.ts';
import type { NetworkState, PlannedChange } from '../model/network.ts';
import type { NetworkChangeRecord } from '../model/record.ts';
import type { Acknowledgement, Shaper } from './shaper.ts';
import type { ShapingLock } from './shaping-lock.ts';

/**
 * Carries out the planned changes of a network at their times. What does not take effect is
 * tried once more and then recorded with its reason; nothing is thrown away, and nothing but a
 * bug is thrown.
 */
export interface ChangesRequest {
  readonly shaper: Shaper;
  /** In order of time. */
  readonly changes: readonly PlannedChange[];
  /** What holds before the first of them. */
  readonly initial: NetworkState;
  /** Start of the measured window; changes count from here. */
  readonly measureAt: Date;
  /** Held while a change is applied; null if nobody else shapes meanwhile. */
  readonly lock: ShapingLock | null;
  /** The state that is to hold from now on, told before it is applied. */
  readonly onState: (state: NetworkState) => void;
  /** One record for each node concerned, after each change. */
  readonly onRecord: (records: readonly NetworkChangeRecord[]) => void;
}

/** Resolves after the last change, or when the signal fires. */
export async function runChanges(
  request: ChangesRequest,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const { changes, measureAt, lock, onState, onRecord } = request;
  // Counted on the monotonic clock, as the nodes do: a wall clock that is set moves nothing.
  const beginsMs = clock.monotonicMs() + measureAt.getTime() - clock.now().getTime();
  let from = request.initial;
  for (const change of changes) {
    await sleepUntil(beginsMs + change.atMs, clock, signal);
    if (signal.aborted) return;
    const held = from;
    const apply = async (): Promise<readonly Acknowledgement[]> => {
      onState(change.state);
      return applyChange(request.shaper, held, change, signal);
    };
    const acknowledgements = await (lock === null ? apply() : lock.run(apply));
    from = change.state;
    onRecord(acknowledgements.map((one) => recordOf(change, measureAt, one)));
  }
}

async function sleepUntil(untilMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const leftMs = untilMs - clock.monotonicMs();
  if (leftMs <= 0 || signal.aborted) return;
  try {
    await clock.sleep(leftMs, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** @returns one acknowledgement for each node of the change, in its order */
async function applyChange(
  shaper: Shaper,
  from: NetworkState,
  { state, nodes }: PlannedChange,
  signal: AbortSignal,
): Promise<readonly Acknowledgement[]> {
  if (nodes.length === 0) return [];
  const first = await acknowledge(nodes, signal, () =>
    shaper.change(from, state, nodes, { signal }),
  );
  const failed = first.filter(({ appliedAt }) => appliedAt === null).map((one) => one.nodeIndex);
  if (failed.length === 0 || signal.aborted) return first;
  // As a whole: what a node holds after half a change is not known.
  const second = await acknowledge(failed, signal, () => shaper.apply(state, failed, { signal }));
  const again = new Map(second.map((one) => [one.nodeIndex, one]));
  return first.map((one) => again.get(one.nodeIndex) ?? one);
}

/** A call that fails as a whole is the failure of each of its nodes; so is one that says nothing. */
async function acknowledge(
  nodes: readonly number[],
  signal: AbortSignal,
  call: () => Promise<readonly Acknowledgement[]>,
): Promise<readonly Acknowledgement[]> {
  const failure = (nodeIndex: number, error: string): Acknowledgement => ({
    nodeIndex,
    appliedAt: null,
    error,
  });
  try {
    const answers = new Map((await call()).map((one) => [one.nodeIndex, one]));
    return nodes.map(
      (node) => answers.get(node) ?? failure(node, 'The shaper did not answer for this node.'),
    );
  } catch (error) {
    if (signal.aborted) {
      return nodes.map((node) => failure(node, 'The window ended while it was being applied.'));
    }
    if (!(error instanceof TestbedError)) throw error;
    return nodes.map((node) => failure(node, error.message));
  }
}

function recordOf(
  { index, kind, text, atMs }: PlannedChange,
  measureAt: Date,
  { nodeIndex, appliedAt, error }: Acknowledgement,
): NetworkChangeRecord {
  const plannedAt = new Date(measureAt.getTime() + atMs);
  return { changeIndex: index, kind, text, plannedAt, nodeIndex, appliedAt, error };
}
