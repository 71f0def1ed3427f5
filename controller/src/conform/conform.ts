/** Holds a node against docs/node-contract.md: one network of one node, and one of several. */
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/message-of.ts';
import { createCellId, createRepetitionId, type RunId } from '../model/ids.ts';
import type { ObjectLedger, ResolvedImage, RunningNetwork, Runtime } from '../runtime/runtime.ts';
import { checkAlone } from './check-alone.ts';
import { checkCommittee } from './check-committee.ts';
import { type Check, type CheckList, createCheckList, NodeEnded } from './check-list.ts';
import type { OwnParameters } from './requests.ts';
import type { Subject } from './subject.ts';

export interface ConformRequest {
  readonly runId: RunId;
  readonly image: ResolvedImage;
  /** Of the larger network. */
  readonly nodeCount: number;
  readonly node: OwnParameters;
  readonly onCheck: (check: Check) => void;
}

export interface ConformDependencies {
  readonly runtime: Runtime;
  readonly ledger: ObjectLedger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called before a network is removed. */
  readonly keepLogs: (network: RunningNetwork, hasFailed: boolean) => Promise<void>;
}

/** Of all checks together; networks come and go besides. */
const BUDGET_MS = 24_000;
const CALL_MS_MAX = 3_000;
const END_NOTICE_MS = 100;
const PIDS_MAX = 256;

class TimeUp extends Error {}

/** @throws TestbedError IMAGE_*, DOCKER_*, NODE_START_FAILED: nothing could be checked */
export async function conform(
  request: ConformRequest,
  deps: ConformDependencies,
): Promise<readonly Check[]> {
  const { clock } = deps;
  const budget = new AbortController();
  const over = new AbortController();
  const timer = clock.sleep(BUDGET_MS, { signal: over.signal }).then(
    () => budget.abort(new TimeUp(`the checks took longer than ${BUDGET_MS / 1_000} s`)),
    () => undefined, // all was checked in time
  );
  const signal = AbortSignal.any([deps.signal, budget.signal]);
  const list = createCheckList(signal, request.onCheck);
  try {
    await inNetwork(1, request, { ...deps, list, signal }, (subject) =>
      checkAlone(subject, request.runId, request.node),
    );
    await inNetwork(request.nodeCount, request, { ...deps, list, signal }, (subject) =>
      checkCommittee(subject, request.runId, request.node),
    );
  } catch (error) {
    if (!(error instanceof TimeUp)) throw error;
    const late = createCheckList(deps.signal, request.onCheck);
    await late.hold('process', 'is checked in time', async () => ({ text: messageOf(error) }));
    return [...list.checks, ...late.checks];
  } finally {
    over.abort();
    await timer;
  }
  return list.checks;
}

async function inNetwork(
  nodeCount: number,
  { runId, image }: ConformRequest,
  deps: ConformDependencies & { readonly list: CheckList },
  check: (subject: Subject) => Promise<void>,
): Promise<void> {
  const { runtime, ledger, clock, signal, list } = deps;
  const cellId = createCellId(nodeCount);
  await using network = await runtime.start(
    {
      runId,
      repetitionId: createRepetitionId(runId, cellId, 0),
      networkName: `${runId}-${cellId}`,
      image,
      nodes: Array.from({ length: nodeCount }, (_, index) => ({
        index,
        host: 0,
        dataOffset: index + 2,
        resources: { cpus: null, memoryBytes: null, pidsMax: PIDS_MAX },
      })),
      dataPrefix: 26,
      shaped: false,
    },
    { signal, ledger },
  );
  try {
    const send: Subject['send'] = (nodeIndex, request) => {
      const client = network.clients[nodeIndex];
      if (client === undefined) throw new RangeError(`There is no node ${nodeIndex}`);
      return client
        .send(request, { signal, timeoutMs: CALL_MS_MAX })
        .catch(async (error: unknown) => {
          // The end of a process is known a little later than that of its connections.
          await clock.sleep(END_NOTICE_MS, { signal });
          const exit = (await network.exits({ signal }))[nodeIndex] ?? null;
          if (exit === null) throw error;
          throw new NodeEnded(
            `node ${nodeIndex} ended with code ${exit.code} (${messageOf(error)})`,
          );
        });
    };
    await check({ network, list, clock, signal, send });
  } catch (error) {
    if (!(error instanceof NodeEnded)) throw error; // else it was told, and the rest is void
  } finally {
    await deps.keepLogs(
      network,
      list.checks.some(({ outcome }) => outcome === 'fail'),
    );
  }
}
