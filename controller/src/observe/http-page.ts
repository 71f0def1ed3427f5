import { type Agent, type ClientRequest, request } from 'node:http';

/** Adapter: fetches one page of text over a kept-alive connection. */

export interface PageSource {
  readonly hostname: string;
  readonly port: string;
  readonly path: string;
}

/** A metrics page of a node is 10 to 20 kB; more than this is not one. */
const PAGE_CHARS_MAX = 4 * 1024 * 1024;

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

/**
 * Rejects with an Error whose message says what went wrong, or with the signal's reason. A kept
 * connection that the node closed just as we used it is tried once more, on a fresh one.
 */
export async function fetchPage(
  source: PageSource,
  { agent, signal }: { readonly agent: Agent; readonly signal: AbortSignal },
): Promise<string> {
  try {
    return await fetchOnce(source, agent, signal);
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    return fetchOnce(source, agent, signal);
  }
}

class StaleConnection extends Error {}

function fetchOnce(source: PageSource, agent: Agent, signal: AbortSignal): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const outgoing: ClientRequest = request(
      { ...source, agent, headers: { accept: 'text/plain;version=0.0.4' } },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > PAGE_CHARS_MAX) outgoing.destroy(new Error('page larger than 4 MiB'));
        });
        reply.on('error', settle);
        reply.on('end', () => settle(statusProblem(reply.statusCode), text));
      },
    );
    const onAbort = (): void => {
      outgoing.destroy();
      settle(signal.reason);
    };
    const settle = (error: unknown, text = ''): void => {
      signal.removeEventListener('abort', onAbort);
      if (error === null) resolve(text);
      else reject(outgoing.reusedSocket && isReset(error) ? new StaleConnection() : error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    outgoing.on('error', settle);
    outgoing.end();
  });
}

function statusProblem(status: number | undefined): Error | null {
  return status === 200 ? null : new Error(`status ${status ?? 'unknown'} instead of 200`);
}

function isReset(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code; // socket errors carry one
  return code === 'ECONNRESET' || code === 'EPIPE';
}
