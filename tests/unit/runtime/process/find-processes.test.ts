import { describe, expect, it } from '@jest/globals';
import { createRunId } from '../../../../controller/src/model/ids.ts';
import { readProcess } from '../../../../controller/src/runtime/owner.ts';
import {
  killProcess,
  parseEnvironment,
} from '../../../../controller/src/runtime/process/find-processes.ts';

describe('parseEnvironment', () => {
  it('splits at the first equals sign only', () => {
    const values = parseEnvironment('A=1\0B=x=y\0EMPTY=\0nonsense\0=odd\0');
    expect([...values]).toEqual([
      ['A', '1'],
      ['B', 'x=y'],
      ['EMPTY', ''],
    ]);
  });
});

describe('killProcess', () => {
  it('spares a process that has the number but not the start of the one it means', () => {
    // SIGKILL to this very process, if the guard did not hold.
    const startTicks = (readProcess(process.pid)?.startTicks ?? 1) - 1;
    const runId = createRunId(new Date(), 0.5);
    killProcess({ pid: process.pid, startTicks, name: 'x', runId, owner: null }, 'SIGKILL');
    expect(readProcess(process.pid)).not.toBeNull();
  });
});
