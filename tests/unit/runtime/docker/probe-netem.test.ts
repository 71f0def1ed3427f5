import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../../controller/src/lib/system-clock.ts';
import { probeNetem } from '../../../../controller/src/runtime/docker/probe-netem.ts';
import type { NetemSupport } from '../../../../controller/src/runtime/runtime.ts';
import { createFakeDocker, dockerFailure, type FakeDocker } from '../../../fixtures/fake-docker.ts';

const works = [
  ...['sch_htb', 'htb_class', 'cls_u32', 'sch_netem'].map((name) => `${name} ok`),
  ...['ifb', 'sch_ingress', 'act_mirred'].map((name) => `${name} ok`),
  'qdisc netem 8001: root refcnt 2 limit 1000 delay 5ms',
].join('\n');

function probe(docker: FakeDocker, signal = new AbortController().signal): Promise<NetemSupport> {
  const labels = { 'testbed.run': 'r' };
  const options = { image: 'shaper:1', labels, name: 'probe', clock: systemClock, signal };
  return probeNetem(docker, options);
}

function create(output: string): FakeDocker {
  const docker = createFakeDocker();
  const stdout = Buffer.from(output);
  docker.executed = () => ({ stdout, stderr: Buffer.alloc(0), exitCode: 0 });
  return docker;
}

describe('probeNetem', () => {
  it('believes a qdisc that was set, and removes its labelled container', async () => {
    const docker = create(works);
    docker.failure = () => {
      for (const { labels } of docker.containers.values()) expect(labels['testbed.run']).toBe('r');
      return null;
    };
    expect(await probe(docker)).toEqual({ kind: 'works' });
    expect(docker.calls.map((call) => call.split(' ')[0])).toEqual([
      ...['inspect', 'create', 'start', 'execute', 'remove'],
    ]);
    expect(docker.containers.size).toBe(0);
  });

  it('does not take a helper that cannot run for a kernel that cannot shape', async () => {
    const docker = create(works);
    docker.failure = (call) =>
      call.startsWith('start') ? dockerFailure('other', 'no caps') : null;
    await expect(probe(docker)).rejects.toMatchObject({
      code: 'SHAPER_UNAVAILABLE',
      message: expect.stringContaining('no caps'),
    });
    expect(docker.containers.size).toBe(0);
  });

  it('knows that a rootless daemon cannot run it', async () => {
    const docker = create(works);
    Object.assign(docker.info, {
      SecurityOptions: ['name=seccomp,profile=default', 'name=rootless'],
    });
    docker.failure = (call) =>
      call.startsWith('start') ? dockerFailure('other', 'error mounting "proc"') : null;
    expect(await probe(docker)).toMatchObject({
      kind: 'missing',
      missing: [expect.stringContaining('rootless')],
    });
  });

  it.each(['start', 'execute'])(
    'says that the host is busy where %s takes too long',
    async (call) => {
      const docker = create(works);
      docker.failure = (each) => (each.startsWith(call) ? dockerFailure('timeout') : null);
      await expect(probe(docker)).rejects.toMatchObject({
        code: 'SHAPER_UNAVAILABLE',
        message: expect.stringMatching(/not over after 20 s: the Docker host .* is busy/),
        hint: expect.not.stringContaining('userspace'),
      });
      expect(docker.containers.size).toBe(0);
    },
  );

  it('does not take an image without tools for a kernel that cannot shape', async () => {
    await expect(probe(create('tool tc\ntool perl\n'))).rejects.toMatchObject({
      code: 'SHAPER_UNAVAILABLE',
      message: expect.stringContaining('shaper:1 has no tc, perl'),
    });
  });

  it('leaves nothing when it is called off in between', async () => {
    const docker = create(works);
    const abort = new AbortController();
    docker.failure = (call) => {
      if (!call.startsWith('execute')) return null;
      abort.abort(new Error('enough'));
      return dockerFailure('other');
    };
    await expect(probe(docker, abort.signal)).rejects.toThrow('enough');
    expect(docker.containers.size).toBe(0);
  });
});
