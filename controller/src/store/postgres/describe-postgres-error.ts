/** Our own words for what Postgres, its driver and the way to it report. Pure. */

/**
 * How a failure of the database is to be met.
 * - away: does not answer now; the same call may work later
 * - refused: answers, and will go on refusing until a person changes something
 * - rejected: this one record cannot be stored, others can
 * - orphan: this record refers to one that has not been stored yet
 */
export type DatabaseFailure = 'away' | 'refused' | 'rejected' | 'orphan';

interface Words {
  /** Goes on after `The database at ... `. */
  readonly what: string;
  readonly hint: string;
}

const without = 'without DATABASE_URL the testbed uses a database of its own';
const startIt = `Start it or correct DATABASE_URL; ${without}.`;
const again = 'What could not be stored is kept on disk and stored when it is back.';
const authority =
  'Name what signed it: ?sslmode=verify-full&sslrootcert=/path/to/ca.crt (the certificate itself, if it signed itself). Or encrypt without asking who answers: ?sslmode=require.';

const unreachable: Words = {
  what: 'does not answer: there is no way to its host',
  hint: `Look at the network between, or correct DATABASE_URL; ${without}.`,
};
const unknownHost: Words = {
  what: 'does not answer: its host has no known address',
  hint: `Correct the host in DATABASE_URL; ${without}.`,
};
const broken: Words = { what: 'does not answer: it closed the connection', hint: again };
const untrusted: Words = {
  what: 'shows a certificate that nobody known here has signed',
  hint: authority,
};
const tlsFailed: Words = {
  what: 'and we cannot agree on an encrypted connection',
  hint: 'See what the log of the server says of it, or use ?sslmode=disable if the way there is safe.',
};
const noTls: Words = {
  what: 'offers no TLS, which DATABASE_URL asks for',
  hint: 'Set ssl = on there, or write ?sslmode=prefer (TLS if offered) or ?sslmode=disable.',
};
const silent: Words = {
  what: 'does not answer: no word came in time',
  hint: `See whether it is up and lets this machine in; ${without}.`,
};
const passing: Words = { what: 'is starting or stopping', hint: again };
const clash: Words = { what: 'gave way to another piece of work', hint: again };

const byCode: Readonly<Record<string, Words>> = {
  ECONNREFUSED: { what: 'does not answer: nothing listens there', hint: startIt },
  ENOENT: { what: 'does not answer: there is no such socket', hint: startIt },
  EACCES: { what: 'cannot be reached: this user may not use its socket', hint: startIt },
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: silent,
  ECONNRESET: broken,
  EPIPE: broken,
  '57P01': passing,
  '57P02': passing,
  '57P03': passing,
  '53300': {
    what: 'has no connection left for us',
    hint: 'End some, or raise max_connections: select * from pg_stat_activity;',
  },
  '40001': clash,
  '40P01': clash,
  '28P01': {
    what: 'refuses user and password',
    hint: 'Correct user and password in DATABASE_URL; write %23 for #, %40 for @ and %2F for / in them.',
  },
  '3D000': {
    what: 'does not have the database of that name',
    hint: 'Create it (`createdb NAME`) or correct DATABASE_URL.',
  },
  '42501': {
    what: 'does not allow this user what we need',
    hint: 'Give it the rights: GRANT CREATE ON DATABASE ... TO ... (docs/database.md).',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: { what: 'shows a certificate that has expired', hint: 'Renew it there.' },
  CERT_NOT_YET_VALID: {
    what: 'shows a certificate that is not valid yet',
    hint: 'Compare the clocks of both machines: date',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    what: 'shows a certificate for another host',
    hint: 'Use the name that stands in it, or check the signature only: ?sslmode=verify-ca&sslrootcert=/path/to/ca.crt',
  },
};

/** Where the driver gives no code, and what hides behind 28000; texts of the driver and server. */
const byText: readonly (readonly [RegExp, Words])[] = [
  [
    /no pg_hba\.conf entry.*(no encryption|SSL off)/,
    {
      what: 'takes this user over encrypted connections only',
      hint: 'Leave sslmode out of DATABASE_URL, or write ?sslmode=require.',
    },
  ],
  [
    /no pg_hba\.conf entry.*SSL (encryption|on)/,
    {
      what: 'has no rule for this user, database and address over an encrypted connection',
      hint: 'Add one to its pg_hba.conf (hostssl ...), or try ?sslmode=disable.',
    },
  ],
  [
    /certificate/,
    {
      what: 'wants a certificate of ours',
      hint: 'Name it: ?sslmode=require&sslcert=/path/to/client.crt&sslkey=/path/to/client.key',
    },
  ],
  [/does not support SSL/, noTls],
  [/establishing an SSL/, tlsFailed],
  [/timeout/i, silent],
  [/terminated|Connection ended/, broken],
];

const byFailure = (detail: string): Readonly<Record<DatabaseFailure, Words>> => ({
  away: { what: `reports a failure: ${detail}`, hint: startIt },
  refused: {
    what: `refuses us: ${detail}`,
    hint: 'Correct DATABASE_URL, for example postgres://user:password@host:5432/database.',
  },
  rejected: { what: `cannot hold this record: ${detail}`, hint: bug },
  orphan: { what: `does not know the run of this record: ${detail}`, hint: bug },
});
const bug = 'This is a bug of the testbed: please report it with the file from the spool folder.';

/** @param known how the error was classed, and its SQLSTATE or errno name, '' if it has none */
export function describePostgresError(
  error: unknown,
  known: { readonly failure: DatabaseFailure; readonly code: string },
): Words {
  const words = byCode[known.code];
  if (words !== undefined) return words;
  const text = error instanceof Error ? error.message : String(error);
  if (known.failure === 'away' || known.failure === 'refused') {
    const found = byText.find(([pattern]) => pattern.test(text));
    if (found !== undefined) return found[1];
    if (known.code.startsWith('ERR_SSL_')) return tlsFailed;
    if (known.code === '28000') return notLetIn;
  }
  return byFailure(text === '' ? 'it gives no reason' : `"${text}"`)[known.failure];
}

const notLetIn: Words = {
  what: 'does not let this user in',
  hint: 'Correct the user in DATABASE_URL, or let it in: its pg_hba.conf and CREATE ROLE ... LOGIN.',
};
