import { type Agent, request } from 'node:http';
import type { RawReply, RawRequest } from './node-client.ts';

const REPLY_BYTES_MAX = 16 * 1024 * 1024;

/**
 * One request to a control port that is sent as it is.
 * @throws Error when no whole reply came in time, or the reason of the signal
 */
export function sendRaw(
  target: { readonly controlUrl: string; readonly agent: Agent },
  { method, path, body }: RawRequest,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const deadline = AbortSignal.timeout(timeoutMs);
    const fail = (error: unknown): void => {
      if (signal.aborted) reject(signal.reason);
      else if (deadline.aborted) reject(new Error(`no reply in ${timeoutMs} ms`));
      else reject(error);
    };
    const headers =
      body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const options = { method, headers, agent: target.agent };
    const outgoing = request(
      `${target.controlUrl}${path}`,
      { ...options, signal: AbortSignal.any([signal, deadline]) },
      (reply) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        reply.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > REPLY_BYTES_MAX) outgoing.destroy(new Error('a reply of more than 16 MiB'));
          else chunks.push(chunk);
        });
        reply.on('error', fail);
        reply.on('end', () =>
          resolve({
            status: reply.statusCode ?? 0,
            contentType: reply.headers['content-type'] ?? '',
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}
