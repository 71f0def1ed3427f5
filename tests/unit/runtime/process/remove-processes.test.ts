import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock as clock } from '../../../../controller/src/lib/system-clock.ts';
import { createRunId } from '../../../../controller/src/model/ids.ts';
import {
  nodesFolder,
  removeProcesses,
} from '../../../../controller/src/runtime/process/remove-processes.ts';

const runId = createRunId(new Date('2026-01-02T03:04:05Z'), 0.5);
const signal = new AbortController().signal;

let dataFolder: string;
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'testbed-remove-'));
});
afterEach(() => {
  rmSync(dataFolder, { recursive: true, force: true });
});

const remove = (name: string): Promise<void> =>
  removeProcesses([{ runtime: 'process', kind: 'folder', name, runId }], {
    dataFolder,
    clock,
    signal,
  });

describe('removeProcesses', () => {
  it('removes a folder of nodes', async () => {
    const folder = join(nodesFolder(dataFolder, runId), 'net');
    mkdirSync(join(folder, 'node0'), { recursive: true });
    await remove(folder);
    expect(existsSync(folder)).toBe(false);
  });

  it('takes a folder that is gone for removed', async () => {
    await remove(join(nodesFolder(dataFolder, runId), 'never was'));
  });

  it.each([
    ['somewhere else', () => join(dataFolder, 'mine')],
    ['above its run', () => join(nodesFolder(dataFolder, runId), '..', '..')],
    ['the folder of all nodes itself', () => nodesFolder(dataFolder, runId)],
    ['a neighbour with a longer name', () => `${nodesFolder(dataFolder, runId)}-other`],
  ])('refuses to remove %s, whatever the ledger says', async (_title, path) => {
    mkdirSync(path(), { recursive: true });
    await expect(remove(path())).rejects.toMatchObject({ code: 'DATA_FOLDER_UNUSABLE' });
    expect(existsSync(path())).toBe(true);
  });
});
