/** Where the password is that a URL leaves out: PGPASSWORD, else the password file of libpq. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface PasswordOwner {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** @returns undefined if there is none; a file that others may read does not count, as in libpq */
export async function findPassword(
  owner: PasswordOwner,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (environment.PGPASSWORD) return environment.PGPASSWORD;
  const path = environment.PGPASSFILE || join(environment.HOME ?? '/', '.pgpass');
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || (found.mode & 0o077) !== 0) return undefined;
  return matchPassword(await readFile(path, 'utf8').catch(() => ''), owner);
}

/** Lines of `host:port:database:user:password`; `*` is any, a backslash keeps a sign. Pure. */
export function matchPassword(text: string, owner: PasswordOwner): string | undefined {
  // libpq looks up the sockets of this machine as localhost.
  const host = owner.host.startsWith('/') ? 'localhost' : owner.host;
  const wanted = [host, String(owner.port), owner.database, owner.user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = splitLine(line);
    const isOurs = wanted.every((value, at) => fields[at] === '*' || fields[at] === value);
    if (isOurs && fields.length > 4) return fields.slice(4).join(':');
  }
  return undefined;
}

/** No line holds a zero byte. */
function splitLine(line: string): readonly string[] {
  return line.replace(/\\(.)|:/g, (_sign, kept?: string) => kept ?? '\0').split('\0');
}
