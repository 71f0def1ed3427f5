/** The text of a stream of server-sent events, in pieces of any length, to messages. Pure. */

export interface StreamMessage {
  readonly event: string;
  readonly data: string;
}

export interface EventParser {
  /** @returns messages that are whole now, in order */
  readonly push: (piece: string) => StreamMessage[];
  /** What a reconnection says it has seen; empty before the first. */
  readonly lastEventId: () => string;
}

export function createEventParser(): EventParser {
  let rest = '';
  let lastEventId = '';
  let fields = { event: '', id: '', data: [] as string[] };

  function takeLine(line: string): StreamMessage[] {
    if (line === '') return dispatch();
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (name === 'event') fields.event = value;
    else if (name === 'id') fields.id = value;
    else if (name === 'data') fields.data.push(value);
    return [];
  }

  function dispatch(): StreamMessage[] {
    const { event, id, data } = fields;
    fields = { event: '', id: '', data: [] };
    if (id !== '') lastEventId = id;
    return data.length === 0 ? [] : [{ event: event || 'message', data: data.join('\n') }];
  }

  return {
    push: (piece) => {
      const lines = `${rest}${piece}`.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      return lines.flatMap(takeLine);
    },
    lastEventId: () => lastEventId,
  };
}
