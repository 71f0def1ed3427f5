import type { FaultHandler } from '../fault.ts';
import { endProcess } from './end-process.ts';

/** SIGKILL; its end starts the node again. A restart is one whose end comes at once. */
export const crash: FaultHandler<'crash' | 'restart' | 'stop'> = (node, { state }) =>
  endProcess(node, state, (options) => node.processes.kill(node.nodeIndex, options));
