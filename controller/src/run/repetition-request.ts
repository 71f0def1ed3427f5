import type { NodeClient } from '../control/node-client.ts';
import type { DeployRequest } from '../deploy/deploy-network.ts';
import type { Clock } from '../lib/clock.ts';
import type { CellId, RunId } from '../model/ids.ts';
import type { Capacity, Cell, NodeResources, Plan, PlannedRepetition } from '../model/plan.ts';
import type { ProgressListener } from '../model/progress.ts';
import type { HostFacts } from '../model/record.ts';
import type { ObjectLedger, ResolvedImage, Runtime, StartRequest } from '../runtime/runtime.ts';
import type { PhaseLog } from './phase-log.ts';
import type { RunFolder } from './run-folder.ts';

/** What one repetition is asked to do, and with what. */

/** What each cell starts as a node. */
export type CellImages = ReadonlyMap<CellId, ResolvedImage>;

export interface RepetitionRequest {
  readonly runId: RunId;
  readonly plan: Plan;
  readonly capacity: Capacity;
  readonly cell: Cell;
  readonly planned: PlannedRepetition;
  readonly attempt: number;
  readonly image: ResolvedImage;
  readonly hosts: readonly HostFacts[];
  readonly folder: RunFolder;
  /** Processes of ours besides controller and nodes: a database, services. Read anew with every look. */
  readonly ownPids: Iterable<number>;
  /** Measure all the same when the network is not the one asked for, and say so. */
  readonly allowMismatch: boolean;
  /** Keep the logs of all nodes, not only of those that failed. */
  readonly keepLogs?: boolean;
}

export interface RepetitionDependencies {
  readonly runtime: Runtime;
  readonly ledger: ObjectLedger;
  readonly clock: Clock;
  readonly onProgress: ProgressListener;
  /** Asks for a gentle end: stop the load, collect what there is, remove. */
  readonly stop: AbortSignal;
  /** Asks for an end at once: remove. */
  readonly kill: AbortSignal;
}

/** A repetition under way: what is asked of it, with what, and who notes its phases. */
export interface Turn {
  readonly request: RepetitionRequest;
  readonly deps: RepetitionDependencies;
  readonly log: PhaseLog;
}

type HeldCell = Pick<RepetitionRequest, 'capacity' | 'cell'>;

/** The limits of each node of the cell as they fit its host, in node order. */
export function limitsOf({ capacity, cell }: HeldCell): readonly NodeResources[] {
  const held = capacity.cells.find(({ cellId }) => cellId === cell.id);
  if (held === undefined) throw new Error(`Broken invariant: no capacity for cell ${cell.id}`);
  return held.limits;
}

/** The nodes of the cell as they are started on their hosts, and the subnet that takes them. */
export function nodesToStart(held: HeldCell): Pick<StartRequest, 'nodes' | 'dataPrefix'> {
  const limits = limitsOf(held);
  const nodes = held.cell.nodes.map(({ index, host, dataOffset }) => {
    const resources = limits[index];
    if (resources === undefined) throw new Error(`Broken invariant: no limits for node ${index}`);
    return { index, host, dataOffset, resources };
  });
  return { nodes, dataPrefix: held.cell.network.addressing.prefix };
}

export function imageOf(images: CellImages, { id }: Pick<Cell, 'id'>): ResolvedImage {
  const image = images.get(id);
  if (image === undefined) throw new Error(`Broken invariant: no image for cell ${id}`);
  return image;
}

interface Attempt extends Pick<RepetitionRequest, 'runId' | 'cell' | 'attempt'> {
  readonly repetition: number;
}

/** Bound into every signature of one attempt. */
export function chainIdOf({ runId, cell, repetition, attempt }: Attempt): string {
  return `${runId}/${cell.id}/${repetition}/${attempt}`;
}

/** What the nodes of one attempt are told. */
export function deployRequest(attempt: Attempt, clients: readonly NodeClient[]): DeployRequest {
  const { runId, cell } = attempt;
  return {
    runId,
    chainId: chainIdOf(attempt),
    engine: cell.settings.engine,
    signature: cell.settings.signature,
    node: cell.settings.node,
    readyMsMax: cell.settings.phases.readyMsMax,
    clients,
    edges: cell.network.edges,
    // A node that comes back without its shaping must not say a word before it has it again.
    resume: cell.settings.shaper === 'none' ? 'at-once' : 'when-configured',
  };
}
