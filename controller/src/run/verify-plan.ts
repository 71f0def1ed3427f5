import { identifyNodes, joinNodes } from '../deploy/deploy-network.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { createRepetitionId, type RunId } from '../model/ids.ts';
import type { Capacity, Cell, Plan } from '../model/plan.ts';
import type { NetworkRecord } from '../model/record.ts';
import type { RunningNetwork } from '../runtime/runtime.ts';
import {
  type CellImages,
  deployRequest,
  imageOf,
  nodesToStart,
  type RepetitionDependencies,
} from './repetition-request.ts';
import { createShaping } from './shape-network.ts';

/**
 * The network of a plan and nothing else: brings up the nodes of each cell, shapes their links,
 * measures them, and removes everything. No consensus, no load, nothing stored.
 */

/**
 * Where the usual time gives wide intervals. Within a run that is enough: nobody looks at its
 * figures one by one.
 */
const VERIFY_MS_MAX = 30_000;

export interface VerifyRequest {
  readonly runId: RunId;
  readonly plan: Plan;
  readonly capacity: Capacity;
  readonly images: CellImages;
}

export interface CellVerification {
  readonly cell: Cell;
  readonly network: NetworkRecord;
  readonly bringUpMs: number;
  readonly shapedMs: number;
  readonly verifiedMs: number;
}

/**
 * @returns one for each cell, in the order of the plan; a mismatch is a result, not an error
 * @throws TestbedError SHAPER_UNAVAILABLE when the plan shapes nothing, SHAPING_*, NODE*, DOCKER_*
 */
export async function verifyPlan(
  request: VerifyRequest,
  deps: RepetitionDependencies,
): Promise<readonly CellVerification[]> {
  if (request.plan.shaper === 'none') {
    throw new TestbedError(
      'SHAPER_UNAVAILABLE',
      'The scenario shapes no link: there is nothing to verify.',
      {
        hint:
          'Ask for a network, for example: --network wan. To measure the links as they are: ' +
          '--shaper netem.',
      },
    );
  }
  const results: CellVerification[] = [];
  const shaped = request.plan.cells.filter(({ settings }) => settings.shaper !== 'none');
  for (const cell of shaped) results.push(await verifyCell(cell, request, deps));
  return results;
}

async function verifyCell(
  cell: Cell,
  request: VerifyRequest,
  deps: RepetitionDependencies,
): Promise<CellVerification> {
  const { clock, stop, kill, onProgress, runtime, ledger } = deps;
  const { runId, images } = request;
  const signal = AbortSignal.any([stop, kill]);
  onProgress({ kind: 'phase-started', phase: 'start', expectedMs: null });
  await using network = await runtime.start(
    {
      runId,
      repetitionId: createRepetitionId(runId, cell.id, 0),
      networkName: `${runId}-${cell.id}`,
      seed: request.plan.scenario.seed,
      image: imageOf(images, cell),
      ...nodesToStart({ ...request, cell }),
      shaped: cell.settings.shaper === 'netem',
    },
    {
      signal,
      ledger,
      onNodeStarted: (started, total) => onProgress({ kind: 'nodes-started', started, total }),
    },
  );
  onProgress({ kind: 'phase-started', phase: 'shape', expectedMs: null });
  return await shapeAndMeasure(cell, network, request, { ...deps, clock, signal });
}

async function shapeAndMeasure(
  cell: Cell,
  network: RunningNetwork,
  request: VerifyRequest,
  deps: RepetitionDependencies & { readonly signal: AbortSignal },
): Promise<CellVerification> {
  const { clock, signal, onProgress } = deps;
  const { plan } = request;
  const shaping = createShaping(
    {
      shaper: cell.settings.shaper,
      cellNetwork: cell.network,
      network,
      seed: plan.scenario.seed,
      allowMismatch: true,
      verifyMsMax: VERIFY_MS_MAX,
    },
    { clock, signal, onProgress },
  );
  if (shaping === null) throw new Error('Broken invariant: verifying a network without a shaper');
  const deploy = deployRequest({ ...request, cell, repetition: 0, attempt: 0 }, network.clients);
  const begunMs = clock.monotonicMs();
  const remainingMs = (): number => deploy.readyMsMax - (clock.monotonicMs() - begunMs);
  const options = { clock, signal, remainingMs };
  const identities = await identifyNodes(deploy, options);
  const setUpMs = clock.monotonicMs();
  await shaping.setUp();
  const shapedMs = clock.monotonicMs() - setUpMs;
  // The links inside the nodes' own transport have to be up to be measured.
  if (cell.settings.shaper === 'userspace') await joinNodes(deploy, identities, options);
  const bringUpMs = clock.now().getTime() - network.createdAt.getTime();
  await shaping.verify();
  // Without counters: what measures a rate fills its queue on purpose, so drops would say nothing.
  await shaping.conclude(signal);
  return { cell, network: shaping.record(), bringUpMs, shapedMs, verifiedMs: shaping.verifiedMs };
}
