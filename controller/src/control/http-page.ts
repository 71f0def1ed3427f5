import type { Agent } from 'node:http';
import { exchange } from '../lib/http-exchange.ts';

/** Adapter: fetches one page of text over a kept-alive connection. */

/** A metrics page of a node is 10 to 20 kB; more than this is not one. */
const PAGE_BYTES_MAX = 4 * 1024 * 1024;

/** Rejects with an Error whose message says what went wrong, or with the signal's reason. */
export async function fetchPage(
  pageUrl: string,
  options: { readonly agent: Agent; readonly signal: AbortSignal },
): Promise<string> {
  const { hostname, port, pathname } = new URL(pageUrl);
  const { status, text } = await exchange(
    {
      // node:http wants an IPv6 address without the brackets of a URL.
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: pathname,
      headers: { accept: 'text/plain;version=0.0.4' },
    },
    { ...options, replyBytesMax: PAGE_BYTES_MAX, tooLarge: 'page larger than 4 MiB' },
  );
  if (status !== 200) throw new Error(`status ${status} instead of 200`);
  return text;
}
