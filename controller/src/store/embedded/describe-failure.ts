/** What a database of our own that does not come up says to people: a sentence and where its log is. */
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestbedError } from '../../errors/testbed-error.ts';
import { databaseUnavailable } from '../postgres/translate-postgres-error.ts';
import type { Placement } from './placement.ts';

const complaintCharactersMax = 200;

/** Words for a server that exited before it answered. */
export function describeFailedStart(placement: Placement, tail: string): TestbedError {
  const { folder } = placement;
  const log = tail === '' ? 'it left no word' : `its log ends with:\n${tail}`;
  if (/No space left on device/.test(tail)) {
    return new TestbedError(
      'DISK_FULL',
      `${folder} has no room left: the database did not start.`,
      {
        hint: `Free some space: df -h ${folder}. Its log: ${placement.logFile}`,
        details: { failure: 'away' },
      },
    );
  }
  const isDamaged =
    /PANIC|invalid checkpoint|could not locate|is not a valid data directory/.test(tail) ||
    /invalid data in file|could not open file|checksum|Permission denied/.test(tail);
  return databaseUnavailable('away', `The database in ${folder} did not start; ${log}`, {
    hint: isDamaged
      ? `Its files are damaged. Keep them aside and go on with an empty database: mv ${folder} ${folder}.damaged`
      : `Read the whole log: ${placement.logFile}`,
  });
}

/** One sentence; all that initdb said is kept where it can be read. */
export async function describeFailedInit(
  { folder, logFile }: Placement,
  output: string,
): Promise<TestbedError> {
  const isFull = /No space left on device|Disk quota exceeded/.test(output);
  const log = await keepOutput(output, [
    logFile,
    join(tmpdir(), `testbed-initdb-${process.pid}.log`),
  ]);
  const seeLog = log === undefined ? '' : ` What initdb said: ${log}`;
  if (isFull) {
    return new TestbedError(
      'DISK_FULL',
      `A database cannot be created in ${folder}: no space is left on the disk.`,
      {
        hint: `Free some space (df -h ${folder}), or name a data folder on another disk: export TESTBED_HOME=/path.${seeLog}`,
        // A database that never was does not come back: better told before anything is measured.
        details: { failure: 'refused', log },
      },
    );
  }
  return new TestbedError(
    'DATABASE_UNAVAILABLE',
    `A database cannot be created in ${folder}: ${lastComplaint(output)}.`,
    {
      hint: `Correct that, or set DATABASE_URL to a server.${seeLog}`,
      details: { failure: 'away', log },
    },
  );
}

/** The line that says why, of all that initdb prints on its way. */
function lastComplaint(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const why = lines.findLast((line) => /error|fatal|could not|cannot|ended by/i.test(line));
  const line = why ?? lines.findLast((line) => line !== '') ?? 'initdb gave no reason';
  return line.slice(0, complaintCharactersMax).replace(/\.$/, '');
}

/** @returns the first of the files that takes it: a full disk takes nothing */
async function keepOutput(output: string, files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    try {
      await appendFile(file, `${output.trimEnd()}\n`, { mode: 0o600 });
      return file;
    } catch {
      // The next one, then.
    }
  }
  return undefined;
}
