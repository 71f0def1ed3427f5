import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openLedger } from '../../../controller/src/ledger/ledger.ts';
import { openLedgers } from '../../../controller/src/ledger/ledger-content.ts';
import { systemClock } from '../../../controller/src/lib/system-clock.ts';
import { createRunId } from '../../../controller/src/model/ids.ts';
import { identifyOwner } from '../../../controller/src/runtime/owner.ts';
import type { RecordStore } from '../../../controller/src/store/postgres/postgres-store.ts';
import { databaseUnavailable } from '../../../controller/src/store/postgres/translate-postgres-error.ts';
import type { StorableRecord } from '../../../controller/src/store/record.ts';
import { createSpoolingStore } from '../../../controller/src/store/spool/spooling-store.ts';
import { generateAwkwardRun } from '../../fixtures/awkward-run.ts';

/** A disk that is really full. To mount a file system in memory takes root: skipped for others, who are told so by the names. */
const asRoot = process.getuid?.() === 0 ? it : it.skip;
const execute = promisify(execFile);
const { repetitions } = generateAwkwardRun({ seed: 3, suffix: 'aaaa', sizes: [4] });
const never = new AbortController().signal;

describe('a disk that is full', () => {
  let disk: string;
  let other: string;
  beforeEach(async () => {
    disk = await mkdtemp(join(tmpdir(), 'testbed-full-'));
    other = await mkdtemp(join(tmpdir(), 'testbed-other-'));
  });
  afterEach(async () => {
    await execute('umount', [disk]).catch(() => undefined);
    await rm(disk, { recursive: true });
    await rm(other, { recursive: true });
  });

  asRoot(
    'loses no record of a repetition, though the database is on it too (as root: mounts a disk)',
    async () => {
      await execute('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
      const written: StorableRecord[] = [];
      let isFull = false;
      const database: RecordStore = {
        location: disk,
        check: async () => undefined,
        write: async (storable) => {
          if (isFull) throw databaseUnavailable('away', `${disk} is full.`, { hint: '' });
          written.push(storable);
        },
        listRuns: async () => [],
        searchRuns: async () => ({ runs: [], total: 0 }),
        loadRun: async () => Promise.reject(new Error('not asked')),
        loadSamples: async () => [],
        loadHostSamples: async () => [],
        loadSessions: async () => [],
        close: async () => undefined,
      };
      const warnings: string[] = [];
      const onWarning = (text: string): void => void warnings.push(text);
      const dependencies = { clock: systemClock, signal: never, onWarning };
      const open = () => createSpoolingStore(database, disk, { ...dependencies, refuges: [other] });
      const [repetition] = repetitions;
      if (repetition === undefined) throw new Error('the fixture has no repetition');

      const store = await open();
      isFull = true;
      await writeFile(join(disk, 'fill'), Buffer.alloc(2 ** 20)).catch(() => undefined);
      await expect(store.saveRepetition(repetition)).rejects.toMatchObject({
        code: 'DISK_FULL',
        message: expect.stringContaining(`is kept in ${other}`),
        hint: expect.stringContaining('df -h'),
      });
      await store.close();

      const whileFull = await open();
      await whileFull.close();
      expect(await readdir(other, { recursive: true })).toHaveLength(2);
      expect(warnings).toEqual([
        expect.stringMatching(/^Records that found no room wait in .* still\. .*ENOSPC.*\.$/),
      ]);

      await rm(join(disk, 'fill'));
      isFull = false;
      await (await open()).close();
      expect(written.map(({ record }) => record)).toStrictEqual([repetition]);
      expect(await readdir(other)).toEqual([]);
    },
  );

  asRoot('leaves no ledger that names nobody (as root: mounts a disk)', async () => {
    await execute('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
    const runId = createRunId(new Date(), 0.5);
    const open = () =>
      openLedger({ dataFolder: disk, runId, owner: identifyOwner(), openedAt: new Date() });
    await writeFile(join(disk, 'fill'), Buffer.alloc(2 ** 20)).catch(() => undefined);
    await expect(open()).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await openLedgers(disk)).toEqual([]);
    await rm(join(disk, 'fill'));
    await (await open()).close();
  });
});
