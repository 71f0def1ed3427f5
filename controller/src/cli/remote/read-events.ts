/** Server-sent events out of bytes, as they come. */

export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** One message is at most as long as a plan. */
const messageCharsMax = 64 * 1024 ** 2;

export async function* readEvents(
  body: ReadableStream<Uint8Array> | null,
): AsyncIterable<ServerEvent> {
  if (body === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const messages = rest.split('\n\n');
    rest = messages.pop() ?? '';
    if (rest.length > messageCharsMax) throw new Error('a message of the server never ends');
    for (const message of messages) {
      const read = readMessage(message);
      if (read !== null) yield read;
    }
  }
}

/** Null for comments, and for what only says how to come back. */
function readMessage(text: string): ServerEvent | null {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^(\w+): ?(.*)$/s.exec(line) ?? [];
    if (name !== '') fields.set(name, value);
  }
  const data = fields.get('data');
  if (data === undefined) return null;
  return { id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: JSON.parse(data) };
}
