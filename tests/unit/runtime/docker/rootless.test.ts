import { describe, expect, it } from '@jest/globals';
import { chooseReach } from '../../../../controller/src/runtime/docker/control-reach.ts';
import { isRootless, limitsOf } from '../../../../controller/src/runtime/docker/rootless.ts';
import { translateDockerError } from '../../../../controller/src/runtime/docker/translate-docker-error.ts';
import { createFakeDocker } from '../../../fixtures/fake-docker.ts';

describe('a daemon without root', () => {
  it('is known by its security options, and publishes on this machine alone', async () => {
    const docker = createFakeDocker();
    const info = {
      ...docker.info,
      SecurityOptions: ['name=seccomp,profile=default', 'name=rootless'],
    };
    expect([isRootless(info), isRootless(docker.info)]).toEqual([true, false]);
    const reach = await chooseReach(
      { ...docker, info },
      { kind: 'unix', socketPath: '/run/user/1000/docker.sock' },
      {
        surroundings: { kernel: 'k', ownContainer: null },
        publicHost: undefined,
        signal: new AbortController().signal,
      },
    );
    expect(reach).toEqual({ kind: 'published', host: '127.0.0.1', bindAddress: '127.0.0.1' });
  });

  it('limits nothing with the cgroup driver none', () => {
    const { info } = createFakeDocker();
    const none = { cpu: false, memory: false, pids: false };
    expect(limitsOf({ ...info, CgroupDriver: 'none' })).toEqual(none);
    expect(limitsOf({ ...info, CpuCfsQuota: false })).toEqual({
      ...none,
      memory: true,
      pids: true,
    });
  });
});

describe('a way to Docker that breaks', () => {
  const raw = (message: string): Error =>
    Object.assign(new Error(message), { code: 'ECONNREFUSED' });
  const context = { action: 'start x', address: 'ssh://ada@far' };

  it('names the limit of an ssh server, and never tells to start a daemon there', () => {
    for (const text of [
      'mux_client_request_session: session request failed',
      'kex_exchange_identification: read',
    ]) {
      const error = translateDockerError(raw(text), context);
      expect(error.message).toMatch(/ssh server at ssh:\/\/ada@far takes no more connections/);
      expect(error.hint).toMatch(/MaxStartups and MaxSessions/);
    }
    expect(translateDockerError(raw('Permission denied'), context).hint).not.toMatch(
      /start-dockerd/,
    );
  });

  it('says of a daemon that answered before that it did', () => {
    const local = { action: 'start x', address: 'unix:///x', answeredBefore: true };
    expect(translateDockerError(raw('refused'), local).message).toMatch(/answered before and does/);
  });
});
