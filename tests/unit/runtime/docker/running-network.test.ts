import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../../controller/src/lib/system-clock.ts';
import { createHarness, runId } from '../../../fixtures/docker-network.ts';
import { dockerFailure, type FakeDocker } from '../../../fixtures/fake-docker.ts';

describe('stop', () => {
  it('removes everything once, and is the same when asked again', async () => {
    const { docker, removed, start } = createHarness();
    const network = await start();
    await Promise.all([network.stop({ graceMs: 0 }), network.stop({ graceMs: 0 })]);
    await network.stop({ graceMs: 0 });
    expect(docker.containers.size + docker.networks.size).toBe(0);
    expect(docker.calls.filter((call) => call.startsWith('remove'))).toHaveLength(6);
    expect(removed).toHaveLength(6);
  });

  it('asks nodes to end first when it is given time', async () => {
    const { docker, start } = createHarness();
    const network = await start();
    await network.stop({ graceMs: 1_000 });
    expect(docker.calls.filter((call) => call.startsWith('stop'))).toHaveLength(4);
    expect(docker.containers.size).toBe(0);
  });

  it('tells of a node that had to be killed, and not of one that was only slow', async () => {
    const { docker, start } = createHarness();
    const network = await start();
    const { stopContainer } = docker;
    docker.stopContainer = async (id, graceSeconds, options) => {
      await stopContainer(id, graceSeconds, options);
      if (!/node[12]$/.test(id)) return;
      await systemClock.sleep(graceSeconds * 1_000, { signal: AbortSignal.timeout(5_000) });
      const found = docker.containers.get(id);
      if (found !== undefined && id.endsWith('node2')) found.exitCode = 137;
    };
    const killed: number[] = [];
    await network.stop({ graceMs: 500, onKilled: (nodeIndex) => killed.push(nodeIndex) });
    expect(killed).toEqual([2]);
    expect(docker.containers.size).toBe(0);
  });

  it('holds all nodes still before the first of them ends', async () => {
    const { docker, start } = createHarness();
    const network = await start();
    docker.calls.length = 0;
    await network.stop({ graceMs: 0 });
    const ends = docker.calls.findIndex((call) => call.endsWith('SIGKILL'));
    expect(docker.calls.findLastIndex((call) => call.endsWith('SIGSTOP'))).toBeLessThan(ends);
    expect(docker.calls.filter((call) => call.endsWith('SIGSTOP'))).toHaveLength(4);
  });

  it('wakes each node when it is its turn to end', async () => {
    const { docker, start } = createHarness();
    const network = await start();
    docker.calls.length = 0;
    await network.stop({ graceMs: 1_000 });
    const turns = docker.calls.filter((call) => /^stop|SIGCONT$/.test(call));
    expect(turns.map((call) => call.split(' ')[0])).toEqual(
      Array(4).fill(['signal', 'stop']).flat(),
    );
  });

  describe('of nodes that have closed their links', () => {
    const kinds = (docker: FakeDocker): string[] =>
      docker.calls
        .filter((call) => /node\d/.test(call))
        .map((call) => call.replace(/\S*-node\d+/, 'node').replace(/\S*-(data|control)$/, '$1'));

    it.each([
      [0, []],
      [1_000, ['stop node']],
    ])('takes each off its networks before it ends, grace %d ms', async (graceMs, asked) => {
      const { docker, start } = createHarness();
      const network = await start();
      docker.calls.length = 0;
      await network.stop({ graceMs, closeLinks: async () => true });
      const steps = ['disconnect node data', 'disconnect node control', ...asked, 'remove node'];
      expect(kinds(docker).sort()).toEqual(steps.flatMap((step) => Array(4).fill(step)).sort());
      for (const { name } of network.nodes) {
        const mine = docker.calls.filter((call) => call.split(' ')[1] === name);
        expect(mine.map((call) => call.split(' ')[0])).toEqual(
          steps.map((step) => step.split(' ')[0]),
        );
      }
      expect(docker.containers.size + docker.networks.size).toBe(0);
    });

    it('takes one at a time off each network, off both at once', async () => {
      const { docker, start } = createHarness();
      const network = await start();
      const underWay: string[] = [];
      const seen = new Set<string>();
      docker.disconnectNetwork = async (name) => {
        underWay.push(name.replace(/.*-/, ''));
        seen.add([...underWay].sort().join(' '));
        await systemClock.sleep(2, { signal: AbortSignal.timeout(1_000) });
        underWay.splice(underWay.indexOf(name.replace(/.*-/, '')), 1);
      };
      await network.stop({ graceMs: 0, closeLinks: async () => true });
      expect([...seen].sort()).toEqual(['control', 'control data', 'data']);
    });

    it.each([
      ['not all have', '20.10.24', false, 1],
      ['the daemon counts', '29.0.0', true, 0],
    ])('leaves them on if %s', async (_, engineVersion, haveLeft, asked) => {
      const { docker, start } = createHarness('1.41', engineVersion);
      const network = await start();
      let askedCount = 0;
      const closeLinks = async (): Promise<boolean> => {
        askedCount += 1;
        return haveLeft;
      };
      await network.stop({ graceMs: 1_000, closeLinks });
      expect(askedCount).toBe(asked);
      expect(docker.calls.filter((call) => call.startsWith('disconnect'))).toEqual([]);
      expect(docker.calls.filter((call) => call.startsWith('stop'))).toHaveLength(4);
      expect(docker.containers.size).toBe(0);
    });

    it.each([
      ['fails', async () => Promise.reject(new Error('no answer'))],
      ['is cut short', ({ signal }: { readonly signal: AbortSignal }) => onAbort(signal)],
    ])('kills and removes them if the asking %s', async (_, closeLinks) => {
      const { docker, start } = createHarness();
      const network = await start();
      const hurry = new AbortController();
      const stopped = network.stop({ graceMs: 1_000, closeLinks, hurry: hurry.signal });
      hurry.abort(new Error('second Ctrl-C'));
      await stopped;
      expect(docker.calls.filter((call) => /^(stop|disconnect)/.test(call))).toEqual([]);
      expect(docker.calls.filter((call) => call.endsWith('SIGKILL'))).toHaveLength(4);
      expect(docker.containers.size + docker.networks.size).toBe(0);
    });

    it('ends one by one what it could not take off', async () => {
      const { docker, start } = createHarness();
      const network = await start();
      const stuck = network.nodes[1]?.name ?? '';
      docker.failure = (call) =>
        call.startsWith(`disconnect ${stuck}`) ? dockerFailure('other') : null;
      await network.stop({ graceMs: 0, closeLinks: async () => true });
      expect(docker.calls).toContain(`signal ${stuck} SIGKILL`);
      expect(docker.containers.size + docker.networks.size).toBe(0);
    });
  });

  it('tries again while an endpoint lingers', async () => {
    const { docker, start } = createHarness();
    const network = await start();
    let refusals = 0;
    docker.failure = (call) =>
      call.startsWith('remove') && call.endsWith('-data') && refusals++ < 3
        ? dockerFailure('busy')
        : null;
    await network.stop({ graceMs: 0 });
    expect(docker.networks.size).toBe(0);
  });

  it('leaves objects alone that do not carry its label', async () => {
    const { docker, start } = createHarness();
    const network = await start();
    const foreign = { state: 'running', exitCode: 0, oomKilled: false } as const;
    docker.containers.set('mine', { name: 'mine', labels: { app: 'shop' }, ...foreign });
    const other = { 'testbed.run': runId, 'testbed.network': 'another' };
    docker.containers.set('theirs', { name: 'theirs', labels: other, ...foreign });
    await network.stop({ graceMs: 0 });
    expect([...docker.containers.keys()]).toEqual(['mine', 'theirs']);
  });

  it('can be tried again after it failed', async () => {
    const { docker, start } = createHarness();
    const network = await start();
    docker.failure = (call) => (call.startsWith('remove') ? dockerFailure('permission') : null);
    await expect(network.stop({ graceMs: 0 })).rejects.toMatchObject({
      hint: expect.stringContaining('testbed clean'),
    });
    docker.failure = () => null;
    await network.stop({ graceMs: 0 });
    expect(docker.containers.size).toBe(0);
  });
});

/** What a patient asker does: it says no when the signal fires. */
function onAbort(signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(false), { once: true });
    if (signal.aborted) resolve(false);
  });
}
