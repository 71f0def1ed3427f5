import { describe, expect, it } from '@jest/globals';
import { createDeadRunCloser } from '../../../controller/src/cli/close-dead-runs.ts';
import type { RunRecord, StoredRun } from '../../../controller/src/model/record.ts';
import { runUnknown } from '../../../controller/src/store/run-unknown.ts';
import { generateAwkwardRun } from '../../fixtures/awkward-run.ts';

const { run, repetitions } = generateAwkwardRun({ seed: 5, suffix: 'aaaa', sizes: [4] });
const running: RunRecord = { ...run, status: 'running', endedAt: null, failure: null };
const now = new Date('2030-01-01T00:00:00Z');

/** A store that holds one run, and notes what is saved and whether it was closed. */
function storeOf(stored: StoredRun | null) {
  const saved: RunRecord[] = [];
  const seen = { opened: 0, closed: 0 };
  const open = async () => {
    seen.opened++;
    return {
      loadRun: async (id: typeof run.id) => {
        if (stored === null) throw runUnknown(id);
        return stored;
      },
      saveRun: async (record: RunRecord) => void saved.push(record),
      close: async () => void seen.closed++,
    };
  };
  return { saved, seen, closer: createDeadRunCloser(open, () => now) };
}

describe('createDeadRunCloser', () => {
  it('ends a running run as failed with its last stored repetition', async () => {
    const { saved, closer } = storeOf({ run: running, repetitions });
    expect(await closer.close(run.id)).toBe(true);
    const endedAt = new Date(Math.max(...repetitions.map((one) => one.endedAt.getTime())));
    const failure = {
      code: 'INTERRUPTED',
      message: 'The controller was killed before the run ended.',
    };
    expect(saved).toEqual([{ ...running, status: 'failed', endedAt, failure }]);
  });

  it('ends a run without repetitions now', async () => {
    const { saved, closer } = storeOf({ run: running, repetitions: [] });
    await closer.close(run.id);
    expect(saved.map(({ endedAt }) => endedAt)).toEqual([now]);
  });

  it('leaves a run that ended, and one that was never stored, as they are', async () => {
    const ended = storeOf({ run: { ...run, status: 'completed' }, repetitions });
    expect(await ended.closer.close(run.id)).toBe(false);
    const unknown = storeOf(null);
    expect(await unknown.closer.close(run.id)).toBe(false);
    expect([...ended.saved, ...unknown.saved]).toEqual([]);
  });

  it('opens the store once, when it is needed, and closes it', async () => {
    const { seen, closer } = storeOf({ run: running, repetitions });
    await closer.end();
    expect(seen).toEqual({ opened: 0, closed: 0 });
    await closer.close(run.id);
    await closer.close(run.id);
    await closer.end();
    expect(seen).toEqual({ opened: 1, closed: 1 });
  });
});
