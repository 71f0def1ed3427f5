import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDurableFile } from '../../../../../node-image/src/shell/state/durable-file.ts';
import {
  ForeignStateError,
  openStateFolder,
} from '../../../../../node-image/src/shell/state/state-folder.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-state-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const owner = { runId: 'run', nodeIndex: 1 };

describe('durable file', () => {
  const path = (): string => join(folder, 'engine.bin');

  it('is empty at first and gives back what was saved last', () => {
    const file = openDurableFile(path());
    expect(file.load()).toBeNull();
    for (let i = 1; i <= 5; i++) file.save(Buffer.from(`value ${i}`));
    file.close();
    const reopened = openDurableFile(path());
    expect(Buffer.from(reopened.load() ?? []).toString()).toBe('value 5');
    reopened.close();
  });

  it('goes on counting after it was opened again', () => {
    for (let i = 1; i <= 3; i++) {
      const file = openDurableFile(path());
      file.save(Buffer.from(`life ${i}`));
      file.close();
    }
    const file = openDurableFile(path());
    expect(Buffer.from(file.load() ?? []).toString()).toBe('life 3');
    file.close();
  });

  it('falls back to the value before when the last write was torn', async () => {
    const file = openDurableFile(path());
    file.save(Buffer.from('whole'));
    file.save(Buffer.from('torn write'));
    file.close();
    const raw = await open(path(), 'r+');
    // The second value went to slot 0; its last byte is spoiled.
    await raw.write(Buffer.from([0]), 0, 1, 16 + 'torn write'.length - 1);
    await raw.close();
    const reopened = openDurableFile(path());
    expect(Buffer.from(reopened.load() ?? []).toString()).toBe('whole');
    reopened.close();
  });
});

describe('durable file that may not grow', () => {
  /** Saves rounds 1 to 5, however many fail, in a process whose files may be so large. */
  function saveFive(path: string, sizeKiBMax: number): string[] {
    const script = `
      import { openDurableFile } from ${JSON.stringify(moduleUrl)};
      const file = openDurableFile(process.argv[1]);
      for (let round = 1; round <= 5; round++) {
        try {
          file.save(Buffer.from(String(round).repeat(2000)));
          console.log('saved ' + round);
        } catch (error) {
          console.log(error.code);
        }
      }`;
    const args = [`ulimit -f ${sizeKiBMax}; exec "$0" "$@"`, process.execPath];
    const output = execFileSync('bash', ['-c', ...args, '--input-type=module', '-e', script, path]);
    return output.toString().trim().split('\n');
  }
  const moduleUrl = new URL(
    '../../../../../node-image/src/shell/state/durable-file.ts',
    import.meta.url,
  ).href;
  const load = (path: string): string | null => {
    const file = openDurableFile(path);
    const value = file.load();
    file.close();
    return value === null ? null : Buffer.from(value).toString().slice(0, 1);
  };

  it('throws when only a part of the value was taken', () => {
    const path = join(folder, 'engine.bin');
    // Values go to slot 1 first, whose 1,024 KiB offset leaves 1 KiB of 2.
    expect(saveFive(path, 1025)).toEqual(Array(5).fill('EFBIG'));
    expect(load(path)).toBeNull();
  });

  it('keeps the last value that was saved through any number of failures', () => {
    const path = join(folder, 'engine.bin');
    const file = openDurableFile(path);
    for (const round of [7, 8]) file.save(Buffer.from(String(round).repeat(100)));
    file.close();
    expect(saveFive(path, 1025)).toEqual(Array(5).fill('EFBIG'));
    expect(load(path)).toBe('8');
  });
});

describe('state folder', () => {
  it('keeps the key, the load number and the engine state over a restart', () => {
    const state = Buffer.from('what an engine must not forget');
    const first = openStateFolder(folder, owner);
    expect(first.configuration).toBeNull();
    expect(first.wasStarted).toBe(false);
    expect(first.loadDurable()).toBeNull();
    expect(first.nextLoadNumber(0)).toBe(0);
    expect(first.nextEpochMs(500)).toBe(500);
    first.saveDurable(state);
    first.saveStarted();
    first.close();
    const second = openStateFolder(folder, owner);
    expect(second.seed).toEqual(first.seed);
    expect(second.consensusSeed).toEqual(first.consensusSeed);
    expect(first.consensusSeed).not.toEqual(first.seed);
    expect(second.wasStarted).toBe(true);
    expect(second.loadDurable()).toEqual(state);
    expect(second.nextLoadNumber(0)).toBe(1);
    // Others may have counted more than it remembers.
    expect(second.nextLoadNumber(5)).toBe(5);
    expect(second.nextLoadNumber(2)).toBe(6);
    // A clock that was set back does not make it older than it was.
    expect(second.nextEpochMs(400)).toBe(501);
    second.close();
  });

  it('draws a new key for every folder', () => {
    const other = openStateFolder(join(folder, 'other'), owner);
    expect(openStateFolder(folder, owner).seed).not.toEqual(other.seed);
  });

  it('refuses the state of another run or node', () => {
    openStateFolder(folder, owner).saveStarted();
    expect(() => openStateFolder(folder, { runId: 'other', nodeIndex: 1 })).toThrow(
      ForeignStateError,
    );
    expect(() => openStateFolder(folder, { runId: 'run', nodeIndex: 2 })).toThrow(/node 1 of run/);
  });

  it('refuses a folder that it cannot create', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => openStateFolder(join(folder, 'file'), owner)).toThrow();
  });
});
