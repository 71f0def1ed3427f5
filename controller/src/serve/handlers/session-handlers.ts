import type { Clock } from '../../lib/clock.ts';
import { describeApi } from '../api/openapi.ts';
import type { AuditLog } from '../audit-log.ts';
import type { Handlers } from '../http/call.ts';
import { tokenInvalid } from '../http/identify.ts';
import { cookieName, createSession, findToken, type Token } from '../http/tokens.ts';

export interface SessionParts {
  readonly clock: Clock;
  readonly tokens: readonly Token[];
  readonly audit: AuditLog;
}

const attributes = 'Path=/; HttpOnly; SameSite=Strict';

/** Cookies for tokens, and the description of it all. */
export function createSessionHandlers({
  clock,
  tokens,
  audit,
}: SessionParts): Pick<Handlers, 'signIn' | 'signOut' | 'getDescription'> {
  return {
    signIn: async ({ body, from }) => {
      const token = findToken(body.token, tokens);
      if (token === null) throw tokenInvalid(true);
      const { cookie, expiresAt } = createSession(token, clock.now());
      await audit.note({ action: 'sign-in', who: token.name, from, runId: null, outcome: 'ok' });
      const seconds = Math.floor((expiresAt.getTime() - clock.now().getTime()) / 1_000);
      return {
        kind: 'json',
        value: { name: token.name, expiresAt: expiresAt.toISOString() },
        headers: { 'set-cookie': `${cookieName}=${cookie}; Max-Age=${seconds}; ${attributes}` },
      };
    },
    signOut: () => ({
      kind: 'none',
      headers: { 'set-cookie': `${cookieName}=; Max-Age=0; ${attributes}` },
    }),
    getDescription: () => ({ kind: 'json', value: describeApi() }),
  };
}
