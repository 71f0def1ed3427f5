/**
 * The process as a value: everything the command line takes from its surroundings, so that a test
 * can hand it another one. The only file beside main.ts that touches `process`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../lib/clock.ts';
import { errorCodeOf } from '../lib/error-code.ts';
import { systemClock } from '../lib/system-clock.ts';

/** One of the two output streams. */
export interface OutputStream {
  readonly isTerminal: boolean;
  /** Width in characters; 80 where nobody says. */
  readonly columns: number;
  write(text: string): void;
  /** Why what was written did not arrive; null also where only the reader of a pipe has left. */
  readonly failure: Error | null;
  /** The stream itself, for the live display; null in tests. */
  readonly raw: NodeJS.WriteStream | null;
}

/** Standard input, for what is piped in. */
export interface InputStream {
  readonly isTerminal: boolean;
  /**
   * Everything up to its end, at most `bytesMax`; what comes after those is not waited for.
   * @throws the signal's reason
   */
  read(bytesMax: number, signal: AbortSignal): Promise<Uint8Array>;
}

export interface Environment {
  /** Words after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly homeFolder: string;
  /** Folder of package.json: the checkout, or the package inside node_modules. */
  readonly packageFolder: string;
  readonly version: string;
  /** `Node.js v24.1.0, linux x64` */
  readonly platform: string;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly clock: Clock;
  /** Uniform in [0, 1), for names only. */
  readonly chance: () => number;
  /**
   * Calls back for every request to end (Ctrl-C, SIGTERM, a closed terminal) instead of ending.
   * @returns stops listening
   */
  onInterrupt(listener: (signal: string) => void): () => void;
}

const interruptSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The environment of this process. */
export function createEnvironment(): Environment {
  const packageFolder = findPackageFolder(dirname(fileURLToPath(import.meta.url)));
  const manifest: unknown = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : 'unknown';
  return {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    homeFolder: homedir(),
    packageFolder,
    version,
    platform: `Node.js ${process.version}, ${process.platform} ${process.arch}`,
    stdin: {
      isTerminal: process.stdin.isTTY === true,
      read: (bytesMax, signal) => readStream(process.stdin, bytesMax, signal),
    },
    stdout: createOutputStream(process.stdout),
    stderr: createOutputStream(process.stderr),
    clock: systemClock,
    chance: Math.random,
    onInterrupt(listener) {
      for (const signal of interruptSignals) process.on(signal, listener);
      return () => {
        for (const signal of interruptSignals) process.off(signal, listener);
      };
    },
  };
}

/** Leaves the stream closed: an open one would keep the process alive. */
async function readStream(
  stream: NodeJS.ReadStream,
  bytesMax: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const close = (): void => void stream.destroy();
  signal.addEventListener('abort', close, { once: true });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= bytesMax) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (errorCodeOf(error) !== 'EISDIR') throw error;
    return new Uint8Array(); // `plan - < folder`
  } finally {
    signal.removeEventListener('abort', close);
  }
  signal.throwIfAborted();
  return Buffer.concat(chunks).subarray(0, bytesMax);
}

/**
 * The reader of a pipe may leave (`| head`): that is no failure, there is just nobody to tell. Any
 * other error, such as a full disk, must not cost a run what it measures: it is told at the end.
 */
function createOutputStream(stream: NodeJS.WriteStream): OutputStream {
  let gone = false;
  let failure: Error | null = null;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    gone = true;
    if (error.code !== 'EPIPE' && error.code !== 'EIO') failure ??= error;
  });
  return {
    get failure() {
      return failure;
    },
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns || 80;
    },
    write(text) {
      if (!gone) stream.write(text);
    },
    raw: stream,
  };
}

/** Walks up from the source (checkout) or the bundle (package) to package.json. */
function findPackageFolder(start: string): string {
  let folder = start;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`Broken invariant: no package.json above ${start}`);
    folder = parent;
  }
  return folder;
}
