import { TestbedError } from '../../errors/testbed-error.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { RecordStore } from '../postgres/postgres-store.ts';
import { failureOf } from '../postgres/translate-postgres-error.ts';
import type { StorableRecord } from '../record.ts';
import { SpoolFileError } from './spool-file.ts';
import type { SpoolEntry, SpoolFolder } from './spool-folder.ts';

export interface DrainDependencies {
  readonly folder: SpoolFolder;
  readonly inner: RecordStore;
  readonly onWarning: (text: string) => void;
  /** Spares reading back what this process has just written. */
  readonly recall: (name: string) => StorableRecord | undefined;
}

/**
 * Writes waiting records to the database, in the order in which they were saved, and removes
 * their files. Stops at the first record for which the database is not there.
 * @returns why it stopped; undefined if it went through
 */
export async function drain(dependencies: DrainDependencies): Promise<TestbedError | undefined> {
  const { folder } = dependencies;
  for (const entry of await folder.list()) {
    if (entry.isOthers || !(await folder.claim(entry))) continue;
    const outcome = await drainEntry(entry, dependencies).catch(async (error: unknown) => {
      await folder.release(entry);
      throw error;
    });
    if (outcome === undefined) continue;
    await folder.release(entry);
    if (failureOf(outcome) !== 'orphan') return outcome;
  }
  return undefined;
}

/** @returns why the record has to go on waiting; undefined if it is dealt with */
async function drainEntry(
  entry: SpoolEntry,
  dependencies: DrainDependencies,
): Promise<TestbedError | undefined> {
  const { folder, inner, onWarning } = dependencies;
  const storable = await readEntry(entry, dependencies);
  if (storable === undefined) return undefined;
  try {
    await inner.write(storable);
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    if (failureOf(error) !== 'rejected') return error;
    const path = await folder.setAside(entry, 'rejected');
    onWarning(`A record was not stored and is kept in ${path}: ${error.message}`);
    return undefined;
  }
  // First the mark, then the removal: killed in between, the record is merely written again.
  await folder.markStored(entry.runId);
  await folder.remove(entry);
  return undefined;
}

async function readEntry(
  entry: SpoolEntry,
  { folder, onWarning, recall }: DrainDependencies,
): Promise<StorableRecord | undefined> {
  const known = recall(entry.name);
  if (known !== undefined) return known;
  try {
    return await folder.read(entry);
  } catch (error) {
    if (!(error instanceof SpoolFileError)) throw error;
    if (error.problem === 'newer') {
      await folder.release(entry);
      onWarning(`A waiting record in ${folder.path} is of a newer testbed: ${messageOf(error)}`);
    } else {
      const path = await folder.setAside(entry, 'corrupt');
      onWarning(`A waiting record cannot be read and is kept in ${path}. ${messageOf(error)}`);
    }
    return undefined;
  }
}
