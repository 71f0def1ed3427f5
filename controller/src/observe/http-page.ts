import type { Agent } from 'node:http';
import { exchange } from '../lib/http-exchange.ts';

/** Adapter: fetches one page of text over a kept-alive connection. */

export interface PageSource {
  readonly hostname: string;
  readonly port: string;
  readonly path: string;
}

/** A metrics page of a node is 10 to 20 kB; more than this is not one. */
const PAGE_BYTES_MAX = 4 * 1024 * 1024;

/** @param path appended to the base URL's own path */
export function createPageSource(baseUrl: string, path: string): PageSource {
  const url = new URL(baseUrl);
  return {
    // node:http wants an IPv6 address without the brackets of a URL.
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    path: `${url.pathname.replace(/\/$/, '')}${path}`,
  };
}

/** Rejects with an Error whose message says what went wrong, or with the signal's reason. */
export async function fetchPage(
  source: PageSource,
  options: { readonly agent: Agent; readonly signal: AbortSignal },
): Promise<string> {
  const { status, text } = await exchange(
    { ...source, headers: { accept: 'text/plain;version=0.0.4' } },
    { ...options, replyBytesMax: PAGE_BYTES_MAX, tooLarge: 'page larger than 4 MiB' },
  );
  if (status !== 200) throw new Error(`status ${status} instead of 200`);
  return text;
}
