import { describe, expect, it } from '@jest/globals';
import { planPinning } from '../../../../scripts/bench/pin-cores.ts';

const self = ['/bin/node', 'throughput.ts', '--nodes', '4'];

describe('planPinning', () => {
  it('starts the same command again on two of more cores', () => {
    const command = ['taskset', '-c', '0,1', ...self];
    expect(planPinning(8, true, self)).toEqual({ kind: 'again', command });
  });

  it.each([1, 2])('stays where it is with %d', (cores) => {
    const note = expect.stringContaining(`cores: ${cores}`);
    expect(planPinning(cores, true, self)).toEqual({ kind: 'here', note });
  });

  it('says that it uses more than two where it cannot pin', () => {
    const note = expect.stringContaining('cores: 8, not 2');
    expect(planPinning(8, false, self)).toEqual({ kind: 'here', note });
  });
});
