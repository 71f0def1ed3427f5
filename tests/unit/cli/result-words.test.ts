import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { shortenPath } from '../../../controller/src/cli/print-result.ts';
import { describeCatch, judgeResult } from '../../../controller/src/conduct/judge-result.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

describe('shortenPath', () => {
  const person = { cwd: '/home/ada/work', homeFolder: '/home/ada' };

  it.each([
    ['/home/ada/work/runs/a.html', 'runs/a.html'],
    ['/home/ada/results/a.html', '~/results/a.html'],
    ['/home/adam/a.html', '/home/adam/a.html'],
    ['/data/a.html', '/data/a.html'],
  ])('prints %s as %s', (path, text) => {
    expect(shortenPath(path, person)).toBe(text);
  });
});

describe('describeCatch', () => {
  it('says what an exit code of 0 does not', () => {
    const stored = generateStoredRun({ measureMs: 2000 });
    const finding = analyseRun(stored);
    expect(judgeResult({ finding, stored })).toBeNull();
    expect(describeCatch({ finding })).toContain('suspect at n = 16');
  });

  it('says nothing of a run that is valid', () => {
    const stored = generateStoredRun({ withTrouble: false, repetitions: 3, measureMs: 2000 });
    expect(describeCatch({ finding: analyseRun(stored) })).toBeNull();
  });
});

describe('judgeResult', () => {
  const invalidRun = (lastFailed: boolean) => {
    const { run, repetitions } = generateStoredRun({
      withTrouble: false,
      repetitions: 1,
      measureMs: 2000,
    });
    const failure = { code: 'NODE_DIED', message: 'node 2 ended with exit code 137.' };
    const attempts = repetitions.flatMap((record) => [
      { ...record, attempt: 0, verdict: 'invalid' as const, failure },
      {
        ...record,
        attempt: 1,
        verdict: 'invalid' as const,
        failure: lastFailed ? failure : null,
      },
    ]);
    const stored = { run, repetitions: attempts };
    return { stored, finding: analyseRun(stored) };
  };

  it('takes the code of the failure when the last attempts all failed', () => {
    expect(judgeResult(invalidRun(true))?.code).toBe('NODE_DIED');
  });

  it('calls a run untrusted whose failed repetition was done again and came out invalid', () => {
    expect(judgeResult(invalidRun(false))?.code).toBe('RUN_UNTRUSTED');
  });
});
