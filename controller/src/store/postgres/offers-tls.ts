import { connect } from 'node:net';

/** SSLRequest of the Postgres protocol (section 54.2.10): length 8, code 80877103. */
const request = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * Asks a server whether it speaks TLS, and hangs up.
 * @throws errors of the socket, untranslated
 */
export function offersTls(
  address: { readonly host: string; readonly port: number },
  options: { readonly signal: AbortSignal; readonly msMax: number },
): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const socket = connect(address);
  const giveUp = (): void => void socket.destroy(options.signal.reason);
  options.signal.addEventListener('abort', giveUp, { once: true });
  if (options.signal.aborted) giveUp();
  socket.setTimeout(options.msMax, () =>
    socket.destroy(Object.assign(new Error('timeout expired'), { code: 'ETIMEDOUT' })),
  );
  socket.once('connect', () => socket.write(request));
  socket.once('data', (reply) => {
    resolve(reply[0] === 0x53); // S; N is no, E an old server that does not know the question
    socket.destroy();
  });
  socket.once('error', reject);
  socket.once('close', () => {
    options.signal.removeEventListener('abort', giveUp);
    reject(Object.assign(new Error('closed before it answered'), { code: 'ECONNRESET' }));
  });
  return promise;
}
