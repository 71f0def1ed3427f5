import type { NodeClient } from '../control/node-client.ts';
import type { Clock } from '../lib/clock.ts';
import type { RepetitionId, RunId } from '../model/ids.ts';
import type { NodeResources } from '../model/plan.ts';
import type { PlannedNode } from '../model/planned-node.ts';
import type { HostFacts, NodeRecord } from '../model/record.ts';
import type { RuntimeKind } from '../model/scenario.ts';

/**
 * The port between the testbed and whatever runs nodes. Adapters: docker/ (containers) and
 * process/ (child processes on loopback). Only cli/ chooses one. Every call that waits takes a
 * signal; every object is announced to the ledger before it is created.
 */
export interface Runtime {
  readonly kind: RuntimeKind;

  /** The time that its nodes live in, where that is not the time of this machine. */
  readonly clock?: Clock;

  /**
   * The machines that can carry nodes, at least one; their order is what nodes name.
   * @throws TestbedError DOCKER_* when the engine cannot be used
   */
  inspectHosts(options: { readonly signal: AbortSignal }): Promise<readonly HostFacts[]>;

  /**
   * Finds the node image (or bundle, or command) and checks that it speaks our contract.
   * @throws TestbedError IMAGE_MISSING, IMAGE_INCOMPATIBLE, NODE_COMMAND_UNUSABLE
   */
  resolveImage(image: string, options: ResolveOptions): Promise<ResolvedImage>;

  /**
   * Creates networks and nodes, and starts the nodes; returns when every process runs (they may
   * not answer yet). If anything fails or the signal fires, whatever was created is removed
   * before the promise rejects.
   */
  start(request: StartRequest, options: StartOptions): Promise<RunningNetwork>;

  /**
   * Tries a real netem qdisc in a network namespace of its own where nodes would run.
   * @throws TestbedError SHAPER_UNAVAILABLE where the helper itself cannot run
   */
  probeNetem(options: { readonly signal: AbortSignal }): Promise<NetemSupport>;

  /** Everything on this host that carries our label, whether the ledger knows it or not. */
  list(options: { readonly signal: AbortSignal }): Promise<readonly FoundObject[]>;

  /** Removes exactly these; an object that is already gone is no error. */
  remove(objects: readonly OwnedObject[], options: RemoveOptions): Promise<void>;

  /** Closes connections of the adapter itself; running nodes are not touched. */
  close(): Promise<void>;
}

export interface RemoveOptions {
  readonly signal: AbortSignal;
  /** Told what else was touched, in a sentence: somebody else's container on one of our networks. */
  readonly onNote?: (text: string) => void;
}

export interface ResolveOptions {
  readonly signal: AbortSignal;
  /** A program and its arguments instead of an image, where nodes are processes. */
  readonly command?: readonly string[] | undefined;
}

export interface ResolvedImage {
  /** What to record: image id or bundle hash. */
  readonly id: string;
  readonly name: string;
  /** What the image says its software is: the label testbed.source; null without. */
  readonly source: string | null;
  /** What to start, where it is a command and no image. */
  readonly command?: readonly string[];
}

export interface StartRequest {
  readonly runId: RunId;
  readonly repetitionId: RepetitionId;
  /** Unique within the host while the network lives; part of every object's name. */
  readonly networkName: string;
  readonly image: ResolvedImage;
  /** By index, each once. */
  readonly nodes: readonly NodeStart[];
  /** Prefix length of the data subnet, which has room for the offsets of all nodes. */
  readonly dataPrefix: number;
  /** Of what the runtime itself decides by chance: nothing, unless nodes are simulated. 0 if absent. */
  readonly seed?: number;
  /** Whether somebody will shape the data links from outside: `network.namespaces` is then set. */
  readonly shaped: boolean;
}

/** One node, as it is to be started on its host. */
export interface NodeStart extends Pick<PlannedNode, 'index' | 'host' | 'dataOffset'> {
  readonly resources: NodeResources;
}

export type NetemSupport =
  | {
      readonly kind: 'works';
      /** What duplicating packets needs in addition, where that is not there. */
      readonly toDuplicate?: NetemLack;
    }
  | ({ readonly kind: 'missing' } & NetemLack);

export interface NetemLack {
  /** What the kernel or the host lacks, each a phrase: `the kernel module sch_netem`. */
  readonly missing: readonly string[];
  /** What to install or load, with a command. */
  readonly hint: string;
}

export interface StartOptions {
  readonly signal: AbortSignal;
  readonly ledger: ObjectLedger;
  /** Called as nodes come up, for progress. */
  readonly onNodeStarted?: (started: number, total: number) => void;
  /** Called with a sentence when everything was made anew because of something outside. */
  readonly onStartedAgain?: (text: string) => void;
}

/** Written to disk before the object exists; see ledger/. */
export interface ObjectLedger {
  intend(objects: readonly OwnedObject[]): Promise<void>;
  removed(objects: readonly OwnedObject[]): Promise<void>;
}

/** Something outside this process that has to be removed by somebody: `name` finds it again. */
export interface OwnedObject {
  readonly runtime: RuntimeKind;
  readonly kind: 'container' | 'network' | 'process' | 'folder';
  readonly name: string;
  readonly runId: RunId;
}

/** An object met on the host, with the owner that its label names; see runtime/owner. */
export interface FoundObject extends OwnedObject {
  /** Text of `formatOwner`; null where the object does not tell. */
  readonly owner: string | null;
}

export interface NodeHandle {
  readonly nodeIndex: number;
  readonly name: string;
  /**
   * Root of the node's process tree on this host, for CPU accounting; null if not local. Another one
   * after `processes.start`.
   */
  readonly pid: number | null;
}

export interface RunningNetwork extends AsyncDisposable {
  readonly nodes: readonly NodeHandle[];

  /** How each node is talked to, in node order; also of one that was started again meanwhile. */
  readonly clients: readonly NodeClient[];

  /** Data addresses in node order, `a.b.c.d`. */
  readonly dataAddresses: readonly string[];

  /** The nodes' network namespaces from outside; null unless the request said `shaped`. */
  readonly namespaces: NodeNamespaces | null;

  /** What was asked for and could not be done; to be stored with the run. Usually empty. */
  readonly warnings: readonly string[];

  /** Wall-clock time at which the first node was created. */
  readonly createdAt: Date;

  /**
   * How each node ended, in node order; null for those still alive. Cheap enough to be asked
   * once a second.
   */
  exits(options: { readonly signal: AbortSignal }): Promise<readonly NodeRecord['exit'][]>;

  /**
   * Tells about nodes whose process or data link was replaced; null where nobody but
   * `processes.start` does that, so that a node that has ended by itself stays so. Costs nothing
   * before the first listener. A planned kill is not told, a planned start is `restarted`; pause,
   * resume and limits are none of its business.
   */
  readonly onDisturbance: OnDisturbance | null;

  /** Single nodes, ended and started on purpose. */
  readonly processes: NodeProcesses;

  /** The last `lines` lines of standard output and error of one node. */
  logs(nodeIndex: number, lines: number): Promise<string>;

  /**
   * Stops and removes all nodes and networks. Idempotent, bounded in time, works after a failure
   * and detached from any cancelled signal: its deadline is its own.
   */
  stop(options: StopOptions): Promise<void>;
}

export interface StopOptions {
  /** How long nodes may take to end by themselves; 0 kills at once. */
  readonly graceMs: number;
  /** From when it fires, nodes are killed. */
  readonly hurry?: AbortSignal;
  /** Told of each node that had its `graceMs`, did not end in it, and was killed. */
  readonly onKilled?: (nodeIndex: number) => void;
  /**
   * Asks all nodes to close their connections; resolves to whether all have, at the latest when the
   * signal fires. Only called where nodes without connections are removed faster.
   */
  readonly closeLinks?: (options: { readonly signal: AbortSignal }) => Promise<boolean>;
}

/**
 * Single nodes ended, started and held on purpose. What is done here is no secret: `exits` tells a
 * node that was killed as ended, and `onDisturbance` one that was started as `restarted`, like any
 * other. Whoever plans it tells planned from unplanned.
 */
export interface NodeProcesses {
  /** Sends SIGTERM to the node; does not wait for its end. */
  terminate(nodeIndex: number, options: { readonly signal: AbortSignal }): Promise<void>;
  /**
   * SIGKILL to all of its processes, paused ones too; resolves when they are gone. One that has
   * ended before is no error.
   */
  kill(nodeIndex: number, options: { readonly signal: AbortSignal }): Promise<void>;
  /**
   * Starts a node that has ended once more: same name, environment, addresses; resolves when its
   * process runs (it may not answer yet). One that runs is no error, unless its state is to be
   * emptied. Limits that were changed stay, unless the state is emptied.
   * @throws TestbedError NODE_START_FAILED
   */
  start(nodeIndex: number, options: NodeStartOptions): Promise<void>;
  /** `kill`, then `start` with what it had. */
  restart(nodeIndex: number, options: { readonly signal: AbortSignal }): Promise<void>;
  /**
   * Freezes all processes of a node; connections stay open, and nobody answers. Resolves when it
   * stands still; one that does is no error.
   * @throws TestbedError NODE_EVENT_FAILED if it has ended, or cannot be frozen
   */
  pause(nodeIndex: number, options: { readonly signal: AbortSignal }): Promise<void>;
  /** Lets it go on; one that runs, or has ended, is no error. */
  resume(nodeIndex: number, options: { readonly signal: AbortSignal }): Promise<void>;
  /**
   * Other limits while it runs; what is not named stays as it is.
   * @throws TestbedError NODE_EVENT_FAILED where it cannot be done: a runtime without limits, a
   *   node that has ended, less memory than it uses where the kernel cannot take it back
   */
  limit(
    nodeIndex: number,
    limits: NodeLimits,
    options: { readonly signal: AbortSignal },
  ): Promise<void>;
  /** Back to the limits that it was created with. */
  restoreLimits(
    nodeIndex: number,
    what: keyof NodeLimits,
    options: { readonly signal: AbortSignal },
  ): Promise<void>;
  /** A node as it is seen from outside, whatever it says itself. */
  sighting(nodeIndex: number, options: { readonly signal: AbortSignal }): Promise<NodeSighting>;
}

export interface NodeStartOptions {
  readonly signal: AbortSignal;
  /** empty: of its state folder only `identity.key` is left, so that it is the same node. */
  readonly state: 'kept' | 'empty';
}

export interface NodeLimits {
  readonly cpus?: number;
  readonly memoryBytes?: number;
}

/** What a witness looks at. Null where it cannot be seen from outside. */
export interface NodeSighting {
  readonly state: 'running' | 'paused' | 'gone';
  /** Of its first process, on its own host. */
  readonly pid: number | null;
  /** Of the process that runs or ran last; by the clock of its host. */
  readonly startedAt: Date | null;
  /** Since the process started: periods in which it had something to do, and was held back. */
  readonly cpuPeriods: number | null;
  readonly cpuPeriodsThrottled: number | null;
  /** Since then: processor time of all of its processes. */
  readonly cpuMicros: number | null;
  /**
   * Cores that it may use, by the kernel's quota (of a remote daemon: by what that was told); null:
   * as many as there are.
   */
  readonly cpus: number | null;
  readonly memoryLimitBytes: number | null;
  readonly memoryBytes: number | null;
  /** The process that runs or ran last was killed for want of memory, or one of its children. */
  readonly oomKilled: boolean;
}

/**
 * The network namespaces of the nodes of one network, entered from outside by one
 * helper per host. Nodes hold no tool and no capability for any of it.
 */
export interface NodeNamespaces {
  /**
   * Runs a script in the namespace of each node named, all side by side in one call. `$DEV` is the
   * node's data device, `$PEER` the host's end of it; `onhost CMD...` runs a command in the
   * namespace of the host; `together` waits until every script of the call has come to that point.
   * Tools: sh, ip, tc, ping, perl.
   * @returns in the order of `work`; a script that fails is a result, not an error
   * @throws TestbedError SHAPING_FAILED when the helper cannot be used or time is up
   */
  run(work: readonly NamespaceScript[], options: NamespaceOptions): Promise<NamespaceResult[]>;
}

export interface NamespaceScript {
  readonly nodeIndex: number;
  /**
   * Nodes whose network namespaces the script enters by itself: `$NODES` there is `INDEX=PID` of
   * each of them, with spaces between. One that is not there any more: exit with 69.
   */
  readonly enters?: readonly number[];
  readonly script: string;
}

export interface NamespaceOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

export interface NamespaceResult {
  readonly nodeIndex: number;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** By the clock of the host of the nodes. */
  readonly startedUnixMs: number;
  readonly endedUnixMs: number;
}

/** In order, until the network stops; also what came before the listener. @returns ends it */
export type OnDisturbance = (listener: (event: Disturbance) => void) => () => void;

/**
 * `restarted`: a new process, in a new network namespace; `reconnected`: a new data device;
 * `disconnected`: none.
 */
export interface Disturbance {
  readonly nodeIndex: number;
  readonly kind: 'restarted' | 'reconnected' | 'disconnected';
  readonly at: Date;
}
