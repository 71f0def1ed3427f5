import { describe, expect, it } from '@jest/globals';
import {
  helperSpec,
  SHAPER_IMAGE,
  shaperImage,
} from '../../../../controller/src/runtime/docker/shaper-container.ts';

describe('shaperImage', () => {
  it('is ours unless another is named', () => {
    expect(shaperImage({})).toBe(SHAPER_IMAGE);
    expect(shaperImage({ TESTBED_SHAPER_IMAGE: '' })).toBe(SHAPER_IMAGE);
    expect(shaperImage({ TESTBED_SHAPER_IMAGE: 'mine:1' })).toBe('mine:1');
  });
});

describe('helperSpec', () => {
  it('has the few rights that it takes, and dies at once', () => {
    const { HostConfig: host, StopSignal } = helperSpec('sha256:1', 'host');
    expect(host).toMatchObject({
      CapDrop: ['ALL'],
      CapAdd: ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN', 'SYS_PTRACE'],
      ReadonlyRootfs: true,
      PidMode: 'host',
      CpuShares: 262_144,
      NetworkMode: 'host',
      RestartPolicy: { Name: 'no' },
    });
    expect(host).not.toHaveProperty('Privileged');
    expect(StopSignal).toBe('SIGKILL');
  });

  it('does not see the links of the host when it only tries whether it would work', () => {
    expect(helperSpec('sha256:1', 'none').HostConfig?.NetworkMode).toBe('none');
  });
});
