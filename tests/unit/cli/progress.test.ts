import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createPlainProgress } from '../../../controller/src/cli/progress/progress-plain.ts';
import { createTerminalProgress } from '../../../controller/src/cli/progress/progress-terminal.ts';
import { createCellId } from '../../../controller/src/model/ids.ts';
import type { Progress } from '../../../controller/src/model/progress.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const { run } = generateStoredRun({ sizes: [4, 7], repetitions: 1 });

function started(position: number, nodeCount: number, attempt = 0): Progress {
  const cellId = createCellId(nodeCount);
  return {
    kind: 'repetition-started',
    position,
    total: 2,
    cellId,
    nodeCount,
    repetition: 0,
    attempt,
  };
}

function ended(position: number, nodeCount: number, verdict: 'valid' | 'invalid'): Progress {
  return {
    kind: 'repetition-ended',
    position,
    total: 2,
    cellId: createCellId(nodeCount),
    nodeCount,
    repetition: 0,
    attempt: 0,
    isRepeated: verdict === 'invalid' && position === 0,
    verdict,
    reasons:
      verdict === 'valid'
        ? []
        : [{ code: 'x', verdict: 'invalid', text: 'The host was busy.', value: 1, limit: 0 }],
    throughputTxPerSec: 499.71,
    latencyP50Ms: 4.21,
    latencyP99Ms: null,
    successRatio: verdict === 'valid' ? 1 : 0.031,
    remainingMs: 61_000,
  };
}

const live: Progress = {
  kind: 'live',
  txPerSec: 480,
  offeredTxPerSec: 500,
  committedHeight: 1234,
  nodesAnswering: 3,
  nodesTotal: 4,
};

describe('createPlainProgress', () => {
  function watch() {
    const lines: string[] = [];
    let nowMs = 0;
    const clock = { now: () => new Date(nowMs), monotonicMs: () => nowMs };
    const view = createPlainProgress((line) => lines.push(line), { clock });
    return {
      lines,
      view,
      at: (ms: number, event: Progress) => {
        nowMs = ms;
        view.onProgress(event);
      },
    };
  }

  it('writes a line with the time for everything that matters', () => {
    const { lines, at } = watch();
    at(0, { kind: 'run-started', runId: run.id, plan: run.plan, estimatedMs: 90_000 });
    at(1000, started(0, 4, 1));
    at(1000, { kind: 'phase-started', phase: 'measure', expectedMs: 15_000 });
    at(2000, { kind: 'nodes-ready', ready: 4, total: 4 });
    at(9000, ended(0, 4, 'invalid'));
    at(9000, { kind: 'warning', text: 'look out' });
    at(9000, { kind: 'stopping', reason: 'Ctrl-C' });
    expect(lines).toEqual([
      `00:00:00 run ${run.id}: 2 repetitions on docker, about 1 min 30 s`,
      '00:00:01 [1/2] n=4, repetition 1, attempt 2',
      '00:00:01   measuring, 15 s',
      '00:00:02   4/4 nodes ready',
      '00:00:09 [1/2] n=4, repetition 1: invalid, 499.7 tx/s, p50 4.2 ms, latencies of 3.1 % of the transactions; to be done again; about 1 min 1 s left',
      '00:00:09   invalid: The host was busy.',
      '00:00:09 warning: look out',
      '00:00:09 stopping: Ctrl-C',
    ]);
  });

  it('does not repeat changing figures more often than every five seconds', () => {
    const { lines, at } = watch();
    at(0, { kind: 'phase-started', phase: 'measure', expectedMs: 20_000 });
    for (let second = 1; second <= 20; second++) at(second * 1000, live);
    for (let count = 1; count < 4; count++)
      at(20_001, { kind: 'nodes-started', started: count, total: 4 });
    expect(lines.filter((line) => line.includes('480 tx/s of 500 offered'))).toHaveLength(4);
    expect(lines.filter((line) => line.includes('nodes started'))).toHaveLength(0);
    expect(lines.at(-1)).toContain('height 1,234, 3/4 nodes answer');
  });

  it('shows a remark at once', async () => {
    const { lines, view } = watch();
    view.tell('removing at once');
    await view.end();
    expect(lines).toEqual(['00:00:00 removing at once']);
  });
});

describe('createTerminalProgress', () => {
  it('shows what runs, keeps the result of each repetition, and gives the terminal back', async () => {
    let output = '';
    const stream = new PassThrough().on('data', (chunk) => {
      output += String(chunk);
    });
    const terminal = Object.assign(stream, { columns: 80, rows: 24, isTTY: true });
    const ticks: (() => void)[] = [];
    const view = createTerminalProgress(terminal as unknown as NodeJS.WriteStream, {
      clock: { monotonicMs: () => 0 },
      every: (_ms, work) => {
        ticks.push(work);
        return () => ticks.splice(0);
      },
    });
    view.onProgress({ kind: 'run-started', runId: run.id, plan: run.plan, estimatedMs: 90_000 });
    view.onProgress(started(0, 4));
    view.onProgress({ kind: 'phase-started', phase: 'measure', expectedMs: 15_000 });
    await settle();
    view.onProgress(live);
    await settle();
    view.tell('stopping: collecting and removing');
    for (const tick of ticks) tick();
    await settle();
    view.onProgress(ended(0, 4, 'valid'));
    view.onProgress(started(1, 7));
    view.onProgress(ended(1, 7, 'invalid'));
    await view.end();

    expect(output).toContain('measuring; about 1 min 30 s left');
    expect(output).toContain('480 tx/s of 500 offered');
    expect(output).toContain('stopping: collecting and removing');
    expect(output).toContain('[1/2] n=4, repetition 1: valid, 499.7 tx/s, p50 4.2 ms');
    expect(output).toContain('[2/2] n=7, repetition 1: invalid');
    expect(output).toContain('invalid: The host was busy.');
    expect(output.lastIndexOf('\u001b[?25h')).toBeGreaterThan(output.lastIndexOf('\u001b[?25l'));
    expect(ticks).toEqual([]);
  });
});

/** Gives listr2 the turns it needs to draw. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 150));
}
