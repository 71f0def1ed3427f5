import { TestbedError } from '../../errors/testbed-error.ts';
import { type DatabaseFailure, describePostgresError } from './describe-postgres-error.ts';

/** What `failureOf` reads; put there by `translatePostgresError`. */
const failureKey = 'failure';

/**
 * The one place where errors of pg and of the socket become ours.
 * @param location where the database is, without a password
 */
export function translatePostgresError(error: unknown, location: string): TestbedError {
  if (error instanceof TestbedError) return error;
  const code = errorCode(error);
  if (code === '53100' || code === 'ENOSPC') {
    return new TestbedError('DISK_FULL', `The disk of ${location} is full (${code}).`, {
      hint: 'Free some space (`df -h`); records that could not be stored wait in the spool folder.',
      cause: error,
      details: { [failureKey]: 'away', location },
    });
  }
  const failure = classify(code, error);
  const { what, hint } = describePostgresError(error, { failure, code });
  const shownCode = code === '' ? '' : ` (${code})`;
  const message = `The database at ${location} ${what}${shownCode}.`;
  return new TestbedError('DATABASE_UNAVAILABLE', message, {
    hint,
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
  if (isAboutTls(code, message) || /SASL|password must be a string/.test(message)) {
    return 'refused';
  }
  return 'away';
}

/** OpenSSL's and Node's names of what can be wrong with a certificate, and with the talk before. */
function isAboutTls(code: string, message: string): boolean {
  return (
    /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_)/.test(code) ||
    /does not support SSL|establishing an SSL|certificate/.test(message)
  );
}
