import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import {
  createEventChannel,
  type Viewer,
} from '../../../controller/src/serve/http/event-channel.ts';

/** Somebody who reads, or does not. */
class FakeViewer extends EventEmitter {
  text = '';
  writableLength = 0;
  destroyed = false;
  write(chunk: string): boolean {
    this.text += chunk;
    return true;
  }
  end(chunk?: string): this {
    this.text += chunk ?? '';
    return this;
  }
  destroy(): this {
    this.destroyed = true;
    this.emit('close');
    return this;
  }
  events(): string[] {
    return [...this.text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(
      ([, event, data]) => `${event} ${data}`,
    );
  }
  lastId(): string | undefined {
    return [...this.text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1];
  }
}

const asViewer = (viewer: FakeViewer): Viewer => viewer as unknown as Viewer;

function open(options: { readonly ringBytesMax?: number; readonly backlogBytesMax?: number } = {}) {
  let openings = 0;
  const channel = createEventChannel({
    epoch: 'e1',
    opening: () => [['snapshot', ++openings]],
    ...options,
  });
  const come = (lastId?: string): FakeViewer => {
    const viewer = new FakeViewer();
    channel.attach(asViewer(viewer), lastId);
    return viewer;
  };
  return { channel, come, openings: () => openings };
}

describe('createEventChannel', () => {
  it('gives a late viewer a snapshot, and everybody the same messages', () => {
    const { channel, come, openings } = open();
    channel.publish('update', 1);
    const [one, other] = [come(), come()];
    channel.publish('update', 2);
    expect(one.events()).toEqual(['snapshot 1', 'update 2']);
    expect(other.text).toBe(one.text);
    expect(openings()).toBe(1);
    expect(channel.viewers).toBe(2);
  });

  it('replays what was missed, and no more', () => {
    const { channel, come } = open();
    const first = come();
    channel.publish('update', 1);
    const id = first.lastId();
    first.destroy();
    channel.publish('update', 2);
    channel.publish('update', 3);
    expect(come(id).events()).toEqual(['update 2', 'update 3']);
    expect(channel.viewers).toBe(1);
  });

  it.each(['e0-1', 'e1-99', 'nonsense', 'e1--1', ''])(
    'begins anew for the unknown id "%s"',
    (id) => {
      const { channel, come } = open();
      channel.publish('update', 1);
      expect(come(id).events()).toEqual(['snapshot 1']);
    },
  );

  it('begins anew where too much was missed, or something was not told', () => {
    const { channel, come } = open({ ringBytesMax: 100 });
    const id = come().lastId();
    for (let i = 0; i < 10; i++) channel.publish('update', i);
    expect(come(id).events()[0]).toContain('snapshot');
    const last = come().lastId();
    channel.skip();
    expect(come(last).events()[0]).toContain('snapshot');
  });

  it('skips a slow viewer, tells it so, and lets it go after a while', () => {
    const { channel, come } = open({ backlogBytesMax: 10 });
    const slow = come();
    slow.writableLength = 11;
    channel.publish('update', 1);
    channel.publish('update', 2);
    expect(slow.events()).toEqual(['snapshot 1']);
    slow.writableLength = 0;
    slow.emit('drain');
    expect(slow.events()).toEqual([
      'snapshot 1',
      'dropped {"missed":2,"reason":"This connection took less than was sent."}',
      'snapshot 2',
    ]);
    slow.writableLength = 11;
    channel.publish('update', 3);
    for (let beat = 0; beat < 4; beat++) channel.heartbeat();
    expect(slow.destroyed).toBe(true);
    expect(channel.viewers).toBe(0);
  });
});
