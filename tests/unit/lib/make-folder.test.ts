import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dataFolderError } from '../../../controller/src/errors/data-folder-error.ts';
import { makeFolder } from '../../../controller/src/lib/make-folder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'testbed-folder-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('makeFolder', () => {
  it('makes what is missing, also when several do', async () => {
    const path = join(root, 'a/b/c');
    await Promise.all([makeFolder(path, 0o700), makeFolder(path, 0o700), makeFolder(path, 0o700)]);
    await makeFolder(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it('goes through links', async () => {
    await mkdir(join(root, 'real'));
    await symlink('real', join(root, 'link'));
    await makeFolder(join(root, 'link/x'));
    expect((await stat(join(root, 'real/x'))).isDirectory()).toBe(true);
  });

  it.each([
    ['a place of the kernel', '/proc/testbed/data', /nothing can be made there \(ENOTSUP\)/],
    ['a device', '/dev/null/data', /a part of the path is a file.*\(ENOTDIR\)/],
    ['a file', 'file', /a file of that name is in the way \(EEXIST\)/],
    ['what is below a file', 'file/data', /a part of the path is a file.*\(ENOTDIR\)/],
    ['a link to nowhere', 'nowhere', /./],
  ])('fails at once in %s', async (_what, path, words) => {
    await writeFile(join(root, 'file'), '');
    await symlink('gone/away', join(root, 'nowhere'));
    const full = path.startsWith('/') ? path : join(root, path);
    const error = await makeFolder(full).catch((caught: unknown) => caught);
    const told = dataFolderError(`The folder ${full} cannot be made`, error);
    expect(told.code).toBe('DATA_FOLDER_UNUSABLE');
    expect(told.message).toMatch(words);
    expect(told.hint).toContain('export TESTBED_HOME=');
  });
});

describe('dataFolderError', () => {
  it.each([
    [
      'EROFS',
      'DATA_FOLDER_UNUSABLE',
      'The folder /x cannot be made: the file system is read-only (EROFS).',
    ],
    ['ENOSPC', 'DISK_FULL', 'The folder /x cannot be made: no space is left on the disk (ENOSPC).'],
    ['EDQUOT', 'DISK_FULL', /quota/],
  ])('says of %s what it means', (code, kind, message) => {
    const raw = Object.assign(new Error('mkdir /x'), { code });
    const error = dataFolderError('The folder /x cannot be made', raw);
    expect(error.code).toBe(kind);
    expect(error.message).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
    expect(error.hint).toContain('TESTBED_HOME');
  });
});
