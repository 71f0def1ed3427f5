import { describe, expect, it } from '@jest/globals';
import type { TestbedError } from '../../../../controller/src/errors/testbed-error.ts';
import { readTls } from '../../../../controller/src/store/postgres/read-tls.ts';

const read = (query: string, environment: Record<string, string> = {}, host = 'db.example') =>
  readTls(new Map(new URLSearchParams(query)), host, environment);

function refusal(query: string): TestbedError {
  try {
    read(query);
  } catch (error) {
    return error as TestbedError;
  }
  throw new Error(`${query} was taken`);
}

describe('readTls', () => {
  it.each([
    ['', 'if-offered'],
    ['sslmode=prefer', 'if-offered'],
    ['sslmode=allow', 'if-offered'],
    ['sslmode=disable', 'off'],
    ['ssl=false', 'off'],
    ['sslmode=require', 'on'],
    ['sslmode=no-verify', 'on'],
    ['ssl=true', 'on'],
    ['sslmode=verify-full', 'on'],
    ['sslmode=verify-full&sslrootcert=system', 'on'],
  ])('takes "%s" for %s', (query, kind) => {
    expect(read(query).kind).toBe(kind);
  });

  it('means with require what libpq means: encrypted, whoever answers', () => {
    expect(read('sslmode=require')).toEqual({ kind: 'on', options: { rejectUnauthorized: false } });
    expect(read('sslmode=verify-full')).not.toMatchObject({
      options: { rejectUnauthorized: false },
    });
  });

  it('takes the mode from PGSSLMODE where the URL has none', () => {
    expect(read('', { PGSSLMODE: 'disable' }).kind).toBe('off');
    expect(read('sslmode=require', { PGSSLMODE: 'disable' }).kind).toBe('on');
  });

  it('speaks no TLS over a socket of this machine', () => {
    expect(read('sslmode=prefer', {}, '/var/run/postgresql').kind).toBe('off');
  });

  it.each([
    ['sslmode=verif', /"verif" is no sslmode.*mean verify-ca or verify-full\?/, /disable, allow/],
    ['sslmode=requir', /mean require\?/, /one of disable/],
    ['sslmode=yes', /"yes" is no sslmode[^?]*$/, /verify-full\.$/],
    ['sslmod=require', /a parameter sslmod of no meaning\. Did you mean sslmode\?/, /sslrootcert/],
    ['sslmode=verify-ca', /needs sslrootcert/, /verify-full/],
    [
      'sslmode=verify-full&sslrootcert=/no/such.crt',
      /file \/no\/such\.crt, which sslrootcert .*cannot be read: there is no such file/,
      /Correct the path/,
    ],
    [
      `sslmode=verify-ca&sslrootcert=${import.meta.filename}`,
      /holds no certificate/,
      /BEGIN CERTIFICATE/,
    ],
    ['sslmode=require&sslkey=/tmp', /file \/tmp, which sslkey.*it is a folder/, /ls -l \/tmp/],
  ])('refuses %s', (query, message, hint) => {
    const error = refusal(query);
    expect(error.code).toBe('DATABASE_UNAVAILABLE');
    expect(error.details).toEqual({ failure: 'refused' });
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });
});
