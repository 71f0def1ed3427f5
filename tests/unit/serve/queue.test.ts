import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { QueueEntry, Submission } from '../../../controller/src/serve/api/queue.ts';
import { createDispatcher, type Work } from '../../../controller/src/serve/queue/dispatcher.ts';
import { loadQueue, openQueueFile } from '../../../controller/src/serve/queue/queue-file.ts';
import { readSubmission } from '../../../controller/src/serve/queue/read-submission.ts';
import {
  createRunQueue,
  recoverQueue,
  type StoredEntry,
  waitingMax,
} from '../../../controller/src/serve/queue/run-queue.ts';
import type { Outcome } from '../../../controller/src/serve/queue/runner.ts';
import { createVirtualClock } from '../../fixtures/virtual-clock.ts';

const submission: Submission = {
  text: 'name: a\nnodes: [4]\n',
  name: 'a.yaml',
  overrides: [],
  files: {},
  strict: false,
  allowMismatch: false,
  keepLogs: false,
};

function stored(digit: number, state: QueueEntry['state'] = 'waiting'): StoredEntry {
  const id = `20260102-03040${digit}-ab12`;
  const times = { submittedAt: '2026-01-02T03:04:05.000Z', startedAt: null, endedAt: null };
  const rest = { isStored: false, error: null, exitCode: null };
  return { entry: { id, name: 'a', state, submittedBy: 'local', ...times, ...rest }, submission };
}

const empty = { active: [], ended: [] };

describe('createRunQueue', () => {
  it('runs one at a time, in an order that can be changed', () => {
    const queue = createRunQueue(empty);
    for (const digit of [1, 2, 3]) queue.add(stored(digit));
    expect(queue.takeNext({ state: 'running' })?.entry.id).toContain('-030401-');
    expect(queue.takeNext({})).toBeNull();
    const [second = '', third = ''] = queue.view().waiting.map(({ id }) => id);
    queue.reorder([third, second]);
    expect(queue.ahead(third)).toBe(1);
    expect(queue.ahead(second)).toBe(2);
    for (const wrong of [[third], [third, third], [third, second, 'x']]) {
      expect(() => queue.reorder(wrong)).toThrow(
        expect.objectContaining({ code: 'QUEUE_CHANGED' }),
      );
    }
    queue.end(queue.view().current?.id ?? '', { state: 'completed' });
    expect(queue.takeNext({})?.entry.id).toBe(third);
    expect(queue.view().ended).toHaveLength(1);
  });

  it('takes no more than it has room for', () => {
    const queue = createRunQueue(empty);
    for (let i = 0; i < waitingMax; i++) queue.add(stored(1));
    expect(() => queue.add(stored(1))).toThrow(expect.objectContaining({ code: 'QUEUE_FULL' }));
  });

  it('says of a run that the server left that it was interrupted', () => {
    const saved = { active: [stored(1, 'running'), stored(2)], ended: [] };
    const recovered = recoverQueue(saved, '2026-01-02T04:00:00.000Z');
    expect(recovered.active).toEqual([stored(2)]);
    expect(recovered.ended[0]).toMatchObject({
      state: 'interrupted',
      exitCode: 130,
      error: { code: 'SERVER_ENDED' },
    });
  });
});

describe('the file of the queue', () => {
  it('gives back what was saved last, and survives what is no queue', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'testbed-queue-'));
    const warnings: string[] = [];
    const load = () => loadQueue(folder, (text) => warnings.push(text));
    try {
      expect(await load()).toEqual(empty);
      const file = openQueueFile(folder);
      const saves = [1, 2, 3].map((digit) => file.save({ active: [stored(digit)], ended: [] }));
      await Promise.all(saves);
      expect((await load()).active).toEqual([stored(3)]);
      await writeFile(join(folder, 'queue.json'), '{"version": 1, "active": [{}]');
      expect(await load()).toEqual(empty);
      expect(warnings).toHaveLength(1);
      expect(await readdir(folder)).toContain('queue.json.unreadable');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('createDispatcher', () => {
  const done: Outcome = { state: 'completed', isStored: true, error: null, exitCode: 0 };

  function createWorld() {
    const works: (Work & { finish: (outcome: Outcome) => void })[] = [];
    const saved: number[] = [];
    const disk = { isFull: false };
    const queue = createRunQueue(empty);
    const dispatcher = createDispatcher({
      clock: createVirtualClock(),
      chance: Math.random,
      epoch: 'e',
      queue,
      file: {
        save: async ({ active }) => {
          if (disk.isFull) throw new Error('no space');
          saved.push(active.length);
        },
      },
      carryOut: (work) =>
        new Promise((finish) => {
          works.push({ ...work, finish });
        }),
      onChange: () => {},
      onBegin: () => {},
      onEnd: () => {},
      onBug: (error) => {
        throw error;
      },
    });
    dispatcher.start();
    return { dispatcher, works, saved, disk };
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('starts the next when one has ended, and saves before it answers', async () => {
    const { dispatcher, works, saved } = createWorld();
    const first = await dispatcher.submit('a', submission, 'ann');
    const second = await dispatcher.submit('b', submission, 'ann');
    expect(saved.length).toBeGreaterThanOrEqual(2);
    expect(second.ahead).toBe(1);
    await settle();
    expect(works).toHaveLength(1);
    works[0]?.finish(done);
    await settle();
    expect(dispatcher.find(first.entry.id).state).toBe('completed');
    expect(works[1]?.id).toBe(second.entry.id);
  });

  it('stops gently, then at once, and lets what waits go', async () => {
    const { dispatcher, works } = createWorld();
    const { id } = (await dispatcher.submit('a', submission, 'ann')).entry;
    const waiting = (await dispatcher.submit('b', submission, 'ann')).entry.id;
    await settle();
    expect((await dispatcher.end(waiting, 'stop')).state).toBe('removed');
    await expect(dispatcher.end(waiting, 'stop')).rejects.toMatchObject({
      code: 'RUN_ENDED',
    });
    expect((await dispatcher.end(id, 'stop')).state).toBe('stopping');
    expect(works[0]?.endings.kill.aborted).toBe(false);
    expect((await dispatcher.end(id, 'kill')).state).toBe('cancelling');
    expect(works[0]?.endings.kill.aborted).toBe(true);
    await expect(dispatcher.end('20260101-000000-aaaa', 'stop')).rejects.toThrow('has no run');
  });

  it('never runs what it could not write down, and said so', async () => {
    const { dispatcher, works, disk } = createWorld();
    await dispatcher.submit('a', submission, 'ann');
    await settle();
    disk.isFull = true;
    await expect(dispatcher.submit('b', submission, 'ann')).rejects.toThrow('no space');
    disk.isFull = false;
    works[0]?.finish(done);
    await settle();
    expect(works).toHaveLength(1);
    expect(dispatcher.view().waiting).toEqual([]);
  });

  it('starts nothing more when it closes, and keeps what waits', async () => {
    const { dispatcher, works } = createWorld();
    await dispatcher.submit('a', submission, 'ann');
    await dispatcher.submit('b', submission, 'ann');
    await settle();
    const closing = dispatcher.close(new AbortController().signal);
    expect(works[0]?.endings.stop.aborted).toBe(true);
    works[0]?.finish({ ...done, state: 'interrupted' });
    await closing;
    expect(works).toHaveLength(1);
    expect(dispatcher.view().waiting).toHaveLength(1);
  });
});

describe('readSubmission', () => {
  const rules = { readyFolder: '/nowhere', allowCommands: false };

  it('starts no program that somebody sent', async () => {
    const text = 'name: a\nnodes: [4]\nruntime: process\ncommand: [/bin/sh]\n';
    await expect(readSubmission({ ...submission, text }, rules)).rejects.toThrow('no program');
    const allowed = { ...rules, allowCommands: true };
    expect((await readSubmission({ ...submission, text }, allowed)).command).toEqual(['/bin/sh']);
  });

  it('reads no file of the server that is not a ready one', async () => {
    const network = 'network: {regions: {a: 2, b: 2}, matrix: ../../etc/hosts.csv}';
    const text = `name: a\nnodes: [4]\n${network}\n`;
    await expect(readSubmission({ ...submission, text }, rules)).rejects.toThrow(
      'reads only what lies beside its ready scenarios',
    );
  });
});
