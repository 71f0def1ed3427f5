/** Which program the process runtime starts as a node: our bundle, or somebody's command. */
import { createHash } from 'node:crypto';
import { access, constants, readFile, stat } from 'node:fs/promises';
import { basename, delimiter, join, resolve } from 'node:path';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { ResolvedImage } from '../runtime.ts';

export interface NodeCommand {
  /** Program and arguments; no shell. */
  readonly words: readonly string[];
  /** Where it is started, so that relative names in it mean what they mean to the user. */
  readonly cwd: string;
}

export interface NodeProgram {
  readonly file: string;
  readonly args: readonly string[];
  /** Null: the node's own state folder. */
  readonly cwd: string | null;
  /** Whether it ends by itself when the channel to the controller closes. */
  readonly hasChannel: boolean;
}

/**
 * Makes the node die with its controller, however that died: the channel between them closes.
 * Only a second line; `clean` finds whatever is left.
 */
const dieWithParent = encodeURIComponent(
  `process.once('disconnect', () => process.kill(process.pid, 'SIGKILL')); process.channel?.unref();`,
);

export function ownProgram(bundlePath: string): NodeProgram {
  const args = [`--import=data:text/javascript,${dieWithParent}`, bundlePath];
  return { file: process.execPath, args, cwd: null, hasChannel: true };
}

export function commandProgram({ words, cwd }: NodeCommand): NodeProgram {
  const [name = '', ...args] = words;
  return { file: name.includes('/') ? resolve(cwd, name) : name, args, cwd, hasChannel: false };
}

/** @throws TestbedError IMAGE_MISSING */
export async function resolveBundle(path: string): Promise<ResolvedImage> {
  try {
    return { id: `sha256:${hashOf([await readFile(path)])}`, name: basename(path), source: null };
  } catch (error) {
    throw new TestbedError('IMAGE_MISSING', `The node bundle ${path} cannot be read.`, {
      hint: 'Build it with: npm run build',
      cause: error,
    });
  }
}

/**
 * What is recorded of a command: its words, and a hash of them and of every file that they name,
 * so that a changed script is another program.
 * @throws TestbedError NODE_COMMAND_UNUSABLE
 */
export async function resolveCommand(
  { words, cwd }: NodeCommand,
  searchPath: string,
): Promise<ResolvedImage> {
  const [name = '', ...args] = words;
  const program = await findProgram(name, cwd, searchPath);
  const files = [program, ...args.map((arg) => resolve(cwd, arg))];
  const contents = await Promise.all(files.map((path) => readFile(path).catch(() => null)));
  const parts = contents.map((content, index) => content ?? words[index] ?? '');
  return {
    id: `sha256:${hashOf([words.join('\0'), ...parts])}`,
    name: words.join(' '),
    source: null,
    command: words,
  };
}

/** As a shell looks for it: a name with a slash is a path, any other is searched for. */
async function findProgram(name: string, cwd: string, searchPath: string): Promise<string> {
  const isPath = name.includes('/');
  const folders = isPath ? [''] : searchPath.split(delimiter).filter((folder) => folder !== '');
  const candidates = folders.map((folder) => resolve(cwd, join(folder, name)));
  let isThere = false;
  for (const path of candidates) {
    const found = await stat(path).catch(() => null);
    if (found?.isFile() !== true) continue;
    isThere = true;
    const isRunnable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isRunnable) return path;
  }
  const where = isPath ? `${candidates[0]}` : `in PATH (${searchPath})`;
  throw new TestbedError(
    'NODE_COMMAND_UNUSABLE',
    isThere
      ? `The program "${name}" of the node command may not be executed.`
      : `The program "${name}" of the node command was not found: ${where}.`,
    {
      hint: isThere
        ? `Start it by its interpreter, such as "python3 ${name}", or: chmod +x ${name}`
        : 'Give its path, relative to the folder where testbed is started, or a name that is in PATH; no shell reads it.',
    },
  );
}

function hashOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    // Lengths keep two lists of parts apart that are one text together.
    if (parts.length > 1) hash.update(`${part.length}:`);
    hash.update(part);
  }
  return hash.digest('hex');
}
