import { describe, expect, it } from '@jest/globals';
import type { TestbedError } from '../../../../controller/src/errors/testbed-error.ts';
import { readUrl } from '../../../../controller/src/store/postgres/read-url.ts';

function refusal(url: string): TestbedError {
  try {
    readUrl(url);
  } catch (error) {
    return error as TestbedError;
  }
  throw new Error(`${url} was taken`);
}

describe('readUrl', () => {
  it.each([
    ['postgres://me:pw@host:6432/db', ['host', 6432, 'me', 'pw', 'db']],
    ['postgresql://host', ['host', undefined, undefined, undefined, undefined]],
    ['postgres://me:p%23%2F%40@[::1]:1/d%20b', ['::1', 1, 'me', 'p#/@', 'd b']],
    ['postgres://me:p@ss:word@host/db', ['host', undefined, 'me', 'p@ss:word', 'db']],
    ['postgres:///db?host=/tmp&user=me&port=7', ['/tmp', 7, 'me', undefined, 'db']],
    ['postgres://me@/db', [undefined, undefined, 'me', undefined, 'db']],
    ['postgres://%2Fvar%2Frun/db', ['/var/run', undefined, undefined, undefined, 'db']],
    ['postgres://me@host/db?password=a@b', ['host', undefined, 'me', 'a@b', 'db']],
  ])('reads %s', (url, [host, port, user, password, database]) => {
    expect(readUrl(url)).toMatchObject({ host, port, user, password, database });
  });

  it('hands on what else stands in the query', () => {
    const { parameters } = readUrl('postgres://h/db?sslmode=require&user=me&application_name=x');
    expect([...parameters]).toEqual([
      ['sslmode', 'require'],
      ['application_name', 'x'],
    ]);
  });

  it.each([
    ['mysql://me:geheim@host/db', /does not begin with postgres:/, /postgres:\/\/user/],
    ['postgres://me:se#cret@host:5432/db', /a bare "#"/, /^Write %23 for # in a password/],
    ['postgres://me@host/db?password=se#cret', /a bare "#"/, /%23/],
    ['postgres://me:se/cret@host:5432/db', /a bare "\/"/, /^Write %2F for \//],
    ['postgres://me:se@cr/et@host/db', /a bare "\/"/, /%2F/],
    ['postgres://me:se?cret@host/db', /a bare "\?"/, /^Write %3F for \?/],
    ['postgres://me:se%cret@host/db', /a "%" in it/, /^Write %25 for %/],
    ['postgres://me:secret@host:99999/db', /there is no port 99999/, /1 to 65535/],
    ['postgres://me:secret@host:0/db', /there is no port 0/, /1 to 65535/],
    ['postgres://me@host/db?port=70000', /there is no port 70000/, /1 to 65535/],
    ['postgres://me:99999', /its port is none/, /1 to 65535/],
    ['postgres://me:secret', /host or port cannot be read/, /postgres:\/\/user/],
    ['postgres://me:secret@ho st/db', /host or port cannot be read/, /postgres:\/\/user/],
  ])('refuses %s, says why, and keeps the password to itself', (url, message, hint) => {
    const error = refusal(url);
    expect(error.code).toBe('DATABASE_UNAVAILABLE');
    expect(error.details).toEqual({ failure: 'refused' });
    expect(error.message).toMatch(/^DATABASE_URL is not a Postgres URL: /);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(error.message).not.toMatch(/se[/@?#%]|cret|geheim|me:9/);
  });
});
