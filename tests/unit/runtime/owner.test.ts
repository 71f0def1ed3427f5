import { describe, expect, it } from '@jest/globals';
import {
  formatOwner,
  hashMachineId,
  identifyOwner,
  judgeOwner,
  type Owner,
  type OwnerState,
  type ProcessFacts,
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
  machine: '0123456789abcdef',
};
const alive = (): { startTicks: number } => ({ startTicks: 5_000 });

const judge = (
  found: Owner,
  here: Owner,
  lookUp: (pid: number) => ProcessFacts | null,
  ownFile = false,
): OwnerState => judgeOwner(found, here, { ownFile, lookUp });

describe('judgeOwner', () => {
  it('finds a controller alive that has the same number and the same start', () => {
    expect(judge(owner, owner, alive)).toBe('alive');
  });

  it('finds it dead when nobody has its number', () => {
    expect(judge(owner, owner, () => null)).toBe('dead');
  });

  it('finds it dead when its number was given out again', () => {
    expect(judge(owner, owner, () => ({ startTicks: 5_001 }))).toBe('dead');
  });

  it('finds it dead after a reboot of its machine', () => {
    expect(judge(owner, { ...owner, bootId: 'bbbb' }, alive)).toBe('dead');
  });

  it('knows nothing of another machine or another container', () => {
    const elsewhere = { ...owner, bootId: 'bbbb', host: 'there' };
    expect(judge(owner, elsewhere, () => null)).toBe('unknown');
    expect(judge(owner, { ...owner, pidNamespace: '2' }, () => null)).toBe('unknown');
  });

  it('knows nothing of another machine of the same name', () => {
    const twin = { ...owner, bootId: 'bbbb', machine: 'fedcba9876543210' };
    expect(judge(owner, twin, () => null)).toBe('unknown');
    expect(judge(owner, twin, () => null, true)).toBe('unknown');
  });

  it('takes the name for the machine only where the file of the owner is here', () => {
    const nameless = { ...owner, bootId: 'bbbb', machine: '' };
    expect(judge(owner, nameless, () => null)).toBe('unknown');
    expect(judge(nameless, owner, () => null)).toBe('unknown');
    expect(judge(nameless, owner, () => null, true)).toBe('dead');
    const noBoot = { ...owner, bootId: '', machine: '' };
    expect(judge(noBoot, noBoot, () => null)).toBe('unknown');
    expect(judge(noBoot, noBoot, () => null, true)).toBe('dead');
  });

  it('goes by the number alone where the kernel does not tell the start', () => {
    const noTicks = { ...owner, startTicks: null };
    expect(judge(noTicks, noTicks, () => ({ startTicks: null }))).toBe('alive');
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

describe('parseOwner', () => {
  it('reads what was written before owners told their machine', () => {
    expect(parseOwner('here/aaaa/1/100/5000')).toEqual({ ...owner, machine: '' });
  });
});

describe('hashMachineId', () => {
  it('tells machines apart and does not show the id', () => {
    const id = '0123456789abcdef0123456789abcdef';
    const hash = hashMachineId(`${id}\n`);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(id).not.toContain(hash);
    expect(hashMachineId(id.replace('0', '1'))).not.toBe(hash);
  });

  it.each(['', 'uninitialized\n', 'x'])('makes nothing of %p', (text) => {
    expect(hashMachineId(text)).toBe('');
  });
});

describe('readOwnerState', () => {
  it('finds this very process alive', () => {
    expect(readOwnerState(identifyOwner(), { ownFile: false })).toBe('alive');
  });

  it('finds a process of this number that started at another time dead', () => {
    const self = identifyOwner();
    const before = { ...self, startTicks: (self.startTicks ?? 1) - 1 };
    expect(readOwnerState(before, { ownFile: false })).toBe('dead');
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
