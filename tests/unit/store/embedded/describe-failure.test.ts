import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  describeFailedInit,
  describeFailedStart,
} from '../../../../controller/src/store/embedded/describe-failure.ts';
import type { Placement } from '../../../../controller/src/store/embedded/placement.ts';

/** Of initdb 18 on a disk of 20 MB. */
const full = `The files belonging to this database system will be owned by user "nobody".
This user must also own the server process.

creating subdirectories ... ok
running bootstrap script ... 2026-11-28 07:00:00.000 UTC [77] FATAL:  could not write to file "pg_wal/xlogtemp.77": No space left on device
child process exited with exit code 1
initdb: removing data directory "/x/data.new-1"
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'testbed-failed-'));
});
afterEach(() => rm(folder, { recursive: true }));

function placement(logFile = join(folder, 'server.log')): Placement {
  const account = { name: 'nobody', uid: 1, gid: 1, isOther: false };
  const places = { folder: '/x', dataFolder: '/x/data', socketFolder: '/x/socket' };
  return { account, ...places, logFile, isMoved: false };
}

describe('describeFailedInit', () => {
  it('says in one sentence that the disk is full, and where all of it is', async () => {
    const error = await describeFailedInit(placement(), full);
    expect(error.code).toBe('DISK_FULL');
    expect(error.message).toBe('A database cannot be created in /x: no space is left on the disk.');
    const log = join(folder, 'server.log');
    expect(error.hint).toMatch(/^Free some space \(df -h \/x\).*TESTBED_HOME/);
    expect(error.hint).toContain(`What initdb said: ${log}`);
    expect(await readFile(log, 'utf8')).toBe(full);
  });

  it('keeps the output elsewhere where there is no room beside the database', async () => {
    const error = await describeFailedInit(placement('/proc/none/server.log'), full);
    const log = /What initdb said: (\S+)$/.exec(error.hint ?? '')?.[1] ?? '';
    expect(log.startsWith(tmpdir())).toBe(true);
    await rm(log);
  });

  it('quotes the one line that says why', async () => {
    const output = 'creating subdirectories ... ok\ninitdb: error: could not change owner.\nbye\n';
    const error = await describeFailedInit(placement(), output);
    expect(error.code).toBe('DATABASE_UNAVAILABLE');
    expect(error.message).toBe(
      'A database cannot be created in /x: initdb: error: could not change owner.',
    );
  });
});

describe('describeFailedStart', () => {
  it('does not print the log of a full disk', () => {
    const error = describeFailedStart(placement('/x/server.log'), full);
    expect(error.code).toBe('DISK_FULL');
    expect(error.message).toBe('/x has no room left: the database did not start.');
    expect(error.hint).toBe('Free some space: df -h /x. Its log: /x/server.log');
  });
});
