/** The program behind the sidecar, as a child process that is spoken to in lines. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { FromProgram, ToProgram } from './messages.ts';
import { readMessage } from './messages.ts';

export interface Program {
  readonly pid: number | null;
  tell(message: ToProgram): void;
  /** Closes its standard input and asks it to end; kills it when it does not. */
  end(): Promise<void>;
}

export interface ProgramListener {
  onMessage(message: FromProgram): void;
  /** Not called after `end`. */
  onFailure(reason: string): void;
}

const END_MS_MAX = 800;

/** @param words program and arguments; its standard error is the sidecar's */
export function startProgram(
  words: readonly [string, ...string[]],
  listener: ProgramListener,
): Program {
  const [file, ...args] = words;
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let isEnding = false;
  const fail = (reason: string): void => {
    if (!isEnding) listener.onFailure(reason);
  };
  child.on('error', (error) => fail(`The program "${file}" cannot be started: ${error.message}`));
  // The pipe closes when the program ends, which is told as what it is.
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (isEnding || line.trim() === '') return;
    try {
      listener.onMessage(readMessage(line));
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  });
  // After its last line.
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.once('close', (code, signal) =>
    fail(`The program ended ${signal === null ? `with code ${code}` : `by ${signal}`}`),
  );
  return {
    pid: child.pid ?? null,
    tell: (message) => void child.stdin.write(`${JSON.stringify(message)}\n`),
    end: () => {
      isEnding = true;
      return endChild(child, ended);
    },
  };
}

async function endChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.stdin?.end();
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
  await ended;
  clearTimeout(timer);
}
