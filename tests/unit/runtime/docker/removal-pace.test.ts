import { describe, expect, it } from '@jest/globals';
import { endingsAtOnce } from '../../../../controller/src/runtime/docker/removal-pace.ts';

describe('endingsAtOnce', () => {
  it.each(['20.10.24+dfsg1', '24.0.7', '28.2.2', 'unknown'])(
    'ends one container at a time on Engine %s, which may lose count',
    (version) => {
      expect(endingsAtOnce(version)).toBe(1);
    },
  );

  it('ends several at once where the daemon can take it', () => {
    expect(endingsAtOnce('29.0.1')).toBeGreaterThan(1);
  });
});
