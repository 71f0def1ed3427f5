import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../../controller/src/lib/system-clock.ts';
import { createHarness, request, runId } from '../../../fixtures/docker-network.ts';
import { dockerFailure, type FakeDocker } from '../../../fixtures/fake-docker.ts';

/** Somebody who removes unused networks just before the first container, as often as given. */
function pruneBefore(docker: FakeDocker, times: number): FakeDocker['failure'] {
  let left = times;
  return (call) => {
    if (!/^create testbed-.*-node/.test(call)) return null;
    if (docker.containers.size === 0 && left-- > 0) docker.networks.clear();
    const isThere = docker.networks.size > 0;
    return isThere ? null : dockerFailure('gone', `network ${request.networkName}-data not found`);
  };
}

describe('startNetwork', () => {
  it('announces all objects, starts all nodes and knows where each is', async () => {
    const { docker, intended, start } = createHarness();
    const network = await start();
    expect(intended).toHaveLength(6);
    expect(new Set(intended.map(({ name }) => name))).toEqual(
      new Set([...docker.containers.keys(), ...docker.networks.keys()]),
    );
    expect(network.nodes.map(({ nodeIndex }) => nodeIndex)).toEqual([0, 1, 2, 3]);
    expect(new Set(network.clients.map(({ address }) => address)).size).toBe(4);
    expect(network.nodes[0]?.pid).toBe(7);
    expect(network.warnings).toEqual([]);
  });

  it('gives each node the data address that the plan has for it', async () => {
    const { docker, start } = createHarness();
    const network = await start();
    const { subnet = '' } = [...docker.networks.values()][0] ?? {};
    expect(subnet).toMatch(/\/25$/);
    const [base = '', last = ''] = subnet.replace('/25', '').split(/\.(?=\d+$)/);
    const addresses = [10, 64, 65, 96].map((offset) => `${base}.${Number(last) + offset}`);
    expect(network.dataAddresses).toEqual(addresses);
    expect(network.namespaces).toBeNull();
  });

  it.each([
    [{ 'com.docker.network.driver.mtu': '1400' }, 1400],
    [{}, null],
  ])('takes the packet size that the host has for its bridges: %j', async (options, mtu) => {
    const { docker, start } = createHarness();
    docker.networkOptions = options;
    docker.networks.set('bridge', {
      name: 'bridge',
      subnet: '172.17.0.0/16',
      gateway: '172.17.0.1',
      internal: false,
      mtu: null,
      labels: {},
    });
    await start();
    const ours = [...docker.networks.values()].filter(({ name }) => name !== 'bridge');
    expect(ours.map((spec) => spec.mtu)).toEqual([mtu, mtu]);
  });

  it('labels everything with run, repetition, network and owner', async () => {
    const { docker, start } = createHarness();
    await start();
    for (const { labels } of [...docker.containers.values(), ...docker.networks.values()]) {
      expect(labels['testbed.run']).toBe(runId);
      expect(labels['testbed.repetition']).toBe(request.repetitionId);
      expect(labels['testbed.network']).toBe(request.networkName);
      expect(labels['testbed.owner']).toContain(String(process.pid));
    }
  });

  it('connects the second network by itself only where one call cannot do both', async () => {
    const old = createHarness('1.43');
    await old.start();
    expect(old.docker.calls.filter((call) => call.startsWith('connect'))).toHaveLength(4);
    const current = createHarness('1.44');
    await current.start();
    expect(current.docker.calls.filter((call) => call.startsWith('connect'))).toEqual([]);
  });

  it('tries another subnet when somebody was faster', async () => {
    const { docker, start } = createHarness();
    let refusals = 0;
    docker.failure = (call) =>
      call.includes('-data on') && refusals++ < 3 ? dockerFailure('overlap') : null;
    await start();
    const tried = docker.calls.filter((call) => call.includes('-data on'));
    expect(new Set(tried).size).toBe(4);
  });

  it('gives up on subnets in the end, and leaves nothing', async () => {
    const { docker, removed, start } = createHarness();
    docker.failure = (call) => (call.includes('-control on') ? dockerFailure('overlap') : null);
    await expect(start()).rejects.toMatchObject({ code: 'SUBNET_UNAVAILABLE' });
    expect(docker.networks.size).toBe(0);
    expect(removed).toHaveLength(6);
  });

  it.each(['create', 'connect', 'start', 'inspect'])(
    'leaves nothing when a node fails to %s',
    async (step) => {
      const { docker, removed, start } = createHarness();
      docker.failure = (call) =>
        call.startsWith(step) && call.includes('node2') ? dockerFailure('other') : null;
      await expect(start()).rejects.toMatchObject({ code: 'NODE_START_FAILED' });
      expect(docker.containers.size + docker.networks.size).toBe(0);
      expect(removed).toHaveLength(6);
    },
  );

  it('names the image when it has gone meanwhile', async () => {
    const { docker, start } = createHarness();
    docker.failure = (call) =>
      call.startsWith('create testbed') && call.includes('node')
        ? dockerFailure('gone', 'No such image: sha256:1')
        : null;
    await expect(start()).rejects.toMatchObject({ code: 'IMAGE_MISSING' });
  });

  it('leaves nothing when the signal fires between two nodes', async () => {
    const { docker, removed, start } = createHarness();
    const abort = new AbortController();
    docker.failure = (call) => {
      if (call.startsWith('start')) abort.abort(new Error('enough'));
      return null;
    };
    await expect(start({ signal: abort.signal })).rejects.toThrow('enough');
    expect(docker.containers.size + docker.networks.size).toBe(0);
    expect(removed).toHaveLength(6);
  });

  it('tells of both failures when what was created cannot be removed', async () => {
    const { docker, removed, start } = createHarness();
    docker.failure = (call) => {
      if (call.startsWith('start')) return dockerFailure('other', 'no start');
      return call.startsWith('remove') ? dockerFailure('permission', 'no removal') : null;
    };
    await expect(start()).rejects.toThrow(/no start.*no removal/);
    expect(removed).toEqual([]);
  });

  it('makes its networks again when somebody else removed them before a node hung on them', async () => {
    const { docker, removed, intended, startedAgain, start } = createHarness('1.44');
    docker.failure = pruneBefore(docker, 1);
    const network = await start();
    expect(network.nodes).toHaveLength(4);
    expect(docker.networks.size).toBe(2);
    expect(startedAgain).toEqual([
      expect.stringMatching(/somebody else removed .*-data and .*-control while its nodes/),
    ]);
    expect(intended).toHaveLength(12);
    expect(removed).toHaveLength(6);
    expect(network.warnings).toEqual([]);
  });

  it('makes them again once, and says then who is at fault and what to do', async () => {
    const { docker, removed, startedAgain, start } = createHarness('1.44');
    docker.failure = pruneBefore(docker, 9);
    await expect(start()).rejects.toMatchObject({
      code: 'NODE_START_FAILED',
      message: expect.stringMatching(/somebody else removed .*-data.*also after/),
      hint: expect.stringContaining('docker network prune'),
    });
    expect(startedAgain).toHaveLength(1);
    expect(removed).toHaveLength(12);
    expect(docker.containers.size + docker.networks.size).toBe(0);
  });

  it.each(['create', 'start', 'list networks', 'inspect'])(
    'outlasts a daemon that is away for a moment when it is to %s',
    async (step) => {
      const { docker, startedAgain, start } = createHarness();
      let refusals = 0;
      let isOver = false;
      docker.failure = (call) => {
        if (refusals === 0 && (isOver || !call.startsWith(step))) return null;
        refusals += 1;
        if (refusals === 3) isOver = true;
        if (isOver) refusals = 0;
        return dockerFailure('unreachable', 'No Docker daemon answers');
      };
      const network = await start();
      expect(network.nodes).toHaveLength(4);
      expect(startedAgain).toEqual([expect.stringContaining('daemon went away')]);
      expect(docker.containers.size).toBe(4);
    },
  );

  it('publishes control ports for a daemon that is elsewhere', async () => {
    const { docker, start } = createHarness();
    const network = await start({ reach: { kind: 'published', host: 'far' } });
    expect(network.clients[0]?.address).toBe('http://far:32768');
    expect(network.nodes[0]?.pid).toBeNull();
    const internal = [...docker.networks.values()].map((spec) => spec.internal);
    expect(internal).toEqual([true, false]);
  });

  it.each(['by us', 'by somebody else'])(
    'finds a node that was started again %s at its new port',
    async (who) => {
      const { docker, start } = createHarness();
      const network = await start({ reach: { kind: 'published', host: 'far' } });
      const { signal } = new AbortController();
      const container = docker.containers.get(network.nodes[1]?.name ?? '');
      if (container === undefined) throw new Error('it was started');
      const address = (node: number) => network.clients[node]?.address;
      expect(address(1)).toBe('http://far:32768');
      container.publishedPort = 32_801;
      if (who === 'by us') await network.processes.restart(1, { signal });
      else await network.exits({ signal });
      expect([address(0), address(1)]).toEqual(['http://far:32768', 'http://far:32801']);
      await network.stop({ graceMs: 0 });
    },
  );

  it('joins the control network when it is a container itself, and leaves it in the end', async () => {
    const { docker, start } = createHarness();
    const network = await start({ reach: { kind: 'joined', ownContainer: 'me' } });
    await network.stop({ graceMs: 0 });
    const mine = docker.calls.filter((call) => call.includes(' me '));
    expect(mine.map((call) => call.split(' ')[0])).toEqual(['connect', 'disconnect']);
  });
});

describe('a network that is shaped', () => {
  const helper = `testbed-${request.networkName}-shaper`;

  it('gets one helper, which is announced before and removed after like a node', async () => {
    const { docker, intended, removed, start } = createHarness();
    const network = await start({ shaped: true });
    expect(intended.map(({ name }) => name)).toContain(helper);
    expect(docker.containers.get(helper)).toMatchObject({
      state: 'running',
      labels: { 'testbed.run': runId, 'testbed.network': request.networkName },
    });
    expect(docker.containers.get(helper)?.labels).not.toHaveProperty('testbed.node');
    expect(network.nodes).toHaveLength(4);
    expect(network.namespaces).not.toBeNull();
    await network.stop({ graceMs: 0 });
    expect(docker.containers.size + docker.networks.size).toBe(0);
    expect(removed).toEqual(intended);
  });

  it('is not begun without the image of the helper', async () => {
    const { docker, intended, start } = createHarness();
    docker.failure = (call) =>
      call === 'inspect image prsm-testbed-shaper:latest' ? dockerFailure('gone') : null;
    await expect(start({ shaped: true })).rejects.toMatchObject({
      code: 'IMAGE_MISSING',
      hint: expect.stringContaining('build-shaper-image'),
    });
    expect(intended).toEqual([]);
    expect(docker.networks.size).toBe(0);
  });

  it('leaves nothing when the helper does not start', async () => {
    const { docker, removed, start } = createHarness();
    docker.failure = (call) =>
      call === `start ${helper}` ? dockerFailure('other', 'no helper') : null;
    await expect(start({ shaped: true })).rejects.toMatchObject({
      code: 'SHAPER_UNAVAILABLE',
      message: expect.stringContaining('no helper'),
    });
    expect(docker.containers.size + docker.networks.size).toBe(0);
    expect(removed).toHaveLength(7);
  });
});

describe('exits', () => {
  it('inspects only the dead, and each once', async () => {
    const { docker, start } = createHarness();
    const network = await start();
    const dead = [...docker.containers.values()][2];
    if (dead !== undefined) Object.assign(dead, { state: 'exited', exitCode: 3 });
    docker.calls.length = 0;
    const signal = new AbortController().signal;
    const expected = { code: 3, oomKilled: false };
    const exits = await network.exits({ signal });
    expect(exits.filter((exit) => exit !== null)).toEqual([expected]);
    await network.exits({ signal });
    expect(docker.calls.filter((call) => call.startsWith('inspect'))).toHaveLength(1);
  });

  it('waits for the notice of the kernel before a kill is just a kill', async () => {
    const { docker, start } = createHarness();
    const network = await start();
    const name = network.nodes[0]?.name ?? '';
    const node = docker.containers.get(name);
    Object.assign(node ?? {}, { state: 'exited', exitCode: 137 });
    const signal = new AbortController().signal;
    expect((await network.exits({ signal }))[0]).toEqual({ code: 137, oomKilled: false });
    Object.assign(node ?? {}, { oomKilled: true });
    expect((await network.exits({ signal }))[0]).toEqual({ code: 137, oomKilled: true });
  });

  it('takes a node that somebody removed for dead', async () => {
    const { docker, start } = createHarness();
    const network = await start();
    docker.containers.delete(network.nodes[1]?.name ?? '');
    const exits = await network.exits({ signal: new AbortController().signal });
    expect(exits).toEqual([null, { code: null, oomKilled: false }, null, null]);
  });
});

describe('onDisturbance', () => {
  it.each([true, false])(
    'tells of a restart, shaped: %s, from the first listener to the stop',
    async (shaped) => {
      const { docker, start } = createHarness();
      const network = await start({ shaped, reach: { kind: 'published', host: 'far' } });
      const watching = (): number => docker.calls.filter((call) => call === 'watch events').length;
      expect(watching()).toBe(0);
      const told = new Promise((resolve) => network.onDisturbance?.(resolve));
      const name = network.nodes[2]?.name ?? '';
      Object.assign(docker.containers.get(name) ?? {}, {
        startedAt: '2026-01-02T04:00:00Z',
        publishedPort: 32_801,
      });
      docker.emit({ action: 'start', containerId: name, at: new Date() });
      expect(await told).toMatchObject({ nodeIndex: 2, kind: 'restarted' });
      // Whoever is told wants to talk to it.
      expect(network.clients[2]?.address).toBe('http://far:32801');
      expect(watching()).toBe(1);
      await network.stop({ graceMs: 0 });
      docker.breakEvents();
      await systemClock.sleep(150, { signal: AbortSignal.timeout(1_000) });
      expect(watching()).toBe(1);
    },
  );
});
