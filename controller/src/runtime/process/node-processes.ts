/** Ends and starts single processes of a network on purpose. */
import type { Clock } from '../../lib/clock.ts';
import type { NodeHandle, NodeProcesses } from '../runtime.ts';
import { describeEarlyEnd } from './early-end.ts';
import {
  logPath,
  type NodeProcess,
  type NodeProcessSpec,
  readLogTail,
  spawnNode,
  waitForPort,
} from './node-process.ts';

/** The process is another one after a restart; everything else stays. */
export interface StartedNode {
  readonly handle: NodeHandle;
  readonly spec: NodeProcessSpec;
  process: NodeProcess;
}

const LAST_WORDS = 5;

export function createNodeProcesses(nodes: readonly StartedNode[], clock: Clock): NodeProcesses {
  const at = (nodeIndex: number): StartedNode => {
    const node = nodes[nodeIndex];
    if (node === undefined) throw new RangeError(`There is no node ${nodeIndex}`);
    return node;
  };
  return {
    controlUrl: (nodeIndex) => at(nodeIndex).handle.controlUrl,
    terminate: async (nodeIndex) => signalProcess(at(nodeIndex).process.pid, 'SIGTERM'),
    restart: async (nodeIndex, { signal }) => {
      const node = at(nodeIndex);
      // With whatever it has started, as the end of a container would.
      signalProcess(-node.process.pid, 'SIGKILL');
      await node.process.ended;
      node.process = await spawnNode(node.spec);
      await waitForPort(node.spec.controlPort, node.process, { clock, signal });
      await assertAlive(node.spec, node.process);
    },
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
