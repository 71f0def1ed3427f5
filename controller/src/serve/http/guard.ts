/**
 * Who may ask at all, before anybody looks at a token: against pages that have our address under a
 * name of theirs (DNS rebinding), and against pages elsewhere that send requests in the name of
 * whoever looks at them. Pure.
 */
import { isIP } from 'node:net';
import { TestbedError } from '../../errors/testbed-error.ts';

export interface GuardOptions {
  /** Address that the server is bound to. */
  readonly bind: string;
  /** Further names that it may be called by, lower case, without a port. */
  readonly hosts: readonly string[];
}

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** @throws TestbedError REQUEST_REFUSED */
export function checkRequest(method: string, headers: Headers, options: GuardOptions): void {
  const host = only(headers.host);
  if (!isOurName(hostOf(host), options)) {
    throw refused(`This server is not called "${short(host)}".`, {
      hint: 'Call it by its address, or start it with: testbed serve --host NAME',
    });
  }
  const site = only(headers['sec-fetch-site']);
  const origin = only(headers.origin);
  const isForeign = origin !== '' && !isSameOrigin(origin, host);
  const isSafe = method === 'GET' || method === 'HEAD';
  if (isForeign || (!isSafe && site !== '' && site !== 'same-origin' && site !== 'none')) {
    throw refused(`A page of ${short(origin === '' ? site : origin)} may not use this server.`, {
      hint: 'Use the page of the server itself, or a program that sends no Origin.',
    });
  }
}

/** Loopback under any of its names, the address that was bound, and what was said at the start. */
function isOurName(name: string | null, { bind, hosts }: GuardOptions): boolean {
  if (name === null) return false;
  if (name === 'localhost' || name.endsWith('.localhost') || isLoopback(name)) return true;
  if (hosts.includes(name)) return true;
  // Bound to every address of this host: whoever reaches it by a number needs no name for it.
  return name === bind || (isEveryAddress(bind) && isIP(name) !== 0);
}

export function isLoopback(address: string): boolean {
  return address === '::1' || /^127(\.\d{1,3}){3}$/.test(address);
}

function isEveryAddress(bind: string): boolean {
  return bind === '0.0.0.0' || bind === '::';
}

/** The name in a Host header, lower case, without port and brackets; null for what is none. */
export function hostOf(host: string): string | null {
  const [, bracketed, plain] =
    /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::\d{1,5})?$/i.exec(host) ?? [];
  const name = bracketed ?? plain;
  return name === undefined ? null : name.toLowerCase().replace(/\.$/, '');
}

/** What a browser says it comes from, and what it asked: the same name and port. */
function isSameOrigin(origin: string, host: string): boolean {
  const [, where] = /^https?:\/\/([^/]+)$/.exec(origin) ?? [];
  return where !== undefined && where.toLowerCase() === host.toLowerCase();
}

function refused(message: string, options: { readonly hint: string }): TestbedError {
  return new TestbedError('REQUEST_REFUSED', message, options);
}

/** One value or none: two are nobody's. */
function only(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}

function short(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
}
