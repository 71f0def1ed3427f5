import { spawn } from 'node:child_process';
import type { Account } from './account.ts';

export interface CommandResult {
  /** Null if it was killed or could not be started. */
  readonly exitCode: number | null;
  /** Last part of standard output and error together. */
  readonly output: string;
}

const outputCharactersMax = 16_384;

/**
 * Runs a program to its end as an account. Never rejects: a program that cannot be started has
 * exit code null and the reason as its output. A signal kills it with all its children.
 */
export async function runCommand(
  file: string,
  parameters: readonly string[],
  options: { readonly account: Account; readonly msMax: number; readonly signal?: AbortSignal },
): Promise<CommandResult> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(file, parameters, {
      ...spawnIdentity(options.account),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.msMax,
      killSignal: 'SIGKILL',
      // A group of its own: Ctrl-C in the terminal reaches us, and we decide.
      detached: options.signal !== undefined,
    });
    const kill = (): void => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      process.kill(-child.pid, 'SIGKILL');
    };
    options.signal?.addEventListener('abort', kill, { once: true });
    if (options.signal?.aborted) kill();
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-outputCharactersMax);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => resolve({ exitCode: null, output: output + error.message }));
    child.once('close', (exitCode, signal) => {
      options.signal?.removeEventListener('abort', kill);
      const ending = signal === null ? '' : `ended by ${signal} (at most ${options.msMax} ms)`;
      resolve({ exitCode, output: output + ending });
    });
  });
}

/**
 * What a child of ours is started with: another account if need be, a folder that everybody can
 * enter, and an environment without PG* variables, which would change what Postgres does.
 */
export function spawnIdentity(account: Account): {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
} {
  return {
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', HOME: '/' },
    ...(account.isOther ? { uid: account.uid, gid: account.gid } : {}),
  };
}

/** Asks the kernel, not the mode bits: can the account write into this folder? */
export async function canWriteInto(folder: string, account: Account): Promise<boolean> {
  // Named after the shell's process number: several may probe one folder at once.
  const script = 'cd -- "$1" && touch ".probe-$$" && rm ".probe-$$"';
  const { exitCode } = await runCommand('/bin/sh', ['-c', script, 'sh', folder], {
    account,
    msMax: 10_000,
  });
  return exitCode === 0;
}
