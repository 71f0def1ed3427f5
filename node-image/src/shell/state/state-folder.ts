import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Configure, configureSchema, identityFile } from '../../contract/index.ts';
import { type DurableFile, openDurableFile } from './durable-file.ts';

/**
 * What a node keeps on disk, so that a restarted process is the same committee member: its keys,
 * what it was told by `configure`, whether it was started, the engine's durable state, and how
 * often it began to make load.
 */
export interface StateFolder {
  /** 32 bytes each, drawn at the first start: of the transport's key, and of keys of consensus. */
  readonly seed: Uint8Array;
  readonly consensusSeed: Uint8Array;
  readonly configuration: Configure | null;
  /** Consensus was started before: join again without being told. */
  readonly wasStarted: boolean;
  saveConfiguration(configuration: Configure): void;
  saveStarted(): void;
  /** Counts up with every call, across restarts, from at least what is given. */
  nextLoadNumber(least: number): number;
  /** Above all that it gave before, whatever the clock does; the time itself where it can be. */
  nextEpochMs(nowMs: number): number;
  /** What must survive a crash, as the engine's protocol writes it. */
  loadDurable(): Uint8Array | null;
  saveDurable(bytes: Uint8Array): void;
  close(): void;
}

const SEED_BYTES = 32;

/** The folder holds the state of something else. */
export class ForeignStateError extends Error {
  override readonly name = 'ForeignStateError';
}

interface Memory {
  runId: string;
  nodeIndex: number;
  configuration: Configure | null;
  started: boolean;
  loads: number;
  epochMs: number;
}

/**
 * @throws ForeignStateError if the folder belongs to another run or node, Error from the file
 *   system if it cannot be written
 */
export function openStateFolder(
  folder: string,
  owner: { readonly runId: string; readonly nodeIndex: number },
): StateFolder {
  mkdirSync(folder, { recursive: true });
  const seeds = readOrCreate(join(folder, identityFile), () => randomBytes(2 * SEED_BYTES));
  const memoryPath = join(folder, 'node.json');
  const memory = readMemory(memoryPath, owner);
  const save = (): void => replaceFile(memoryPath, JSON.stringify(memory));
  let durable: DurableFile | null = null;
  const durableFile = (): DurableFile => {
    durable ??= openDurableFile(join(folder, 'engine.bin'));
    return durable;
  };
  return {
    seed: seeds.subarray(0, SEED_BYTES),
    consensusSeed: seeds.subarray(SEED_BYTES),
    configuration: memory.configuration,
    wasStarted: memory.started,
    saveConfiguration(configuration) {
      memory.configuration = configuration;
      save();
    },
    saveStarted() {
      memory.started = true;
      save();
    },
    nextLoadNumber(least) {
      const number = Math.max(memory.loads, least);
      memory.loads = number + 1;
      save();
      return number;
    },
    nextEpochMs(nowMs) {
      memory.epochMs = Math.max(nowMs, memory.epochMs + 1);
      save();
      return memory.epochMs;
    },
    loadDurable: () => durableFile().load(),
    saveDurable: (bytes) => durableFile().save(bytes),
    close() {
      durable?.close();
      durable = null;
    },
  };
}

function readMemory(path: string, owner: { runId: string; nodeIndex: number }): Memory {
  const text = readOrNull(path);
  if (text === null) {
    return { ...owner, configuration: null, started: false, loads: 0, epochMs: 0 };
  }
  // Written by this very module; the configuration inside is checked by its schema.
  const stored = JSON.parse(text.toString('utf8')) as Memory;
  if (stored.runId !== owner.runId || stored.nodeIndex !== owner.nodeIndex) {
    throw new ForeignStateError(
      `The state folder belongs to node ${stored.nodeIndex} of run ${stored.runId}, but this is node ${owner.nodeIndex} of run ${owner.runId}.`,
    );
  }
  const configuration =
    stored.configuration === null ? null : configureSchema.parse(stored.configuration);
  return { ...stored, epochMs: stored.epochMs ?? 0, configuration };
}

function readOrCreate(path: string, create: () => Uint8Array): Uint8Array {
  const found = readOrNull(path);
  if (found !== null && found.length === 2 * SEED_BYTES) return new Uint8Array(found);
  const made = create();
  replaceFile(path, made);
  return made;
}

function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    // `code` is how Node tells an absent file from an unreadable one.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** A reader sees the old content or the new, never a part. */
function replaceFile(path: string, content: string | Uint8Array): void {
  const draft = `${path}.new`;
  writeFileSync(draft, content, { mode: 0o600 });
  renameSync(draft, path);
}
