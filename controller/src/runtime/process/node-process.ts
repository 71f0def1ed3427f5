/** One node as a child process: how it is started, how it ended, what it said. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { nodeEnvironment } from '../../../../node-image/src/contract/index.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { RunId } from '../../model/ids.ts';
import type { NodeRecord } from '../../model/record.ts';
import { LOOPBACK } from './choose-ports.ts';
import { processEnvironment } from './find-processes.ts';
import type { NodeProgram } from './node-program.ts';

export interface NodeProcessSpec {
  readonly runId: RunId;
  readonly nodeIndex: number;
  readonly name: string;
  /** Text of `formatOwner`. */
  readonly owner: string;
  readonly program: NodeProgram;
  /** Where its state and its log go; made if it is not there. */
  readonly folder: string;
  readonly controlPort: number;
  readonly dataPort: number;
}

export interface NodeProcess {
  readonly pid: number;
  readonly startedAt: Date;
  readonly exit: () => NodeRecord['exit'];
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
}

const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};
const LISTEN_MS_MAX = 20_000;
const LISTEN_LOOK_MS = 20;
/** The tail of a log that is read at most. */
const LOG_BYTES_MAX = 1 << 20;

export function logPath({
  folder,
  nodeIndex,
}: Pick<NodeProcessSpec, 'folder' | 'nodeIndex'>): string {
  return join(folder, `node${nodeIndex}.log`);
}

export function stateFolder({
  folder,
  nodeIndex,
}: Pick<NodeProcessSpec, 'folder' | 'nodeIndex'>): string {
  return join(folder, `node${nodeIndex}`);
}

/** @throws TestbedError NODE_START_FAILED, DISK_FULL */
export async function spawnNode(spec: NodeProcessSpec): Promise<NodeProcess> {
  try {
    const stateDir = stateFolder(spec);
    await makeFolder(stateDir);
    const log = await open(logPath(spec), 'a');
    try {
      const { file, args, cwd, hasChannel } = spec.program;
      const child = spawn(file, args, {
        cwd: cwd ?? stateDir,
        env: environmentOf(spec, stateDir),
        // A group of its own: Ctrl-C on the terminal is for the controller to act on.
        detached: true,
        stdio: ['ignore', log.fd, log.fd, ...(hasChannel ? (['ipc'] as const) : [])],
      });
      return await track(child);
    } finally {
      await log.close();
    }
  } catch (error) {
    const code =
      (error as NodeJS.ErrnoException).code === 'ENOSPC' ? 'DISK_FULL' : 'NODE_START_FAILED';
    throw new TestbedError(code, `Node ${spec.name} cannot be started: ${messageOf(error)}.`, {
      hint: 'Each node is a process with its own log and state: check free memory, disk and ulimit.',
      cause: error,
    });
  }
}

/** Resolves when the port accepts connections, when the process has ended, or after a while. */
export async function waitForPort(
  port: number,
  node: NodeProcess,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const startedMs = clock.monotonicMs();
  while (node.exit() === null && clock.monotonicMs() - startedMs < LISTEN_MS_MAX) {
    signal.throwIfAborted();
    if (await accepts(port)) return;
    await clock.sleep(LISTEN_LOOK_MS, { signal });
  }
}

export async function readLogTail(path: string, lines: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, LOG_BYTES_MAX);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    if (bytesRead === 0) return '';
    const all = buffer.subarray(0, bytesRead).toString().replace(/\n$/, '').split('\n');
    return `${all.slice(-lines).join('\n')}\n`;
  } finally {
    await file.close();
  }
}

/** Nothing of the controller's own environment but the path: nodes are told all they need. */
function environmentOf(spec: NodeProcessSpec, stateDir: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    [nodeEnvironment.runId]: spec.runId,
    [nodeEnvironment.nodeIndex]: String(spec.nodeIndex),
    [nodeEnvironment.controlListen]: `${LOOPBACK}:${spec.controlPort}`,
    [nodeEnvironment.dataListen]: `${LOOPBACK}:${spec.dataPort}`,
    [nodeEnvironment.stateDir]: stateDir,
    [processEnvironment.name]: spec.name,
    [processEnvironment.owner]: spec.owner,
  };
}

async function track(child: ChildProcess): Promise<NodeProcess> {
  let exit: NodeRecord['exit'] = null;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signalName) => {
      const signalCode = signalName === null ? null : 128 + (signalNumbers[signalName] ?? 0);
      exit = { code: code ?? signalCode, oomKilled: false };
      resolve();
    });
  });
  await once(child, 'spawn');
  // The kernel wrote the number down when it made the process; 'spawn' says that it did.
  const pid = child.pid ?? 0;
  const startedAt = new Date();
  // Neither the child nor the channel to it may keep a finished controller alive.
  child.unref();
  child.channel?.unref();
  child.on('error', () => undefined);
  return { pid, startedAt, exit: () => exit, ended };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: LOOPBACK });
    const end = (result: boolean) => (): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', end(true));
    socket.once('error', end(false));
  });
}
