/**
 * What the ssl parameters of a URL ask for, by the meaning they have in libpq (section 34.19 of
 * the Postgres manual). The driver gives `require` another meaning, with a warning of Node's, and
 * takes any word at all for a mode.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import { errorCodeOf } from '../../lib/error-code.ts';
import { fileReason } from '../../lib/file-reason.ts';
import { nearest } from '../../lib/nearest.ts';
import { databaseUnavailable } from './translate-postgres-error.ts';

export type Tls =
  | { readonly kind: 'off' }
  /** Encrypted without asking who answers, if the server can; else in the clear. */
  | { readonly kind: 'if-offered' }
  | { readonly kind: 'on'; readonly options: ConnectionOptions };

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type Mode = (typeof modes)[number];
/** Of the driver and of other drivers: what people bring along. */
const aliases: Readonly<Record<string, Mode>> = {
  'no-verify': 'require',
  true: 'require',
  1: 'require',
  false: 'disable',
  0: 'disable',
};
const fileNames = ['sslrootcert', 'sslcert', 'sslkey'] as const;
const names = ['sslmode', 'ssl', 'sslnegotiation', 'uselibpqcompat', ...fileNames];

/** @returns whether the parameter is about TLS, and not for the driver to see */
export function isTlsParameter(name: string): boolean {
  return /^ssl|^uselibpqcompat$/.test(name) && name !== 'sslnegotiation';
}

/**
 * @param parameters of the URL
 * @param environment PGSSLMODE and the like hold where the URL says nothing, as in libpq
 * @throws TestbedError DATABASE_UNAVAILABLE (refused)
 */
export function readTls(
  parameters: ReadonlyMap<string, string>,
  host: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Tls {
  for (const name of parameters.keys()) {
    if (/^ssl/.test(name) && !names.includes(name)) throw unknownParameter(name);
  }
  const setting = (name: string): string | undefined =>
    parameters.get(name) || environment[`PG${name.toUpperCase()}`] || undefined;
  const mode = readMode(parameters.get('sslmode') || parameters.get('ssl') || setting('sslmode'));
  // TLS is not spoken over a socket of this machine.
  if (mode === 'disable' || host?.startsWith('/')) return { kind: 'off' };
  if (mode === 'allow' || mode === 'prefer') return { kind: 'if-offered' };
  const root = setting('sslrootcert');
  if (mode === 'verify-ca' && (root === undefined || root === 'system')) {
    throw databaseUnavailable('refused', 'sslmode=verify-ca in DATABASE_URL needs sslrootcert.', {
      hint: 'Add &sslrootcert=/path/to/ca.crt, or use sslmode=verify-full, which also checks the name of the host.',
    });
  }
  const files = {
    ...(root === undefined || root === 'system' ? {} : { ca: readCertificate(root) }),
    ...readOptional('cert', 'sslcert', setting('sslcert')),
    ...readOptional('key', 'sslkey', setting('sslkey')),
  };
  return { kind: 'on', options: { ...files, ...verification(mode, root !== undefined, host) } };
}

/** Without a mode libpq prefers TLS; so one URL means the same to psql and here. */
function readMode(text: string | undefined): Mode {
  if (text === undefined) return 'prefer';
  const known = modes.find((mode) => mode === text) ?? aliases[text];
  if (known !== undefined) return known;
  const near = modes.filter((mode) => mode.startsWith(text) || nearest(text, [mode]) === mode);
  const meant = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  const message = `"${text}" is no sslmode (DATABASE_URL or PGSSLMODE).${meant}`;
  return refuse(message, `It is one of ${modes.join(', ')}.`);
}

function verification(mode: Mode, hasRoot: boolean, host = 'localhost'): ConnectionOptions {
  if (mode === 'require' && !hasRoot) return { rejectUnauthorized: false };
  const isFull = mode === 'verify-full';
  return {
    checkServerIdentity: (_name, certificate) =>
      isFull ? checkServerIdentity(host, certificate) : undefined,
  };
}

function unknownParameter(name: string): Error {
  const near = nearest(name, names);
  const meant = near === undefined ? '' : ` Did you mean ${near}?`;
  return databaseUnavailable(
    'refused',
    `DATABASE_URL has a parameter ${name} of no meaning.${meant}`,
    {
      hint: `Those of TLS are ${names.join(', ')}.`,
    },
  );
}

function readOptional(
  key: 'cert' | 'key',
  parameter: string,
  path: string | undefined,
): { readonly cert?: string; readonly key?: string } {
  return path === undefined ? {} : { [key]: readText(parameter, path) };
}

function readCertificate(path: string): string {
  const text = readText('sslrootcert', path);
  try {
    new X509Certificate(text);
    return text;
  } catch {
    return refuse(
      `The file ${path}, which sslrootcert names, holds no certificate.`,
      'It has to be PEM: it begins with -----BEGIN CERTIFICATE-----.',
    );
  }
}

function readText(parameter: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return refuse(
      `The file ${path}, which ${parameter} in DATABASE_URL names, cannot be read: ${fileReason(error)}.`,
      errorCodeOf(error) === 'ENOENT'
        ? `Correct the path, or leave ${parameter} out.`
        : `See who may read it: ls -l ${path}`,
    );
  }
}

function refuse(message: string, hint: string): never {
  throw databaseUnavailable('refused', message, { hint });
}
