import { TestbedError } from '../../errors/testbed-error.ts';

/**
 * How a failure of the database is to be met.
 * - away: does not answer now; the same call may work later
 * - refused: answers, and will go on refusing until a person changes something
 * - rejected: this one record cannot be stored, others can
 * - orphan: this record refers to one that has not been stored yet
 */
export type DatabaseFailure = 'away' | 'refused' | 'rejected' | 'orphan';

/** What `failureOf` reads; put there by `translatePostgresError`. */
const failureKey = 'failure';

/**
 * The one place where errors of pg and of the socket become ours.
 * @param location where the database is, without a password
 */
export function translatePostgresError(error: unknown, location: string): TestbedError {
  if (error instanceof TestbedError) return error;
  const code = errorCode(error);
  const reason = reasonOf(error, code).replace(/\.$/, '');
  if (code === '53100' || code === 'ENOSPC') {
    return new TestbedError('DISK_FULL', `The disk of ${location} is full: ${reason}.`, {
      hint: 'Free some space (`df -h`); records that could not be stored wait in the spool folder.',
      cause: error,
      details: { [failureKey]: 'away', location },
    });
  }
  const failure = classify(code, error);
  return new TestbedError('DATABASE_UNAVAILABLE', describe(failure, location, reason), {
    hint: hintFor(failure, code),
    cause: error,
    details: { [failureKey]: failure, location, ...(code === '' ? {} : { code }) },
  });
}

/** @returns undefined for an error that did not come from the database */
export function failureOf(error: unknown): DatabaseFailure | undefined {
  if (!(error instanceof TestbedError)) return undefined;
  const failure = error.details[failureKey];
  return failure === 'away' ||
    failure === 'refused' ||
    failure === 'rejected' ||
    failure === 'orphan'
    ? failure
    : undefined;
}

/** An error of this module's kinds, for failures that are found before pg is asked. */
export function databaseUnavailable(
  failure: DatabaseFailure,
  message: string,
  options: { readonly hint: string; readonly cause?: unknown },
): TestbedError {
  return new TestbedError('DATABASE_UNAVAILABLE', message, {
    hint: options.hint,
    cause: options.cause,
    details: { [failureKey]: failure },
  });
}

function reasonOf(error: unknown, code: string): string {
  if (!(error instanceof Error)) return String(error);
  if (/password must be a string/.test(error.message)) return 'it asks for a password';
  return error.message || code;
}

/** SQLSTATE or errno name; '' if the error has neither. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** Classes of SQLSTATE: 22 data, 23 integrity, 28 authorisation, 3D catalogue, 42 schema, 57P. */
function classify(code: string, error: unknown): DatabaseFailure {
  if (code === '23503') return 'orphan';
  if (/^(22|23)...$/.test(code)) return 'rejected';
  // Serialisation and lock failures, and everything about resources and shutdown, pass.
  if (/^(28|3D|42|25|0A)...$/.test(code)) return 'refused';
  if (error instanceof RangeError || error instanceof TypeError) return 'rejected';
  const message = error instanceof Error ? error.message : '';
  if (/does not support SSL|Invalid URL|SASL|password must be a string|certificate/.test(message)) {
    return 'refused';
  }
  return 'away';
}

function describe(failure: DatabaseFailure, location: string, reason: string): string {
  switch (failure) {
    case 'away':
      return `The database at ${location} does not answer: ${reason}.`;
    case 'refused':
      return `The database at ${location} refuses us: ${reason}.`;
    case 'rejected':
      return `The database at ${location} cannot hold this record: ${reason}.`;
    case 'orphan':
      return `The database at ${location} does not know the run of this record: ${reason}.`;
  }
}

function hintFor(failure: DatabaseFailure, code: string): string {
  if (code === '28P01' || code === '28000') return 'Correct user and password in DATABASE_URL.';
  if (code === '3D000') return 'Create the database (`createdb NAME`) or correct DATABASE_URL.';
  if (code === '42501') {
    return 'Give the user of DATABASE_URL its rights: GRANT CREATE ON DATABASE ... TO ... (docs/database.md).';
  }
  if (failure === 'away') {
    return 'Start it or correct DATABASE_URL; without DATABASE_URL the testbed uses a database of its own.';
  }
  if (failure === 'refused')
    return 'Correct DATABASE_URL, for example postgres://user:password@host:5432/database.';
  return 'This is a bug of the testbed: please report it with the file from the spool folder.';
}

/**
 * A password never reaches a screen, a log or an error. People do not encode the `/`, `@` and `?`
 * of their passwords, so everything up to the last `@` is taken for it; where more than one reading
 * is left, only the scheme is shown.
 */
export function redactUrl(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(url)?.[0];
  if (scheme === undefined) return hidden;
  const rest = url.slice(scheme.length);
  const at = rest.lastIndexOf('@');
  const user = rest.slice(0, Math.max(at, 0));
  // Without an `@`, what follows the colon may be a password whose host was forgotten.
  if (at < 0 && !URL.canParse(url)) return scheme + hidden;
  // The last `@` may be one of a parameter: what stands after it may be the end of a secret.
  if (/[?#]/.test(user)) return scheme + hidden;
  const colon = user.indexOf(':');
  if (colon < 0 && user.includes('/')) return scheme + hidden;
  const shownUser = colon < 0 ? user : `${user.slice(0, colon)}:${hidden}`;
  return `${scheme}${shownUser}${redactQuery(rest.slice(Math.max(at, 0)))}`;
}

const hidden = '***';

/** Cuts from the first secret on: an unencoded `&` may be part of it. */
function redactQuery(text: string): string {
  const start = text.indexOf('?');
  if (start < 0) return text;
  const shown: string[] = [];
  for (const parameter of text.slice(start + 1).split('&')) {
    const name = parameter.split('=', 1)[0] ?? '';
    if (/pass|pwd|secret|%/i.test(name)) {
      shown.push(`${name}=${hidden}`);
      break;
    }
    shown.push(parameter);
  }
  return `${text.slice(0, start)}?${shown.join('&')}`;
}
