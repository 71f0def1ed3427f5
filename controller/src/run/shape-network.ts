import { TestbedError } from '../errors/testbed-error.ts';
import type { NodeHolds } from '../faults/node-holds.ts';
import { withHost, wordSaturation } from '../judge/word-host.ts';
import type { Clock } from '../lib/clock.ts';
import { describeMismatch } from '../model/describe-mismatch.ts';
import type { CellNetwork, NetworkState, ShaperKind } from '../model/network.ts';
import type { ProgressListener } from '../model/progress.ts';
import type {
  DisturbanceRecord,
  LinkCheckRecord,
  LinkCounterRecord,
  NetworkChangeRecord,
  NetworkRecord,
} from '../model/record.ts';
import { heldByEvent, type PlannedEvent, type TimelineRecord } from '../model/timeline.ts';
import type { HostSampler } from '../observe/observation.ts';
import type { OnDisturbance, RunningNetwork } from '../runtime/runtime.ts';
import { createNetemShaper } from '../shape/netem/netem-shaper.ts';
import { orderDrift } from '../shape/order-drift.ts';
import { runChanges } from '../shape/run-changes.ts';
import type {
  Acknowledgement,
  CountedLink,
  ShapedNetwork,
  ShapeOptions,
  Shaper,
} from '../shape/shaper.ts';
import { tellSightings } from '../shape/tell-sightings.ts';
import { createUserspaceShaper } from '../shape/userspace/userspace-shaper.ts';
import { measureGrowth } from '../verify/measure-counters.ts';
import { verifyNetwork } from '../verify/verify-network.ts';
import { witnessChanges } from '../verify/witness-changes.ts';
import { type DisturbanceWatch, watchDisturbances } from './watch-disturbances.ts';

/**
 * The shaping of one repetition from the first node to the last: set up, measured, kept up,
 * changed as planned, and held against the plan once more at the end. What is known at any time
 * is in `record`, also after a failure.
 */
export interface NetworkShaping {
  readonly shaper: Shaper;
  /** Sets up the initial state at every node. */
  setUp(): Promise<void>;
  /**
   * Measures every pair of regions.
   * @throws TestbedError NETWORK_MISMATCH if something is off and that is not allowed
   */
  verify(): Promise<void>;
  /** From here on traffic counts; nodes that are disturbed are shaped, measured and let in again. */
  begin(rejoin: (nodeIndex: number, options: ShapeOptions) => Promise<void>): Promise<void>;
  /** Carries out the planned changes; resolves when the last one has been, or with the signal. */
  runChanges(measureAt: Date, signal: AbortSignal): Promise<void>;
  /** Reads the counters and holds the network against the plan; what fails is noted as drift. */
  conclude(signal: AbortSignal): Promise<void>;
  /** The state that holds now, for a node that could not be reached when it was set. */
  catchUp(nodeIndex: number, options: ShapeOptions): Promise<void>;
  /** How the events of the network went; to be asked after `conclude`. */
  timeline(): Promise<readonly TimelineRecord[]>;
  /** Ends the watching. Idempotent. */
  end(): Promise<void>;
  record(): NetworkRecord;
  /** How long the measuring of the network took, which is no part of bringing it up. */
  readonly verifiedMs: number;
  /** A clause about a host that was saturated meanwhile; null if it was not. */
  readonly hostNote: string | null;
}

export interface ShapingRequest {
  readonly shaper: ShaperKind;
  readonly cellNetwork: CellNetwork;
  readonly network: RunningNetwork;
  readonly seed: number;
  readonly allowMismatch: boolean;
  /** Time for measuring where the usual one would tell too little; the usual one if left out. */
  readonly verifyMsMax?: number;
  /** Watches the host while the network is measured; begins at once. */
  readonly watchHost?: () => HostSampler;
  /** Who tells of nodes that began anew; the network itself if left out. */
  readonly onDisturbance?: OnDisturbance;
  /** Nodes that the plan holds; none if left out. */
  readonly holds?: NodeHolds;
  /** Events of the plan; none if left out. */
  readonly timeline?: readonly PlannedEvent[];
}

export interface ShapingDependencies {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: ProgressListener;
}

/** @returns null for a network that nobody shapes */
export function createShaping(
  request: ShapingRequest,
  dependencies: ShapingDependencies,
): NetworkShaping | null {
  const shaper = createShaper(request, dependencies.clock);
  return shaper === null ? null : shapingOf(shaper, request, dependencies);
}

function createShaper(request: ShapingRequest, clock: Clock): Shaper | null {
  const { network } = request;
  switch (request.shaper) {
    case 'none':
      return null;
    case 'userspace':
      return createUserspaceShaper(shapedNetwork(request), network.clients, { clock });
    case 'netem': {
      if (network.namespaces === null) {
        throw new TestbedError(
          'SHAPER_UNAVAILABLE',
          'This runtime gives no way into the network namespaces of its nodes.',
          { hint: 'Use `--runtime docker`, or `--shaper userspace`.' },
        );
      }
      return createNetemShaper(shapedNetwork(request), network.namespaces);
    }
  }
}

function shapedNetwork(request: ShapingRequest): ShapedNetwork {
  const { cellNetwork, seed, network, holds } = request;
  // The kernel shapes and answers for a node that is frozen; in userspace nobody does.
  const inUserspace = request.shaper === 'userspace';
  const away =
    holds === undefined
      ? {}
      : {
          isAway: inUserspace ? holds.isSilent : holds.isDown,
          ...(inUserspace ? { untilAway: holds.untilFrozen } : {}),
        };
  return { network: cellNetwork, seed, dataAddresses: network.dataAddresses, ...away };
}

function shapingOf(
  shaper: Shaper,
  request: ShapingRequest,
  { clock, signal, onProgress }: ShapingDependencies,
): NetworkShaping {
  const { cellNetwork, network } = request;
  const shaped = shapedNetwork(request);
  const nodes = network.nodes.map(({ nodeIndex }) => nodeIndex);
  let state: NetworkState = cellNetwork.initial;
  let baseline: Awaited<ReturnType<Shaper['counters']>> | null = null;
  /** Nodes whose counters began anew since then: those of qdiscs do when they are set up. */
  const anew = new Set<number>();
  const noting: Shaper = {
    ...shaper,
    async apply(next, nodesAgain, options) {
      const answers = await shaper.apply(next, nodesAgain, options);
      if (shaper.kind === 'userspace') return answers;
      const applied = answers.flatMap((one) => (one.appliedAt === null ? [] : one.nodeIndex));
      for (const node of applied) anew.add(node);
      await watchAgain(applied, options);
      return answers;
    },
  };
  /** Nodes that are down are shaped when they come back; those that are frozen, when they go on. */
  const isOut = (node: number): boolean =>
    (shaper.kind === 'userspace' ? request.holds?.isSilent : request.holds?.isDown)?.(node) ===
    true;
  const present: Shaper = {
    ...noting,
    apply: (next, nodesThen, options) =>
      withoutAbsent(nodesThen, isOut, (here) => noting.apply(next, here, options)),
    change: (from, to, nodesThen, options) =>
      withoutAbsent(nodesThen, isOut, (here) => noting.change(from, to, here, options)),
  };
  const events = request.timeline ?? [];
  const witness = witnessChanges({ shaper, network: cellNetwork, timeline: events }, isOut, {
    signal,
  });
  let countedLast: readonly CountedLink[] | null = null;
  /** A node that was replaced is in another namespace, which nobody watches yet. */
  async function watchAgain(again: readonly number[], options: ShapeOptions): Promise<void> {
    try {
      await shaper.witness?.begin(again, options);
    } catch (error) {
      // It was disturbed once more: then it is shaped and watched once more.
      if (!(error instanceof TestbedError)) throw error;
    }
  }
  /** What the plan had in force, from when it was set about. */
  const history: { readonly state: NetworkState; readonly at: Date }[] = [];
  let windowAt: Date | null = null;
  let watch: DisturbanceWatch | null = null;
  let verifiedMs = 0;
  let hostNote: string | null = null;
  const checks: LinkCheckRecord[] = [];
  const changes: NetworkChangeRecord[] = [];
  let disturbances: readonly DisturbanceRecord[] = [];
  let counters: readonly LinkCounterRecord[] = [];
  let drift: readonly string[] = [];

  return {
    shaper,
    get verifiedMs() {
      return verifiedMs;
    },
    get hostNote() {
      return hostNote;
    },
    async setUp() {
      assertApplied(await shaper.apply(state, nodes, { signal }));
      history.push({ state, at: clock.now() });
      await shaper.witness?.begin(nodes, { signal });
    },
    async verify() {
      const startedMs = clock.monotonicMs();
      const onPair = (done: number, total: number): void =>
        onProgress({ kind: 'network-checks', done, total });
      const { verifyMsMax } = request;
      const budget = verifyMsMax === undefined ? {} : { budgetMsMax: verifyMsMax };
      const host = request.watchHost?.() ?? null;
      const measured = await verifyNetwork(
        { shaper, shaped, state, occasion: 'before', ...budget },
        { clock, signal, onProgress: onPair },
      ).finally(() => {
        hostNote = wordSaturation(host?.stop().samples ?? []);
      });
      checks.push(...measured);
      verifiedMs = clock.monotonicMs() - startedMs;
      const mismatch = describeMismatch(measured);
      if (mismatch === null || request.allowMismatch) return;
      throw new TestbedError('NETWORK_MISMATCH', withHost(mismatch, hostNote), {
        hint: 'Look at it with `testbed verify-net FILE`; to measure all the same: --allow-mismatch.',
        details: { checks: measured.filter(({ isWithin }) => !isWithin) },
      });
    },
    async begin(rejoin) {
      baseline = await shaper.counters({ signal });
      anew.clear();
      const onDisturbance = request.onDisturbance ?? network.onDisturbance;
      if (onDisturbance === null) return;
      watch = watchDisturbances(
        {
          shaper: noting,
          shaped,
          onDisturbance,
          currentState: () => state,
          rejoin(nodeIndex, options) {
            // It is another process, and what a node counts begins with that.
            anew.add(nodeIndex);
            return rejoin(nodeIndex, options);
          },
        },
        { clock, signal, onCheck: (check) => checks.push(check) },
      );
    },
    async runChanges(measureAt, changeSignal) {
      windowAt = measureAt;
      await runChanges(
        {
          shaper: present,
          changes: cellNetwork.changes,
          initial: state,
          measureAt,
          lock: watch?.lock ?? null,
          onState: (next) => {
            state = next;
            history.push({ state, at: clock.now() });
          },
          onRecord: (records) => {
            changes.push(...records);
            const [changed] = records;
            if (changed !== undefined) witness.look(changed.changeIndex);
            const failed = records.filter(({ appliedAt }) => appliedAt === null).length;
            const text = records[0]?.text ?? '';
            onProgress({ kind: 'network-changed', text, nodes: records.length, failed });
          },
        },
        { clock, signal: changeSignal },
      );
    },
    async conclude(lastSignal) {
      const options = { signal: lastSignal };
      try {
        if (baseline !== null) {
          const after = await shaper.counters(options);
          countedLast = after;
          counters = measureGrowth(shaped, state, { before: baseline, after }, anew);
        }
        const sightings = await shaper.witness?.end((at) => statesAt(history, at), options);
        const { told, standing } = tellSightings(sightings ?? [], windowAt);
        const last = await shaper.inspect(state, options);
        drift = orderDrift([...told, ...last.filter((text) => !standing.has(text))]);
      } catch (error) {
        if (!(error instanceof TestbedError)) throw error;
        drift = [`The network could not be held against the plan at the end: ${error.message}`];
      }
    },
    async catchUp(nodeIndex, options) {
      if (shaper.kind !== 'userspace') return;
      const apply = async (): Promise<void> => {
        await noting.apply(state, [nodeIndex], options);
      };
      await (watch === null ? apply() : watch.lock.run(apply));
    },
    timeline: async () =>
      windowAt === null ? [] : witness.records(windowAt, changes, countedLast),
    async end() {
      const ending = watch;
      watch = null;
      if (ending !== null) disturbances = await ending.end();
    },
    record: () => ({
      shaper: shaper.kind,
      checks: [...checks],
      counters,
      changes: [...changes],
      disturbances,
      drift,
    }),
  };
}

/** Those that are away are answered for, and nobody waits for them. */
async function withoutAbsent(
  nodes: readonly number[],
  isOut: (nodeIndex: number) => boolean,
  call: (here: readonly number[]) => Promise<readonly Acknowledgement[]>,
): Promise<readonly Acknowledgement[]> {
  const here = nodes.filter((node) => !isOut(node));
  const answers = here.length === 0 ? [] : await call(here);
  const away = nodes.filter((node) => !here.includes(node));
  const held = away.map((nodeIndex) => ({ nodeIndex, appliedAt: null, error: heldByEvent }));
  return [...answers, ...held];
}

/** Nodes take a moment to change: around a change, the state before it may still be in force. */
const CHANGING_MS = 2_000;

function statesAt(
  history: readonly { readonly state: NetworkState; readonly at: Date }[],
  at: Date,
): readonly NetworkState[] {
  const begun = history.filter((one) => one.at.getTime() <= at.getTime());
  const recent = begun.filter((one) => one.at.getTime() > at.getTime() - CHANGING_MS);
  return begun.slice(-recent.length - 1).map(({ state }) => state);
}

/** @throws TestbedError SHAPING_FAILED with the nodes at which it did not take effect */
function assertApplied(acknowledgements: readonly Acknowledgement[]): void {
  const failed = acknowledgements.filter(({ appliedAt }) => appliedAt === null);
  const first = failed[0];
  if (first === undefined) return;
  const others = failed.length === 1 ? '' : ` and ${failed.length - 1} more nodes`;
  throw new TestbedError(
    'SHAPING_FAILED',
    `Node ${first.nodeIndex}${others} could not be shaped: ${first.error ?? 'no reason was given'}`,
    {
      hint: 'The program of each node: testbed plan FILE --show tc.',
      details: { failed },
    },
  );
}
