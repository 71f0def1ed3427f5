import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import { ledgerPath, noteRemoved, openLedger } from '../../../controller/src/ledger/ledger.ts';
import { openLedgers, parseLedger } from '../../../controller/src/ledger/ledger-content.ts';
import { createRunId } from '../../../controller/src/model/ids.ts';
import { identifyOwner } from '../../../controller/src/runtime/owner.ts';
import type { OwnedObject } from '../../../controller/src/runtime/runtime.ts';

const runId = createRunId(new Date('2026-01-02T03:04:05Z'), 0.5);
const owner = identifyOwner();
const openedAt = new Date('2026-01-02T03:04:05Z');
const container = (name: string): OwnedObject => ({
  runtime: 'docker',
  kind: 'container',
  name,
  runId,
});

let dataFolder: string;
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'testbed-ledger-'));
});
afterEach(() => {
  rmSync(dataFolder, { recursive: true, force: true });
});

describe('openLedger', () => {
  it('has an object on disk before intend resolves', async () => {
    await using ledger = await openLedger({ dataFolder, runId, owner, openedAt });
    await ledger.intend([container('a')]);
    const [found] = await openLedgers(dataFolder);
    expect(found?.remaining).toEqual([container('a')]);
    expect(found?.owner).toEqual(owner);
  });

  it('is set aside when everything it named was removed', async () => {
    const ledger = await openLedger({ dataFolder, runId, owner, openedAt });
    await ledger.intend([container('a'), container('b')]);
    await ledger.removed([container('a'), container('b')]);
    await ledger.close();
    expect(await openLedgers(dataFolder)).toEqual([]);
    expect(existsSync(ledger.path.replace('.jsonl', '.done.jsonl'))).toBe(true);
  });

  it('stays when something is left, also over a second opening', async () => {
    const first = await openLedger({ dataFolder, runId, owner, openedAt });
    await first.intend([container('a'), container('b')]);
    await first.removed([container('a')]);
    await first.close();
    const second = await openLedger({ dataFolder, runId, owner, openedAt });
    await second.intend([container('c')]);
    await second.close();
    const [found] = await openLedgers(dataFolder);
    expect(found?.remaining.map(({ name }) => name)).toEqual(['b', 'c']);
  });

  it('can be closed twice', async () => {
    const ledger = await openLedger({ dataFolder, runId, owner, openedAt });
    await Promise.all([ledger.close(), ledger.close()]);
    expect(existsSync(ledger.path)).toBe(false);
  });

  it('says what is wrong with a data folder that cannot be written', async () => {
    appendFileSync(join(dataFolder, 'runs'), 'a file where a folder should be');
    const opening = openLedger({ dataFolder, runId, owner, openedAt });
    await expect(opening).rejects.toMatchObject({ code: 'DATA_FOLDER_UNUSABLE' });
    await expect(opening).rejects.toBeInstanceOf(TestbedError);
  });
});

describe('a ledger after a crash', () => {
  const write = async (): Promise<string> => {
    const ledger = await openLedger({ dataFolder, runId, owner, openedAt });
    await ledger.intend([container('a')]);
    await ledger.intend([container('b')]);
    await ledger.close();
    return ledger.path;
  };

  it('names everything that was announced, wherever the last line was torn', async () => {
    const path = await write();
    const whole = readFileSync(path, 'utf8');
    const lastLine = whole.trimEnd().lastIndexOf('\n') + 1;
    // At the very end only the line break is missing: that line is whole.
    for (let length = lastLine; length < whole.length - 1; length++) {
      const content = parseLedger(whole.slice(0, length));
      expect(content.remaining.map(({ name }) => name)).toEqual(['a']);
      expect(content.tornLines).toBe(length === lastLine ? 0 : 1);
    }
  });

  it('takes lines that are appended behind a torn one', async () => {
    const path = await write();
    truncateSync(path, readFileSync(path).length - 7);
    await noteRemoved(path, [container('a')], { done: false });
    const [found] = await openLedgers(dataFolder);
    expect(found?.remaining).toEqual([]);
    expect(found?.tornLines).toBe(1);
  });

  it('has no owner when not even its first line was written', () => {
    expect(parseLedger('{"kind":"open')).toEqual({ owner: null, remaining: [], tornLines: 1 });
  });

  it('passes over lines that are no ledger lines', () => {
    const content = parseLedger('{"kind":"intend","objects":[{"kind":"planet"}]}\nnull\n[]\n');
    expect(content).toEqual({ owner: null, remaining: [], tornLines: 3 });
  });
});

describe('noteRemoved', () => {
  it('does not bring back a ledger that somebody else has set aside', async () => {
    const path = ledgerPath(dataFolder, runId);
    await noteRemoved(path, [container('a')], { done: true });
    expect(existsSync(path)).toBe(false);
  });
});

describe('openLedgers', () => {
  it('finds nothing in a data folder that is not there', async () => {
    expect(await openLedgers(join(dataFolder, 'nowhere'))).toEqual([]);
  });

  it('says so when the data folder is a file', async () => {
    const file = join(dataFolder, 'file');
    writeFileSync(file, '');
    await expect(openLedgers(file)).rejects.toMatchObject({
      code: 'DATA_FOLDER_UNUSABLE',
      message: expect.stringContaining(file),
    });
  });

  it.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
  ])('waits for no ledger that is %s', async (_, make) => {
    mkdirSync(join(dataFolder, 'runs', runId), { recursive: true });
    make(join(dataFolder, 'runs', runId, 'ledger.jsonl'));
    await expect(openLedgers(dataFolder)).rejects.toMatchObject({
      code: 'DATA_FOLDER_UNUSABLE',
      message: expect.stringContaining('it is no file'),
    });
  });
});
