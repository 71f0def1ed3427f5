import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findPassword } from '../../../../controller/src/store/postgres/find-password.ts';

const owner = { host: 'h', port: 5432, database: 'd', user: 'u' };

async function inFile(text: string, mode = 0o600): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'testbed-pgpass-'));
  const path = join(folder, 'pgpass');
  try {
    await writeFile(path, text);
    await chmod(path, mode);
    return await findPassword(owner, { PGPASSFILE: path });
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('findPassword', () => {
  it.each([
    ['h:5432:d:u:secret', 'secret'],
    ['# h:5432:d:u:no\nother:5432:d:u:no\n*:*:*:u:yes\n', 'yes'],
    ['h:5432:d:u:with\\:colon\\\\and', 'with:colon\\and'],
    ['h:5432:d:someone:no', undefined],
    ['::d:u:no', undefined],
    ['', undefined],
  ])('finds in %j the password %s', async (text, password) => {
    expect(await inFile(text)).toBe(password);
  });

  it('does not take a password that others may read', async () => {
    expect(await inFile('h:5432:d:u:secret', 0o644)).toBeUndefined();
  });

  it('prefers PGPASSWORD', async () => {
    expect(await findPassword(owner, { PGPASSWORD: 'mine', PGPASSFILE: '/none' })).toBe('mine');
  });
});
