/**
 * Tokens and who they are of. Only hashes are kept; a comparison takes the same time whatever was
 * given. A browser gets a cookie that the hash of its token has signed: it needs no memory here,
 * outlives a restart, and dies with the token.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { TestbedError } from '../../errors/testbed-error.ts';

export interface Token {
  /** For the audit log. */
  readonly name: string;
  /** SHA-256. */
  readonly hash: Buffer;
}

/** Shorter ones can be guessed. */
const charsMin = 32;
const tokensMax = 1_000;
const sessionMs = 12 * 60 * 60 * 1_000;
export const cookieName = 'testbed_session';

/**
 * @param text lines of `name: token` or `token`; instead of the token, `sha256:<hex>` of it
 * @param source how the text is called in messages
 * @throws TestbedError TOKEN_UNUSABLE
 */
export function readTokens(text: string, source: string): readonly Token[] {
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
  const tokens = lines.map(({ line, number }) => readToken(line, `${source}, line ${number}`));
  const names = new Set(tokens.map(({ name }) => name));
  if (tokens.length === 0) throw unusable(`${source} holds no token.`);
  if (tokens.length > tokensMax) throw unusable(`${source} has more than ${tokensMax} tokens.`);
  if (names.size < tokens.length) throw unusable(`${source} has two tokens of one name.`);
  return tokens;
}

function readToken(line: string, place: string): Token {
  const [, name = 'token', given = ''] =
    /^(?:([A-Za-z0-9][\w.-]{0,40}):\s+)?(\S+)$/.exec(line) ?? [];
  const [, hex] = /^sha256:([0-9a-f]{64})$/i.exec(given) ?? [];
  if (hex !== undefined) return { name, hash: Buffer.from(hex, 'hex') };
  if (given.startsWith('sha256:')) throw unusable(`${place}: this is no SHA-256 in hex.`);
  if (given.length < charsMin) {
    throw unusable(`${place}: a token has at least ${charsMin} characters and no spaces.`);
  }
  return { name, hash: hashOf(given) };
}

function unusable(message: string): TestbedError {
  return new TestbedError('TOKEN_UNUSABLE', message, {
    hint: 'Make one: openssl rand -hex 32. One a line, with a name before it if you like: `ci: <token>`.',
  });
}

/** @returns whose it is; null if it is nobody's */
export function findToken(given: string, tokens: readonly Token[]): Token | null {
  const hash = hashOf(given);
  let found: Token | null = null;
  // All of them, always: how long it takes must not say which is nearest.
  for (const token of tokens) if (timingSafeEqual(hash, token.hash)) found ??= token;
  return found;
}

export interface Session {
  readonly cookie: string;
  readonly expiresAt: Date;
}

export function createSession(token: Token, now: Date): Session {
  const expiresAt = new Date(now.getTime() + sessionMs);
  const claim = `${token.name}.${expiresAt.getTime().toString(36)}`;
  return { cookie: `${claim}.${sign(claim, token)}`, expiresAt };
}

export function findSession(cookie: string, tokens: readonly Token[], now: Date): Token | null {
  const [, claim = '', name = '', until = '', given = ''] =
    /^(([\w.-]{1,60})\.([0-9a-z]{1,12}))\.([0-9a-f]{64})$/.exec(cookie) ?? [];
  const token = tokens.find((one) => one.name === name);
  if (token === undefined || !(Number.parseInt(until, 36) > now.getTime())) return null;
  const right = Buffer.from(sign(claim, token), 'hex');
  return timingSafeEqual(right, Buffer.from(given, 'hex')) ? token : null;
}

/** The value of one cookie of a Cookie header; empty without. */
export function readCookie(header: string | undefined, name: string): string {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

function sign(claim: string, { hash }: Token): string {
  return createHmac('sha256', hash).update(`testbed session ${claim}`).digest('hex');
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
