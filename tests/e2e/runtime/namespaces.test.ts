import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import type Docker from 'dockerode';
import { systemClock as clock } from '../../../controller/src/lib/system-clock.ts';
import { createRunId, parseRunId, type RunId } from '../../../controller/src/model/ids.ts';
import { SHAPER_IMAGE } from '../../../controller/src/runtime/docker/shaper-container.ts';
import type {
  Disturbance,
  NamespaceResult,
  NodeNamespaces,
  RunningNetwork,
} from '../../../controller/src/runtime/runtime.ts';
import { dockerRuntime, never, objectsOf, openDaemon, startNodes } from './docker-harness.ts';

/** A loaded host is slow; what is tested is what happens, not how fast. */
jest.setTimeout(120_000);

const runtime = dockerRuntime();
let docker: Docker;
let closeDocker: () => void;
const stopAtEnd: RunningNetwork[] = [];

beforeAll(async () => {
  ({ docker, close: closeDocker } = await openDaemon());
});
afterAll(async () => {
  await runtime.close();
  closeDocker();
});

interface Shaped {
  readonly network: RunningNetwork;
  readonly namespaces: NodeNamespaces;
}

async function startShaped(nodeCount: number): Promise<Shaped> {
  const offsets = Array.from({ length: nodeCount }, (_, index) => 64 + 16 * (index % 4) + index);
  const resources = { cpus: null };
  const settings = { nodeCount, offsets, dataPrefix: 24, resources, shaped: true };
  const network = await startNodes(runtime, settings);
  stopAtEnd.push(network);
  const { namespaces } = network;
  if (namespaces === null) throw new Error('A shaped network has namespaces');
  return { network, namespaces };
}

async function stopAll(): Promise<void> {
  await Promise.all(stopAtEnd.splice(0).map((network) => network.stop({ graceMs: 0 })));
}

const limits = { signal: never, timeoutMs: 20_000 };
const helperOf = ({ nodes }: RunningNetwork): string =>
  nodes[0]?.name.replace(/node0$/, 'shaper') ?? '';
const runOf = ({ nodes }: RunningNetwork): RunId => {
  const runId = parseRunId(nodes[0]?.name.slice('testbed-'.length, -'-r0-node0'.length) ?? '');
  if (runId === undefined) throw new Error(`${nodes[0]?.name} names no run`);
  return runId;
};

describe('scripts in the namespaces of nodes', () => {
  const COUNT = 16;
  let network: RunningNetwork;
  let namespaces: NodeNamespaces;
  beforeAll(async () => {
    ({ network, namespaces } = await startShaped(COUNT));
  });
  afterAll(stopAll);

  const everywhere = (script: string): Promise<NamespaceResult[]> =>
    namespaces.run(
      network.nodes.map(({ nodeIndex }) => ({ nodeIndex, script })),
      limits,
    );
  const at = async (nodeIndex: number, script: string): Promise<NamespaceResult> => {
    const [result] = await namespaces.run([{ nodeIndex, script }], limits);
    if (result === undefined) throw new Error('One script has one result');
    return result;
  };

  it('run side by side in one call, each where its data device is', async () => {
    const startedMs = performance.now();
    const results = await everywhere('ip -o -4 addr show dev "$DEV"; tc qdisc show dev "$DEV"');
    const tookMs = performance.now() - startedMs;
    process.stdout.write(`one script in each of ${COUNT} namespaces: ${tookMs.toFixed(0)} ms\n`);
    expect(results.map(({ nodeIndex }) => nodeIndex)).toEqual([...network.nodes.keys()]);
    for (const { nodeIndex, stdout, stderr, exitCode } of results) {
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(stdout).toContain(` inet ${network.dataAddresses[nodeIndex]}/24 `);
      expect(stdout.match(/ inet /g)).toHaveLength(1);
    }
  });

  it('shape a node from both ends, and nothing else', async () => {
    const set =
      'tc qdisc add dev "$DEV" root handle 7e57: htb default 0 &&' +
      'onhost tc qdisc add dev "$PEER" root handle 7e58: htb default 0 && echo "$PEER"';
    const { exitCode, stdout: peer, stderr } = await at(3, set);
    expect([exitCode, stderr]).toEqual([0, '']);
    const shown = await everywhere(
      'tc qdisc show dev "$DEV"; echo ends; onhost tc qdisc show dev "$PEER"; echo "$PEER"',
    );
    for (const { nodeIndex, stdout } of shown) {
      const [inside, outside] = stdout.split('ends\n');
      expect(inside?.includes('qdisc htb 7e57: root')).toBe(nodeIndex === 3);
      expect(outside?.includes('qdisc htb 7e58: root')).toBe(nodeIndex === 3);
    }
    // Each node has an end of its own on the host, in the bridge of the data network.
    const peers = shown.map(({ stdout }) => stdout.trim().split('\n').at(-1));
    expect(peers[3]).toBe(peer.trim());
    expect(new Set(peers).size).toBe(COUNT);
    const masters = await everywhere('onhost ip -o link show "$PEER" | grep -o "master [^ ]*"');
    expect(new Set(masters.map(({ stdout }) => stdout)).size).toBe(1);
    const cleared = await at(
      3,
      'tc qdisc del dev "$DEV" root; onhost tc qdisc del dev "$PEER" root',
    );
    expect(cleared.exitCode).toBe(0);
  });

  it('wait for each other where they have to', async () => {
    const results = await namespaces.run(
      network.nodes.map(({ nodeIndex }) => ({
        nodeIndex,
        script: `sleep 0.${nodeIndex % 4}; together; date +%s%N`,
      })),
      limits,
    );
    const passedMs = results.map(({ stdout }) => Number(stdout) / 1e6);
    const firstMs = Math.min(...passedMs);
    // The last of them slept for 300 ms before it came there.
    for (const { startedUnixMs } of results) expect(firstMs).toBeGreaterThan(startedUnixMs);
    expect(firstMs).toBeGreaterThan(Math.min(...results.map((one) => one.startedUnixMs)) + 300);
    expect(Math.max(...passedMs) - firstMs).toBeLessThan(250);
  });

  it('do not wait for one that has failed before it came there', async () => {
    const results = await namespaces.run(
      [0, 1, 2].map((nodeIndex) => ({
        nodeIndex,
        script: nodeIndex === 1 ? 'exit 3' : 'together; echo on',
      })),
      limits,
    );
    expect(results.map(({ exitCode, stdout }) => `${exitCode} ${stdout.trim()}`)).toEqual([
      '0 on',
      '3 ',
      '0 on',
    ]);
  });

  it('reach other nodes over the data network', async () => {
    const to = network.dataAddresses[5];
    const { stdout, exitCode } = await at(2, `ping -n -c 3 -i 0.05 ${to}`);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('3 received');
  });

  it('give back what they print and how they end, whatever it is', async () => {
    const scripts = [
      'printf "\\000\\001\\n@ end 5\\n@ 1 done 0 1 1 0 0\\n"',
      '',
      'echo out; echo err >&2; exit 7',
      'perl -e \'print "x" x 1_000_000; print STDERR "y" x 1_000_000\'',
      'kill -9 $$',
      'if then',
      'cat; perl -MTime::HiRes=time -e "print time > 1"',
      `echo ${'long '.repeat(40_000)}| wc -c`,
    ];
    const work = scripts.map((script, nodeIndex) => ({ nodeIndex, script }));
    const results = await namespaces.run(work, limits);
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 7, 0, 137, 2, 0, 0]);
    expect(results[0]?.stdout).toBe('\0\u0001\n@ end 5\n@ 1 done 0 1 1 0 0\n');
    expect([results[1]?.stdout, results[1]?.stderr]).toEqual(['', '']);
    expect([results[2]?.stdout, results[2]?.stderr]).toEqual(['out\n', 'err\n']);
    expect(results[3]?.stdout).toBe('x'.repeat(1_000_000));
    expect(results[3]?.stderr).toBe('y'.repeat(1_000_000));
    expect(results[5]?.stderr).toContain('yntax error');
    expect(results[6]?.stdout).toBe('1');
    expect(results[7]?.stdout.trim()).toBe('200000');
  });

  it('tell when they began and ended, by the clock of the host', async () => {
    const before = Date.now();
    const { startedUnixMs, endedUnixMs } = await at(0, 'sleep 0.3');
    expect(startedUnixMs).toBeGreaterThanOrEqual(before - 1);
    expect(endedUnixMs - startedUnixMs).toBeGreaterThanOrEqual(299);
    expect(endedUnixMs).toBeLessThanOrEqual(Date.now() + 1);
  });

  it('end with everything that they left running', async () => {
    const { stdout } = await at(1, 'sleep 987.6 & echo $!');
    const { stdout: left } = await at(1, `cat /proc/${stdout.trim()}/cmdline 2>/dev/null`);
    expect(left).not.toContain('987.6');
  });

  it('that hang are ended, and told with their last words', async () => {
    const work = [
      { nodeIndex: 0, script: 'echo quick' },
      { nodeIndex: 1, script: 'echo begun; sleep 654.3' },
    ];
    const startedMs = performance.now();
    await expect(namespaces.run(work, { ...limits, timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'SHAPING_FAILED',
      message: expect.stringMatching(/1 of 2 scripts .*after 1 s.*node1, .*begun/),
    });
    expect(performance.now() - startedMs).toBeLessThan(8_000);
    const { stdout } = await at(0, 'grep -l "654[.]3" /proc/[0-9]*/cmdline 2>/dev/null');
    expect(stdout).toBe('');
  });

  it('that print without end are ended', async () => {
    const work = [{ nodeIndex: 1, script: 'while :; do echo again and again; done' }];
    await expect(namespaces.run(work, limits)).rejects.toMatchObject({
      code: 'SHAPING_FAILED',
      message: expect.stringContaining('printed more'),
    });
  });

  it('are given up when the signal fires', async () => {
    const signal = AbortSignal.timeout(300);
    const work = [{ nodeIndex: 0, script: 'sleep 3' }];
    const error = await namespaces.run(work, { signal, timeoutMs: 5_000 }).catch((e) => e);
    expect(signal.aborted).toBe(true);
    expect(error).toBe(signal.reason);
  });

  it('cannot run when somebody ended the helper, and that is said', async () => {
    await docker.getContainer(helperOf(network)).kill();
    await expect(at(0, 'true')).rejects.toMatchObject({
      code: 'SHAPING_FAILED',
      message: expect.stringContaining('not running'),
    });
    await network.stop({ graceMs: 0 });
    expect(await objectsOf(docker, runOf(network))).toEqual([]);
  });
});

describe('disturbances', () => {
  afterEach(stopAll);

  async function listen(shaped: Shaped): Promise<{
    next(count: number, withinMs: number): Promise<readonly string[]>;
  }> {
    const told: Disturbance[] = [];
    shaped.network.onDisturbance?.((event) => told.push(event));
    return {
      next: async (count, withinMs) => {
        const signal = AbortSignal.timeout(withinMs);
        while (told.length < count) await clock.sleep(10, { signal });
        return told.splice(0, count).map(({ nodeIndex, kind }) => `${nodeIndex} ${kind}`);
      },
    };
  }

  it('are told within 2 s of a restart, a disconnection and a connection', async () => {
    const shaped = await startShaped(3);
    const { network, namespaces } = shaped;
    const { next } = await listen(shaped);
    const [first = '', second = ''] = network.nodes.map(({ name }) => name);
    const dataNetwork = docker.getNetwork(first.replace(/node0$/, 'data'));
    const mark =
      'tc qdisc add dev "$DEV" root handle 7e57: htb default 0; tc qdisc show dev "$DEV"';
    const work = [0, 1, 2].map((nodeIndex) => ({ nodeIndex, script: mark }));
    await namespaces.run(work, limits);

    await docker.getContainer(first).restart({ t: 0 });
    expect(await next(1, 2_000)).toEqual(['0 restarted']);
    // A new namespace with the old address, entered without anybody saying where it is.
    const look = { nodeIndex: 0, script: 'ip -4 addr show dev "$DEV"; tc qdisc show dev "$DEV"' };
    const [result] = await namespaces.run([look], limits);
    expect(result?.stdout).toContain(`inet ${network.dataAddresses[0]}/`);
    expect(result?.stdout).not.toContain('7e57:');

    await dataNetwork.disconnect({ Container: second });
    expect(await next(1, 2_000)).toEqual(['1 disconnected']);
    const [lost] = await namespaces.run([{ nodeIndex: 1, script: 'echo no' }], limits);
    expect(lost).toMatchObject({ exitCode: 69, stdout: '' });
    expect(lost?.stderr).toContain(`No device here has the data address`);
    const endpoint = { IPAMConfig: { IPv4Address: network.dataAddresses[1] ?? '' } };
    await dataNetwork.connect({ Container: second, EndpointConfig: endpoint });
    expect(await next(1, 2_000)).toEqual(['1 reconnected']);
    const [back] = await namespaces.run([{ nodeIndex: 1, script: 'echo "$PEER"' }], limits);
    expect(back?.stdout).toMatch(/^veth/);

    // Neither a pause nor a death is a disturbance, and the control network is not our matter.
    const container = docker.getContainer(network.nodes[2]?.name ?? '');
    await container.pause();
    await container.unpause();
    await container.kill();
    await clock.sleep(500, { signal: never });
    await docker.getContainer(first).restart({ t: 0 });
    expect(await next(1, 2_000)).toEqual(['0 restarted']);
    const [dead] = await namespaces.run([{ nodeIndex: 2, script: 'echo no' }], limits);
    expect(dead).toMatchObject({ exitCode: 69, stderr: expect.stringContaining('no running') });
  });
});

describe('the helper', () => {
  afterEach(stopAll);

  it('has only the rights it takes, and nothing to write to but memory', async () => {
    const { network } = await startShaped(1);
    const { HostConfig: host, Config } = await docker.getContainer(helperOf(network)).inspect();
    expect(host.Privileged).toBe(false);
    expect(host.CapAdd?.map((name: string) => name.replace(/^CAP_/, '')).sort()).toEqual([
      ...['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN', 'SYS_PTRACE'],
    ]);
    expect(host.ReadonlyRootfs).toBe(true);
    expect(Config.Labels).toMatchObject({ 'testbed.run': runOf(network) });
  });

  it('is missing with the command that builds its image', async () => {
    const image = 'prsm-testbed-no-such-shaper:1';
    const environment = { ...process.env, TESTBED_SHAPER_IMAGE: image };
    const other = dockerRuntime({ environment });
    const runId = createRunId(new Date(), Math.random());
    const missing = {
      code: 'IMAGE_MISSING',
      message: expect.stringContaining(image),
      hint: expect.stringContaining('build-shaper-image'),
    };
    await expect(startNodes(other, { runId, shaped: true })).rejects.toMatchObject(missing);
    await expect(other.probeNetem({ signal: never })).rejects.toMatchObject(missing);
    expect(await objectsOf(docker, runId)).toEqual([]);
    await other.close();
  });
});

describe('probeNetem', () => {
  let mine: string[];
  beforeEach(async () => {
    mine = await probes();
  });

  async function probes(): Promise<string[]> {
    const filters = { name: ['-probe'], label: ['testbed.run'] };
    const found = await docker.listContainers({ all: true, filters });
    return found.map(({ Id }) => Id);
  }

  it('answers what the kernel answers, and leaves nothing', async () => {
    const support = await runtime.probeNetem({ signal: never });
    const witness = await docker.createContainer({
      Image: SHAPER_IMAGE,
      Cmd: ['tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'],
      HostConfig: { NetworkMode: 'none', CapAdd: ['NET_ADMIN'] },
    });
    try {
      await witness.start();
      const { StatusCode: code } = await witness.wait();
      expect(support.kind).toBe(code === 0 ? 'works' : 'missing');
    } finally {
      await witness.remove({ force: true });
    }
    if (support.kind === 'missing') {
      expect(support.missing).toEqual(['the kernel module sch_netem']);
    }
    expect(await probes()).toEqual(mine);
  });

  it('leaves nothing when it is called off', async () => {
    for (const afterMs of [20, 150, 300]) {
      const signal = AbortSignal.timeout(afterMs);
      await runtime.probeNetem({ signal }).catch((error) => expect(error).toBe(signal.reason));
      expect(await probes()).toEqual(mine);
    }
  });

  it('says which programs the image of the helper lacks', async () => {
    const environment = { ...process.env, TESTBED_SHAPER_IMAGE: 'prsm-testbed-node:latest' };
    const other = dockerRuntime({ environment });
    await expect(other.probeNetem({ signal: never })).rejects.toMatchObject({
      code: 'SHAPER_UNAVAILABLE',
      message: expect.stringMatching(/has no perl, .*tc of iproute2/),
    });
    await other.close();
    expect(await probes()).toEqual(mine);
  });
});
