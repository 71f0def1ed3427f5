import { describe, expect, it } from '@jest/globals';
import {
  formatOwner,
  identifyOwner,
  judgeOwner,
  type Owner,
  parseOwner,
  parseProcessStat,
  readOwnerState,
} from '../../../controller/src/runtime/owner.ts';

const owner: Owner = {
  host: 'here',
  bootId: 'aaaa',
  pidNamespace: '1',
  pid: 100,
  startTicks: 5_000,
};
const alive = (): { startTicks: number } => ({ startTicks: 5_000 });

describe('judgeOwner', () => {
  it('finds a controller alive that has the same number and the same start', () => {
    expect(judgeOwner(owner, owner, alive)).toBe('alive');
  });

  it('finds it dead when nobody has its number', () => {
    expect(judgeOwner(owner, owner, () => null)).toBe('dead');
  });

  it('finds it dead when its number was given out again', () => {
    expect(judgeOwner(owner, owner, () => ({ startTicks: 5_001 }))).toBe('dead');
  });

  it('finds it dead after a reboot of its machine', () => {
    expect(judgeOwner(owner, { ...owner, bootId: 'bbbb' }, alive)).toBe('dead');
  });

  it('knows nothing of another machine or another container', () => {
    const elsewhere = { ...owner, bootId: 'bbbb', host: 'there' };
    expect(judgeOwner(owner, elsewhere, () => null)).toBe('unknown');
    expect(judgeOwner(owner, { ...owner, pidNamespace: '2' }, () => null)).toBe('unknown');
  });

  it('goes by the number alone where the kernel does not tell the start', () => {
    const noTicks = { ...owner, startTicks: null };
    expect(judgeOwner(noTicks, noTicks, () => ({ startTicks: null }))).toBe('alive');
  });
});

describe('formatOwner', () => {
  it('is read back by parseOwner', () => {
    expect(parseOwner(formatOwner(owner))).toEqual(owner);
    const unknown = { ...owner, startTicks: null, bootId: '' };
    expect(parseOwner(formatOwner(unknown))).toEqual(unknown);
  });

  it.each(['', 'x', 'a/b/c/d/e', 'h/b/1/100/5/6', '/b/1/100/5', 'h/b/1/0/5'])(
    'is not mistaken for %p',
    (text) => {
      expect(parseOwner(text)).toBeNull();
    },
  );
});

describe('readOwnerState', () => {
  it('finds this very process alive', () => {
    expect(readOwnerState(identifyOwner())).toBe('alive');
  });

  it('finds a process of this number that started at another time dead', () => {
    const self = identifyOwner();
    const before = { ...self, startTicks: (self.startTicks ?? 1) - 1 };
    expect(readOwnerState(before)).toBe('dead');
  });
});

describe('parseProcessStat', () => {
  const rest = `1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 77 0 0`;

  it('finds the start behind a name with spaces and brackets', () => {
    expect(parseProcessStat(`42 (a (b) c) S ${rest}`)).toEqual({ startTicks: 77 });
  });

  it('takes a zombie for dead', () => {
    expect(parseProcessStat(`42 (node) Z ${rest}`)).toBeNull();
  });
});
