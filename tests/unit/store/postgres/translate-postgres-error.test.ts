import { describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../../controller/src/errors/testbed-error.ts';
import {
  failureOf,
  translatePostgresError,
} from '../../../../controller/src/store/postgres/translate-postgres-error.ts';

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
    expect(error.cause).toMatchObject({ message: 'words' });
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

  it.each([
    [
      'ECONNREFUSED',
      'connect ECONNREFUSED 1.2.3.4:5432',
      /nothing listens there \(ECONNREF/,
      /Start it/,
    ],
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND h', /host has no known address/, /host in DATABASE_URL/],
    ['', 'timeout expired', /no word came in time/, /lets this machine in/],
    ['28P01', 'password authentication failed', /refuses user and password/, /%23 for #/],
    ['28000', 'role "x" does not exist', /does not let this user in/, /pg_hba/],
    [
      '28000',
      'no pg_hba.conf entry for host "1.2.3.4", user "u", database "d", no encryption',
      /over encrypted connections only/,
      /sslmode=require/,
    ],
    [
      '28000',
      'no pg_hba.conf entry for host "1.2.3.4", user "u", database "d", SSL encryption',
      /no rule for this user/,
      /hostssl.*sslmode=disable/,
    ],
    ['', 'The server does not support SSL connections', /offers no TLS/, /sslmode=prefer/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', /nobody known/, /sslrootcert=/],
    ['CERT_HAS_EXPIRED', 'certificate has expired', /has expired/, /Renew/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'Hostname/IP does not match', /another host/, /verify-ca/],
  ])('tells %s (%s) in words of its own', (code, driverText, message, hint) => {
    const cause = code === '' ? new Error(driverText) : coded(code, driverText);
    const error = translatePostgresError(cause, 'here');
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain(driverText);
    expect(error.hint).toMatch(hint);
  });

  it('quotes what it has no words for', () => {
    const error = translatePostgresError(coded('XX000', 'tuple concurrently updated'), 'here');
    expect(error.message).toBe(
      'The database at here reports a failure: "tuple concurrently updated" (XX000).',
    );
  });

  it('leaves our own errors alone', () => {
    const error = new TestbedError('RUN_UNKNOWN', 'No such run.');
    expect(translatePostgresError(error, 'here')).toBe(error);
    expect(failureOf(error)).toBeUndefined();
  });
});
