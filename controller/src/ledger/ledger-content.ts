/**
 * Reads ledgers back: what a controller, perhaps a dead one, still has outside itself. Knows the
 * format and the disk; removes nothing.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TestbedError } from '../errors/testbed-error.ts';
import { errorCodeOf } from '../lib/error-code.ts';
import { fileReason } from '../lib/file-reason.ts';
import { parseRunId, type RunId, runIdPattern } from '../model/ids.ts';
import { runtimeKinds } from '../model/runtime-traits.ts';
import { type Owner, ownerSchema } from '../runtime/owner.ts';
import type { OwnedObject } from '../runtime/runtime.ts';

const runIdSchema = z
  .string()
  .regex(runIdPattern)
  .transform((text) => text as RunId); // decoding edge: the pattern was just checked

const objectSchema = z.strictObject({
  runtime: z.enum(runtimeKinds),
  kind: z.enum(['container', 'network', 'process', 'folder']),
  name: z.string().min(1),
  runId: runIdSchema,
});

const lineSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('opened'),
    runId: runIdSchema,
    owner: ownerSchema,
    at: z.string(),
  }),
  z.strictObject({ kind: z.literal('intend'), objects: z.array(objectSchema) }),
  z.strictObject({ kind: z.literal('removed'), objects: z.array(objectSchema) }),
]);
export type LedgerLine = z.infer<typeof lineSchema>;

export interface LedgerContent {
  /** Of the last controller that opened it; null if that line was torn. */
  readonly owner: Owner | null;
  /** Intended and not reported removed. */
  readonly remaining: readonly OwnedObject[];
  /** Lines that a crash cut short. What they meant to announce was never created. */
  readonly tornLines: number;
}

export interface FoundLedger extends LedgerContent {
  readonly runId: RunId;
  readonly path: string;
  readonly changedAt: Date;
}

/** Identity of an object within the ledgers of one machine. */
export function objectKey(object: OwnedObject): string {
  return `${object.runtime}/${object.kind}/${object.name}`;
}

/** Replays a ledger; pure. Lines that are not whole are counted and passed over. */
export function parseLedger(text: string): LedgerContent {
  let owner: Owner | null = null;
  let tornLines = 0;
  const remaining = new Map<string, OwnedObject>();
  for (const textLine of text.split('\n')) {
    if (textLine === '') continue;
    const line = parseLine(textLine);
    if (line === null) {
      tornLines += 1;
    } else if (line.kind === 'opened') {
      owner = line.owner;
    } else {
      for (const object of line.objects) {
        if (line.kind === 'intend') remaining.set(objectKey(object), object);
        else remaining.delete(objectKey(object));
      }
    }
  }
  return { owner, remaining: [...remaining.values()], tornLines };
}

/**
 * All ledgers that were not closed as done, oldest run first. A data folder that is not there has
 * none; a file that vanishes meanwhile was finished by its owner.
 */
export async function openLedgers(dataFolder: string): Promise<readonly FoundLedger[]> {
  const found: FoundLedger[] = [];
  for (const name of (await listFolder(join(dataFolder, 'runs'))).sort()) {
    const runId = parseRunId(name);
    if (runId === undefined) continue;
    const path = join(dataFolder, 'runs', name, 'ledger.jsonl');
    const file = await readIfThere(path);
    if (file !== null) {
      found.push({ runId, path, changedAt: file.changedAt, ...parseLedger(file.text) });
    }
  }
  return found;
}

function parseLine(text: string): LedgerLine | null {
  try {
    const parsed = lineSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return [];
    throw unusable(path, error);
  }
}

async function readIfThere(
  path: string,
): Promise<{ readonly text: string; readonly changedAt: Date } | null> {
  try {
    const facts = await stat(path);
    // A pipe would be waited for until somebody writes.
    if (!facts.isFile()) throw new Error('it is no file');
    return { text: await readFile(path, 'utf8'), changedAt: facts.mtime };
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return null;
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): TestbedError {
  return new TestbedError(
    'DATA_FOLDER_UNUSABLE',
    `The data folder cannot be read: ${path}: ${fileReason(cause)}.`,
    {
      hint: 'Correct TESTBED_HOME, give yourself the right to read there, or move the file away.',
      cause,
      details: { path },
    },
  );
}
