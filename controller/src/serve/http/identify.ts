/** Whose request it is. Pure. */
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Headers } from './guard.ts';
import { cookieName, findSession, findToken, readCookie, type Token } from './tokens.ts';

/** For the audit log: the name of a token, or `local` where none is needed. */
export interface Identity {
  readonly name: string;
}

/** @returns null for somebody without a right token, where there are tokens */
export function identify(
  { authorization, cookie }: Headers,
  tokens: readonly Token[],
  now: Date,
): Identity | null {
  if (tokens.length === 0) return { name: 'local' };
  const [, bearer] = /^Bearer\s+(\S{1,500})$/i.exec(textOf(authorization)) ?? [];
  if (bearer !== undefined) return findToken(bearer, tokens);
  return findSession(readCookie(textOf(cookie), cookieName), tokens, now);
}

export function tokenInvalid(wasGiven: boolean): TestbedError {
  return new TestbedError(
    'TOKEN_INVALID',
    wasGiven ? 'This token is not one of this server.' : 'This server wants a token.',
    {
      hint: 'Send it as `Authorization: Bearer TOKEN`; the command line takes it from TESTBED_SERVER_TOKEN.',
    },
  );
}

/** Whether a token or a cookie came at all. */
export function hasCredential({ authorization, cookie }: Headers): boolean {
  return textOf(authorization) !== '' || readCookie(textOf(cookie), cookieName) !== '';
}

function textOf(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}
