import { describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../../controller/src/errors/testbed-error.ts';
import {
  failureOf,
  redactUrl,
  translatePostgresError,
} from '../../../../controller/src/store/postgres/translate-postgres-error.ts';
import { createUrlSource } from '../../../../controller/src/store/postgres/url-source.ts';

function coded(code: string, message = 'words'): Error {
  return Object.assign(new Error(message), { code });
}

describe('translatePostgresError', () => {
  it.each([
    ['ECONNREFUSED', 'away'],
    ['ENOTFOUND', 'away'],
    ['57P01', 'away'],
    ['53300', 'away'],
    ['40P01', 'away'],
    ['28P01', 'refused'],
    ['3D000', 'refused'],
    ['42P01', 'refused'],
    ['22P02', 'rejected'],
    ['23505', 'rejected'],
    ['23503', 'orphan'],
  ])('takes %s for %s', (code, failure) => {
    const error = translatePostgresError(coded(code), 'here');
    expect(error.code).toBe('DATABASE_UNAVAILABLE');
    expect(failureOf(error)).toBe(failure);
    expect(error.message).toContain('words');
    expect(error.hint).not.toBe('');
  });

  it('says that the disk is full, and that waiting may help', () => {
    const error = translatePostgresError(coded('53100'), 'here');
    expect(error.code).toBe('DISK_FULL');
    expect(failureOf(error)).toBe('away');
  });

  it('takes a broken connection without a code for an absent database', () => {
    const error = translatePostgresError(new Error('Connection terminated unexpectedly'), 'here');
    expect(failureOf(error)).toBe('away');
  });

  it('leaves our own errors alone', () => {
    const error = new TestbedError('RUN_UNKNOWN', 'No such run.');
    expect(translatePostgresError(error, 'here')).toBe(error);
    expect(failureOf(error)).toBeUndefined();
  });
});

describe('redactUrl', () => {
  it.each([
    ['postgres://me:secret@host:5432/db', 'postgres://me:***@host:5432/db'],
    ['postgres://me@host/db', 'postgres://me@host/db'],
    ['postgresql:///db?host=/tmp&password=secret', 'postgresql:///db?host=/tmp&password=***'],
    ['postgres://me:sec ret@bad host/db', 'postgres://me:***@bad host/db'],
    ['postgres://host:5432/db', 'postgres://host:5432/db'],
    ['postgres://me:pa/ss@host:5432/db', 'postgres://me:***@host:5432/db'],
    ['postgres://me:p@ss/word@host/db', 'postgres://me:***@host/db'],
    ['postgres://me:p:a@s@host/db', 'postgres://me:***@host/db'],
    ['postgres://:secret@host/db', 'postgres://:***@host/db'],
    ['postgres://me:pa?ss@host/db', 'postgres://***'],
    ['postgres://me:pa#ss@host/db', 'postgres://***'],
    ['postgres://me:secret', 'postgres://***'],
    ['postgres://me/secret@host', 'postgres://***'],
    ['postgres://me@host/db?password=a@b', 'postgres://***'],
    ['postgres://me:x@host/db?a=1&PASSWORD=a&b=2', 'postgres://me:***@host/db?a=1&PASSWORD=***'],
    ['postgres://host/db?pass%77ord=secret', 'postgres://host/db?pass%77ord=***'],
    ['host=here user=me password=secret', '***'],
  ])('%s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });
});

describe('createUrlSource', () => {
  it.each([
    'postgres://me:se/cret@host:5432/db',
    'postgres://me:se@cr/et@host/db',
    'postgres://me:se?cret@host/db',
  ])('refuses %s, of which it cannot tell the host, without a word of the password', (url) => {
    let message = '';
    try {
      createUrlSource(url);
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('is not a Postgres URL');
    expect(message).not.toMatch(/se[/@?]|cr|cret/);
  });
});
