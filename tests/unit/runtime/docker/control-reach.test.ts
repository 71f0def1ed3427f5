import { describe, expect, it } from '@jest/globals';
import {
  chooseReach,
  findOwnContainer,
  type OwnSurroundings,
  seesHost,
} from '../../../../controller/src/runtime/docker/control-reach.ts';
import type { DockerEndpoint } from '../../../../controller/src/runtime/docker/docker-endpoint.ts';
import { createFakeDocker, type FakeDocker } from '../../../fixtures/fake-docker.ts';

const local: DockerEndpoint = { kind: 'unix', socketPath: '/var/run/docker.sock' };
const onHost: OwnSurroundings = { kernel: 'k', ownContainer: null };

const choose = (
  endpoint: DockerEndpoint,
  surroundings: OwnSurroundings,
  options: { docker?: FakeDocker; publicHost?: string } = {},
): ReturnType<typeof chooseReach> =>
  chooseReach(options.docker ?? createFakeDocker(), endpoint, {
    surroundings,
    publicHost: options.publicHost,
    signal: new AbortController().signal,
  });

describe('chooseReach', () => {
  it('takes the bridges of a daemon on the same machine', async () => {
    const reach = await choose(local, onHost);
    expect(reach).toEqual({ kind: 'bridge' });
    expect(seesHost(reach)).toBe(true);
    const tcp: DockerEndpoint = { kind: 'tcp', host: 'localhost', port: 2375, tls: null };
    expect(await choose(tcp, onHost)).toEqual({ kind: 'bridge' });
  });

  it('publishes for a daemon in a virtual machine behind a local socket', async () => {
    const reach = await choose(local, { ...onHost, kernel: 'another' });
    expect(reach).toEqual({ kind: 'published', host: '127.0.0.1' });
  });

  it('publishes on the host of a remote daemon', async () => {
    const ssh: DockerEndpoint = { kind: 'ssh', target: 'ada@far', port: null };
    expect(await choose(ssh, onHost)).toEqual({ kind: 'published', host: 'far' });
  });

  it('follows the name that a person gives', async () => {
    const reach = await choose(local, onHost, { publicHost: 'lab.example' });
    expect(reach).toEqual({ kind: 'published', host: 'lab.example' });
    expect(seesHost(reach)).toBe(false);
  });

  it('joins the control network from inside a container of the same daemon', async () => {
    const docker = createFakeDocker();
    const state = { state: 'running', exitCode: 0, oomKilled: false } as const;
    docker.containers.set('me', { name: 'me', labels: {}, ...state });
    const reach = await choose(local, { kernel: 'k', ownContainer: 'me' }, { docker });
    expect(reach).toEqual({ kind: 'joined', ownContainer: 'me', ownPids: true });
  });

  it.each([
    ['bridge', 'joined', undefined, false],
    ['bridge', 'joined', '', false],
    ['host', 'bridge', '', false],
    ['host', 'bridge', 'host', true],
    ['bridge', 'joined', 'host', true],
  ])(
    'in a container of network mode %p takes %p and, with pid mode %p, sees the host: %p',
    async (network, kind, pid, sees) => {
      const docker = createFakeDocker();
      const state = { state: 'running', exitCode: 0, oomKilled: false } as const;
      docker.containers.set('me', { name: 'me', labels: {}, ...state });
      const inspectContainer: FakeDocker['inspectContainer'] = async (id, options) => ({
        ...(await docker.inspectContainer(id, options)),
        HostConfig: { NetworkMode: network, PidMode: pid },
      });
      const inContainer = { kernel: 'k', ownContainer: 'me' };
      const reach = await choose(local, inContainer, { docker: { ...docker, inspectContainer } });
      expect(reach.kind).toBe(kind);
      expect(seesHost(reach)).toBe(sees);
    },
  );

  it('publishes from inside a container of another daemon', async () => {
    const reach = await choose(local, { kernel: 'k', ownContainer: 'unknown' });
    expect(reach).toEqual({ kind: 'published', host: '127.0.0.1' });
  });
});

describe('findOwnContainer', () => {
  const id = 'ab'.repeat(32);

  it('reads the id from the files that Docker mounts over /etc', () => {
    const mounts = [
      '711 690 0:31 / / rw - overlay overlay rw',
      `731 711 254:0 /var/lib/docker/containers/${id}/hostname /etc/hostname rw - ext4 /dev/vda rw`,
    ].join('\n');
    expect(findOwnContainer(mounts)).toBe(id);
  });

  it('finds none on a host, also on one that runs containers', () => {
    const mounts = `99 1 0:9 / /var/lib/docker/containers/${id}/mounts/shm rw - tmpfs shm rw`;
    expect(findOwnContainer(mounts)).toBeNull();
  });
});
