/**
 * Server-sent events to any number of viewers: each message is made once, kept in a ring for those
 * who come back, and never piles up for those who are slow.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { ServerResponse } from 'node:http';

export interface EventChannel {
  /** @param data a value for JSON */
  publish(event: string, data: unknown): void;
  /**
   * Sends what came after `lastId`, or the opening where that is not known any more, and then
   * everything that is published.
   */
  attach(response: Viewer, lastId: string | undefined): void;
  /** Something has happened that nobody was told: ids of before are unknown from now on. */
  skip(): void;
  /** A comment, so that nobody in between takes the connection for dead. */
  heartbeat(): void;
  readonly viewers: number;
  /** Sends a last message, and ends every stream. */
  close(event: string, data: unknown): void;
}

/** What is needed of a response whose head has been written. */
export type Viewer = Pick<
  ServerResponse,
  'write' | 'end' | 'once' | 'writableLength' | 'destroyed' | 'destroy'
>;

export interface ChannelOptions {
  /** Differs from that of every channel before: an id of another epoch is unknown. */
  readonly epoch: string;
  /** What a new viewer begins with, as of now: event and data each. */
  readonly opening: () => readonly (readonly [event: string, data: unknown])[];
  readonly ringBytesMax?: number;
  readonly backlogBytesMax?: number;
}

interface Message {
  readonly id: number;
  readonly text: string;
}

interface Attached {
  readonly response: Viewer;
  /** Messages that it did not get since it became too slow; 0 while it keeps up. */
  missed: number;
  /** Heartbeats for which it has been too slow. */
  slowBeats: number;
}

const ringBytesDefault = 4 * 1024 ** 2;
/** Unsent bytes of one viewer; one that has more is skipped until it has caught up. */
const backlogBytesDefault = 1024 ** 2;
/** Somebody who has taken nothing for this many heartbeats is gone. */
const slowBeatsMax = 4;

export function createEventChannel(options: ChannelOptions): EventChannel {
  const { epoch, opening } = options;
  const { ringBytesMax = ringBytesDefault, backlogBytesMax = backlogBytesDefault } = options;
  const viewers = new Set<Attached>();
  const ring: Message[] = [];
  let ringBytes = 0;
  let lastId = 0;
  /** The opening as of `id`, made once for all who come before the next message. */
  let opened: { readonly id: number; readonly text: string } | null = null;

  const format = (event: string, data: unknown): string =>
    `id: ${epoch}-${lastId}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  const openingText = (): string => {
    if (opened?.id !== lastId) {
      const text = opening()
        .map(([event, data]) => format(event, data))
        .join('');
      opened = { id: lastId, text };
    }
    return opened.text;
  };
  const send = (viewer: Attached, text: string): void => {
    const { response } = viewer;
    if (response.destroyed) {
      viewers.delete(viewer);
      return;
    }
    if (viewer.missed > 0 || response.writableLength > backlogBytesMax) {
      if (viewer.missed === 0) response.once('drain', () => catchUp(viewer));
      viewer.missed += 1;
      return;
    }
    response.write(text);
  };
  const catchUp = (viewer: Attached): void => {
    const { missed } = viewer;
    viewer.missed = 0;
    viewer.slowBeats = 0;
    const reason = 'This connection took less than was sent.';
    send(viewer, format('dropped', { missed, reason }));
    send(viewer, openingText());
  };
  const keep = (text: string): void => {
    ring.push({ id: lastId, text });
    ringBytes += text.length;
    while (ringBytes > ringBytesMax && ring.length > 0) ringBytes -= ring.shift()?.text.length ?? 0;
  };
  /** Null where something in between is not kept any more. */
  const since = (given: string | undefined): string | null => {
    const [, from, number] = /^(.{1,40})-(\d{1,15})$/.exec(given ?? '') ?? [];
    const id = Number(number);
    if (from !== epoch || id > lastId) return null;
    if (id === lastId) return '';
    if ((ring[0]?.id ?? Number.POSITIVE_INFINITY) > id + 1) return null;
    return ring
      .filter((message) => message.id > id)
      .map(({ text }) => text)
      .join('');
  };
  return {
    publish(event, data) {
      lastId += 1;
      const text = format(event, data);
      keep(text);
      for (const viewer of viewers) send(viewer, text);
    },
    skip() {
      lastId += 1;
      ring.length = 0;
      ringBytes = 0;
    },
    attach(response, given) {
      const viewer: Attached = { response, missed: 0, slowBeats: 0 };
      response.once('close', () => viewers.delete(viewer));
      response.write('retry: 2000\n\n');
      const replay = since(given) ?? openingText();
      if (replay !== '') response.write(replay);
      viewers.add(viewer);
    },
    heartbeat() {
      for (const viewer of viewers) {
        if (viewer.missed === 0) viewer.response.write(':\n\n');
        else viewer.slowBeats += 1;
        if (viewer.slowBeats >= slowBeatsMax) viewer.response.destroy();
      }
    },
    get viewers() {
      return viewers.size;
    },
    close(event, data) {
      const text = format(event, data);
      for (const { response, missed } of viewers) {
        if (missed === 0) response.end(text);
        else response.destroy();
      }
      viewers.clear();
    },
  };
}
