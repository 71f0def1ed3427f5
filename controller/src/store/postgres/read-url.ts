/**
 * DATABASE_URL in parts, by the grammar of libpq (section 34.1.1.2 of the Postgres manual). Not
 * left to the driver: it reads half of a password as the host and says "Invalid URL". Pure.
 */
import { redactUrl } from './redact-url.ts';
import { databaseUnavailable } from './translate-postgres-error.ts';

export interface UrlParts {
  /** Name, address, or folder of the socket; undefined where the URL leaves it to PGHOST. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  /** The rest of what stands behind the question mark. */
  readonly parameters: ReadonlyMap<string, string>;
}

const form = 'postgres://user:password@host:5432/database';
const encodings = { '#': '%23', '/': '%2F', '?': '%3F', '@': '%40', ':': '%3A', '%': '%25' };
const standsFor = Object.entries(encodings).map(([sign, code]) => `${code} for ${sign}`);
/** How to write a password that no part of a URL can hold as it is. */
export const encodingHint = `Percent-encode user and password: ${standsFor.join(', ')}.`;

/** @throws TestbedError DATABASE_UNAVAILABLE (refused), which says what is wrong with the URL */
export function readUrl(text: string): UrlParts {
  if (!/^postgres(ql)?:\/\//.test(text)) {
    throw notPostgres(text, 'it does not begin with postgres://', `Write it as ${form}.`);
  }
  const sign = findBareSign(text);
  if (sign !== null) {
    const code = encodings[sign];
    throw notPostgres(
      text,
      `it holds a bare "${sign}" where a URL cannot`,
      `Write ${code} for ${sign} in a password. ${encodingHint}`,
    );
  }
  const url = parse(text);
  if (url === null) {
    const port = portText(text);
    if (port !== null) checkPort(port, text);
    const what = 'its host or port cannot be read';
    throw notPostgres(text, what, `Write it as ${form}. ${encodingHint}`);
  }
  return decodeParts(url, text);
}

function decodeParts(url: URL, text: string): UrlParts {
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      const what = 'a "%" in it is not followed by the code of a character';
      throw notPostgres(text, what, `Write %25 for %. ${encodingHint}`);
    }
  };
  const parameters = new Map(url.searchParams);
  const take = (name: string, inUrl: string): string | undefined => {
    const value = parameters.get(name) || decode(inUrl);
    parameters.delete(name);
    return value === '' ? undefined : value;
  };
  const port = take('port', url.port);
  if (port !== undefined) checkPort(port, text);
  return {
    host: take('host', url.hostname === placeholder ? '' : unbracket(url.hostname)),
    port: port === undefined ? undefined : Number(port),
    user: take('user', url.username),
    password: take('password', url.password),
    database: take('dbname', url.pathname.slice(1)),
    parameters,
  };
}

function unbracket(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** The parser of URLs takes no user without a host, libpq does. */
const placeholder = 'no-host.invalid';

function parse(text: string): URL | null {
  const whole = text.replace(/^([^?]*@)(?=[/?]|$)/, `$1${placeholder}`);
  return URL.canParse(whole) ? new URL(whole) : null;
}

/**
 * The first sign that ends a part of the URL though more of the part follows. A bare `@` is none:
 * the last one ends the password, so that there is one reading only.
 */
function findBareSign(text: string): '#' | '/' | '?' | null {
  if (text.includes('#')) return '#';
  const rest = text.replace(/^\w+:\/\//, '');
  const query = rest.indexOf('?');
  const before = query < 0 ? rest : rest.slice(0, query);
  const isQuery = query >= 0 && isAddress(before) && isParameters(rest.slice(query + 1));
  const at = (isQuery ? before : rest).lastIndexOf('@');
  const sign = /[/?]/.exec(rest.slice(0, Math.max(at, 0)))?.[0];
  return sign === '/' || sign === '?' ? sign : null;
}

function isAddress(text: string): boolean {
  return parse(`postgres://${text}`) !== null;
}

function isParameters(text: string): boolean {
  return text.split('&').every((one) => /^([\w.%-]+=|[\w.%-]*$)/.test(one));
}

/** What stands where a port would, if it consists of digits. */
function portText(text: string): string | null {
  const authority = text.replace(/^\w+:\/\//, '').replace(/[/?].*$/s, '');
  return /:(\d+)$/.exec(authority)?.[1] ?? null;
}

function checkPort(port: string, text: string): void {
  const isPort = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
  if (isPort) return;
  // Without an `@` the digits may be a password whose host was forgotten.
  const isNumber = /^\d+$/.test(port) && text.includes('@');
  const what = isNumber ? `there is no port ${port}` : 'its port is none';
  throw notPostgres(text, what, 'Ports are 1 to 65535; that of Postgres is 5432 unless set.');
}

function notPostgres(text: string, what: string, hint: string): Error {
  const message = `DATABASE_URL is not a Postgres URL: ${what} (${redactUrl(text)}).`;
  return databaseUnavailable('refused', message, { hint });
}
