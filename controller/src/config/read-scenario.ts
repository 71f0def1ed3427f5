/**
 * The one place where configuration touches the machine: it reads the file it was given, or takes
 * what came on standard input, and the files beside it that the scenario names.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { TestbedError } from '../errors/testbed-error.ts';
import { errorCodeOf } from '../lib/error-code.ts';
import { messageOf } from '../lib/message-of.ts';
import type { Scenario } from '../model/scenario.ts';
import type { NamedFile } from './matrix-of-scenario.ts';
import type { Override } from './override.ts';
import { filesOf, parseScenario, type ScenarioSource } from './parse-scenario.ts';
import { type ConfigProblem, createConfigError, printable } from './problem.ts';
import { limits } from './schema.ts';

export interface ReadScenarioOptions {
  /** Path to open. */
  readonly path: string;
  /** How the file is called in messages, usually as the person typed it. */
  readonly displayName: string;
  readonly overrides?: readonly Override[];
}

/**
 * Reads, decodes and checks one scenario file.
 * @throws TestbedError CONFIG_UNREADABLE, CONFIG_INVALID
 */
export async function readScenario(options: ReadScenarioOptions): Promise<Scenario> {
  const { path, displayName: file, overrides = [] } = options;
  const bytes = await readBounded(path, file, roles.scenario);
  if ('why' in bytes) {
    throw new TestbedError(
      'CONFIG_UNREADABLE',
      printable(`The scenario file ${file} cannot be read: ${bytes.why}.`),
      {
        ...(bytes.cause === undefined ? {} : { cause: printableCause(bytes.cause) }),
        hint: 'Ready scenarios are in the folder topologies/, for example: testbed run topologies/quickstart.yaml',
        details: { file },
      },
    );
  }
  return parseWithFiles(
    { file, text: decode(bytes, file), overrides },
    dirname(path),
    dirname(file),
  );
}

export interface PipedScenarioOptions {
  /** What came, at most one byte more than a scenario file may have. */
  readonly bytes: Uint8Array;
  /** Folder that the name of a matrix file starts from. */
  readonly folder: string;
  readonly overrides?: readonly Override[];
}

/** How standard input is called in messages. */
export const pipedName = 'standard input';

/**
 * Decodes and checks a scenario that came on standard input.
 * @throws TestbedError CONFIG_UNREADABLE if nothing came, CONFIG_INVALID
 */
export async function readPipedScenario(options: PipedScenarioOptions): Promise<Scenario> {
  const { bytes, folder, overrides = [] } = options;
  if (bytes.length === 0) {
    throw new TestbedError('CONFIG_UNREADABLE', 'Nothing came on standard input.', {
      hint: 'Hand a scenario over, for example: testbed plan - < topologies/quickstart.yaml. If a program was to write it, look whether that failed.',
      details: { file: pipedName },
    });
  }
  if (bytes.length > limits.fileBytesMax) {
    const message = `more than ${limits.fileBytesMax} bytes came; a scenario has at most so many`;
    throw createConfigError(pipedName, [wholeFile(pipedName, 'too-large', message)]);
  }
  const source = { file: pipedName, text: decode(bytes, pipedName), overrides };
  return parseWithFiles(source, folder, '.');
}

/**
 * @param folder where its other files are
 * @param shownFolder how that is called in messages
 */
async function parseWithFiles(
  source: ScenarioSource,
  folder: string,
  shownFolder: string,
): Promise<Scenario> {
  const readAll = async (names: readonly string[], role: Role): Promise<Map<string, NamedFile>> => {
    const files = new Map<string, NamedFile>();
    for (const name of names) {
      const beside = (start: string): string => (isAbsolute(name) ? name : join(start, name));
      const file = beside(shownFolder);
      const bytes = await readBounded(beside(folder), file, role);
      const read = 'why' in bytes ? { unreadable: bytes.why } : { text: decode(bytes, file) };
      files.set(name, { file, ...read });
    }
    return files;
  };
  const names = filesOf(source);
  return parseScenario({
    ...source,
    matrices: await readAll(names.matrices, roles.matrix),
    edges: await readAll(names.edges, roles.edges),
  });
}

/** The message of the system repeats the path, and is printed too. */
function printableCause(cause: unknown): unknown {
  const message = messageOf(cause);
  return printable(message) === message ? cause : new Error(printable(message), { cause });
}

/** Why a file could not be read, as a clause. */
interface Unread {
  readonly why: string;
  readonly cause?: unknown;
}

interface Role {
  readonly name: string;
  readonly bytesMax: number;
}

const roles = {
  scenario: { name: 'scenario file', bytesMax: limits.fileBytesMax },
  matrix: { name: 'matrix file', bytesMax: limits.matrixBytesMax },
  edges: { name: 'file of edges', bytesMax: limits.matrixBytesMax },
} as const;

async function readBounded(path: string, file: string, role: Role): Promise<Uint8Array | Unread> {
  const { name, bytesMax: limit } = role;
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (stat.isDirectory()) return { why: `it is a directory, not a ${name}` };
    if (!stat.isFile())
      return { why: 'it is not a regular file (the name - stands for standard input)' };
    if (stat.size > limit) {
      const message = `the file has ${stat.size} bytes; a ${name} has at most ${limit}`;
      throw createConfigError(file, [wholeFile(file, 'too-large', message)]);
    }
    // One byte more than allowed would show a file that has grown since.
    const buffer = new Uint8Array(limit + 1);
    const { bytesRead } = await handle.read(buffer, 0, limit + 1, 0);
    return buffer.subarray(0, Math.min(bytesRead, limit));
  } catch (error) {
    if (error instanceof TestbedError) throw error;
    return { why: explainOpenError(error), cause: error };
  }
}

function decode(bytes: Uint8Array, file: string): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    const message = 'the file is UTF-16; save it as UTF-8';
    throw createConfigError(file, [wholeFile(file, 'encoding', message)]);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const zero = text.indexOf('\0');
    if (zero === -1) return text;
    const place = placeAt(file, text.slice(0, zero));
    const message = 'there is a zero byte here: this is not a text file';
    throw createConfigError(file, [{ code: 'encoding', path: '', place, message }]);
  } catch (error) {
    if (error instanceof TestbedError) throw error;
    const place = placeAt(file, validPrefix(bytes));
    const message = 'the bytes here are not UTF-8; save the file as UTF-8';
    throw createConfigError(file, [{ code: 'encoding', path: '', place, message }]);
  }
}

/** The text before the first byte that is not UTF-8. */
function validPrefix(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { fatal: false }).decode(bytes);
  const encoder = new TextEncoder();
  // A real U+FFFD in the file is three bytes that encode back to themselves.
  let offset = 0;
  let index = 0;
  for (const character of text) {
    const encoded = encoder.encode(character);
    if (!encoded.every((byte, i) => bytes[offset + i] === byte)) break;
    offset += encoded.length;
    index += character.length;
  }
  return text.slice(0, index);
}

function placeAt(file: string, before: string): ConfigProblem['place'] {
  const lines = before.split('\n');
  const lastLine = lines.at(-1) ?? '';
  const column = lastLine.length + 1;
  return { kind: 'file', file, line: lines.length, column, lineText: lastLine, length: 1 };
}

function wholeFile(file: string, code: 'too-large' | 'encoding', message: string): ConfigProblem {
  const place = { kind: 'file', file, line: 1, column: 1, lineText: '', length: 1 } as const;
  return { code, path: '', place, message };
}

function explainOpenError(error: unknown): string {
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'a part of the path is not a directory',
    EACCES: 'this user may not read it',
    EPERM: 'this user may not read it',
    EISDIR: 'it is a directory, not a file',
    ELOOP: 'its symbolic links form a loop',
    ENAMETOOLONG: 'the name is too long',
    EMFILE: 'too many files are open',
  };
  return known[errorCodeOf(error)] ?? messageOf(error);
}
