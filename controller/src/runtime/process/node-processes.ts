/** Ends, starts and holds single processes of a network on purpose. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { identityFile } from '../../../../node-image/src/contract/index.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { runtimeTraits } from '../../model/runtime-traits.ts';
import type { NodeHandle, NodeProcesses, NodeSighting } from '../runtime.ts';
import { describeEarlyEnd } from './early-end.ts';
import { findProcesses, killProcess } from './find-processes.ts';
import {
  logPath,
  type NodeProcess,
  type NodeProcessSpec,
  readLogTail,
  spawnNode,
  stateFolder,
  waitForPort,
} from './node-process.ts';
import { readTreeState } from './read-process.ts';

/** The process is another one after a start; everything else stays. */
export interface StartedNode {
  readonly handle: NodeHandle;
  readonly spec: NodeProcessSpec;
  process: NodeProcess;
}

interface CallOptions {
  readonly signal: AbortSignal;
}

const LAST_WORDS = 5;
const LOOK_MS = 5;
/** A process in the middle of a system call stops when it is out of it. */
const STOPPED_MS_MAX = 5_000;

export function createNodeProcesses(nodes: readonly StartedNode[], clock: Clock): NodeProcesses {
  const at = (nodeIndex: number): StartedNode => {
    const node = nodes[nodeIndex];
    if (node === undefined) throw new RangeError(`There is no node ${nodeIndex}`);
    return node;
  };
  const limit = async (nodeIndex: number): Promise<void> => {
    throw failed(at(nodeIndex), 'cannot be limited', String(runtimeTraits.process.cannot.cpu));
  };
  const start: NodeProcesses['start'] = async (nodeIndex, { signal, state }) => {
    const node = at(nodeIndex);
    if (state === 'empty') await emptyState(node);
    if (node.process.exit() === null) return;
    node.process = await spawnNode(node.spec);
    await waitForPort(node.spec.controlPort, node.process, { clock, signal });
    await assertAlive(node.spec, node.process);
  };
  return {
    terminate: async (nodeIndex) => signalProcess(at(nodeIndex).process.pid, 'SIGTERM'),
    kill: (nodeIndex) => killTree(at(nodeIndex)),
    start,
    restart: async (nodeIndex, { signal }) => {
      await killTree(at(nodeIndex));
      await start(nodeIndex, { signal, state: 'kept' });
    },
    pause: (nodeIndex, options) => pause(at(nodeIndex), clock, options),
    resume: (nodeIndex) => signalTree(at(nodeIndex), 'SIGCONT'),
    limit,
    restoreLimits: async (nodeIndex) => void at(nodeIndex),
    sighting: (nodeIndex) => sightingOf(at(nodeIndex)),
  };
}

/** @throws TestbedError NODE_START_FAILED with the last words of one that has ended */
export async function assertAlive(spec: NodeProcessSpec, process: NodeProcess): Promise<void> {
  const exit = process.exit();
  if (exit === null) return;
  throw describeEarlyEnd(spec, exit, await readLogTail(logPath(spec), LAST_WORDS));
}

/** @param pid of a process, or of a group with a minus before it; gone is no error */
export function signalProcess(pid: number, signalName: NodeJS.Signals): void {
  try {
    process.kill(pid, signalName);
  } catch {
    // It ended in this moment.
  }
}

async function killTree(node: StartedNode): Promise<void> {
  await signalTree(node, 'SIGKILL');
  await node.process.ended;
}

/**
 * To a node and whatever it has started, also outside its group: all of them carry its name. The
 * group comes first and at once; its number is given to nobody else while the node lives.
 */
async function signalTree(
  { spec, process: node }: StartedNode,
  name: NodeJS.Signals,
): Promise<void> {
  if (node.exit() === null) signalProcess(-node.pid, name);
  for (const found of await findProcesses()) {
    if (found.name === spec.name && found.runId === spec.runId) killProcess(found, name);
  }
}

async function pause(node: StartedNode, clock: Clock, { signal }: CallOptions): Promise<void> {
  const { pid, exit } = node.process;
  await signalTree(node, 'SIGSTOP');
  const startedMs = clock.monotonicMs();
  for (;;) {
    if (exit() !== null) throw failed(node, 'cannot be paused', 'it has ended');
    if ((await readTreeState(pid)) === 'paused') return;
    if (clock.monotonicMs() - startedMs > STOPPED_MS_MAX) {
      throw failed(
        node,
        'cannot be paused',
        `it did not stop within ${STOPPED_MS_MAX} ms of SIGSTOP`,
      );
    }
    await clock.sleep(LOOK_MS, { signal });
  }
}

/** Leaves nothing but its key: it comes back as the same member, which remembers nothing. */
async function emptyState(node: StartedNode): Promise<void> {
  if (node.process.exit() === null) {
    throw failed(node, 'cannot lose its state', 'it runs: it has to be killed first');
  }
  const folder = stateFolder(node.spec);
  const entries = await readdir(folder).catch(() => []);
  const doomed = entries.filter((entry) => entry !== identityFile);
  await Promise.all(
    doomed.map((entry) => rm(join(folder, entry), { recursive: true, force: true })),
  );
}

async function sightingOf({ process: node }: StartedNode): Promise<NodeSighting> {
  const { pid, startedAt, exit } = node;
  const state = exit() === null ? await readTreeState(pid) : 'gone';
  const status =
    state === 'gone' ? '' : await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const residentKiB = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return {
    state,
    pid: state === 'gone' ? null : pid,
    startedAt,
    cpuPeriods: null,
    cpuPeriodsThrottled: null,
    cpuMicros: null,
    cpus: null,
    memoryLimitBytes: null,
    memoryBytes: residentKiB === undefined ? null : Number(residentKiB) * 1_024,
    oomKilled: false,
  };
}

function failed({ spec }: StartedNode, what: string, why: string): TestbedError {
  return new TestbedError('NODE_EVENT_FAILED', `Node ${spec.nodeIndex} ${what}: ${why}.`, {
    hint: 'Plan it for another node or time, or take --runtime docker for limits.',
    details: { nodeIndex: spec.nodeIndex, name: spec.name },
  });
}
