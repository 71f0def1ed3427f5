import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type {
  NamespaceResult,
  NamespaceScript,
  NodeNamespaces,
} from '../../../../controller/src/runtime/runtime.ts';
import { createNetemShaper } from '../../../../controller/src/shape/netem/netem-shaper.ts';
import type { Shaper } from '../../../../controller/src/shape/shaper.ts';
import { delayed, networkOf as planNetworkOf, withStates } from '../../plan/netem/networks.ts';
import { labAddresses, labNetwork, labPartition, readFixture } from './laboratory.ts';

type Answer = Partial<Omit<NamespaceResult, 'nodeIndex'>>;

/** Nodes whose kernels answer as told, and everything they were asked to run. */
class FakeNamespaces implements NodeNamespaces {
  readonly calls: (readonly NamespaceScript[])[] = [];
  readonly #answer: (script: string, nodeIndex: number) => Answer;

  constructor(answer: (script: string, nodeIndex: number) => Answer) {
    this.#answer = answer;
  }

  async run(work: readonly NamespaceScript[]): Promise<NamespaceResult[]> {
    this.calls.push(work);
    return work.map(({ nodeIndex, script }) => ({
      nodeIndex,
      exitCode: 0,
      stdout: '',
      stderr: '',
      startedUnixMs: 1_000,
      endedUnixMs: 2_000 + nodeIndex,
      ...this.#answer(script, nodeIndex),
    }));
  }
}

const bare = '\n@@ qdiscs\n[{"kind":"noqueue","handle":"0:","root":true,"options":{}}]\n';
/** 200 echo requests to each region; 5 of those to region 1 were lost, some to region 2 doubled. */
const countersInFixture = [
  { nodeIndex: 0, toRegion: 0, packets: 200, bytes: 19_600, dropped: 0 },
  { nodeIndex: 0, toRegion: 1, packets: 195, bytes: 19_110, dropped: 5 },
  { nodeIndex: 0, toRegion: 2, packets: 240, bytes: 23_520, dropped: 0 },
];
const options = { signal: new AbortController().signal };
const all = [0, 1, 2, 3];

function shaperOn(namespaces: NodeNamespaces): Shaper {
  const shaped = { network: labNetwork, seed: 1, dataAddresses: labAddresses };
  return createNetemShaper(shaped, namespaces);
}

function looking(script: string, stdout: string): Answer {
  return script.includes('-batch') ? {} : { stdout };
}

describe('createNetemShaper', () => {
  it('looks at all nodes before it touches any, each in one call, and tells when it took effect', async () => {
    const namespaces = new FakeNamespaces((script) => looking(script, bare));
    const acknowledged = await shaperOn(namespaces).apply(labNetwork.initial, all, options);
    expect(namespaces.calls.map((work) => work.map(({ nodeIndex }) => nodeIndex))).toEqual([
      all,
      all,
    ]);
    const first = namespaces.calls[0]?.map(({ script }) => script).join('\n');
    expect(first).not.toMatch(/-batch|qdisc (add|del|change)/);
    expect(acknowledged).toEqual(
      all.map((nodeIndex) => ({ nodeIndex, appliedAt: new Date(2_000 + nodeIndex), error: null })),
    );
  });

  it('puts the devices in for the words of a program', async () => {
    const namespaces = new FakeNamespaces((script) => looking(script, bare));
    await shaperOn(namespaces).apply(labNetwork.initial, [2], options);
    const script = namespaces.calls[1]?.[0]?.script ?? '';
    expect(script).toContain('qdisc add dev $DEV root handle 7e57: htb');
    expect(script).toMatch(
      /^onhost tc -batch - <<LINES .*\nqdisc add dev \$PEER root handle 7e57:/m,
    );
    expect(script).not.toMatch(/\bdev (DEV|PEER)\b/);
  });

  it.each([
    [
      'a root of somebody',
      '[{"kind":"netem","handle":"8001:","root":true,"options":{}}]',
      'netem 8001:',
    ],
    [
      'another qdisc under our handle',
      '[{"kind":"prio","handle":"7e57:","root":true,"options":{}}]',
      'prio 7e57:',
    ],
    [
      'fq_codel set up by hand',
      '[{"kind":"fq_codel","handle":"8002:","root":true,"options":{}}]',
      'fq_codel 8002:',
    ],
    [
      'clsact on a device that we never shaped',
      '[{"kind":"noqueue","handle":"0:","root":true,"options":{}},{"kind":"clsact","handle":"ffff:","parent":"ffff:fff1","options":{}}]',
      'clsact ffff:',
    ],
  ])('refuses %s and touches nothing', async (_, qdiscs, name) => {
    const namespaces = new FakeNamespaces((_script, node) => ({
      stdout: node === 3 ? `\n@@ qdiscs\n${qdiscs}` : bare,
    }));
    await expect(
      shaperOn(namespaces).apply(labNetwork.initial, all, options),
    ).rejects.toMatchObject({
      code: 'SHAPING_FOREIGN',
      message: expect.stringContaining(`${name} on the data device of node 3`),
    });
    expect(namespaces.calls).toHaveLength(1);
  });

  it.each([
    ['where a down rate would go', 2],
    ['where there is none', 0],
  ])("refuses a foreign qdisc at the host's end %s", async (_, node) => {
    const peer = '\n@@ peer qdiscs\n[{"kind":"tbf","handle":"1:","root":true,"options":{}}]\n';
    const namespaces = new FakeNamespaces((script) => ({
      stdout: script.includes('onhost tc -j qdisc show dev "$PEER"') ? `${bare}${peer}` : bare,
    }));
    await expect(shaperOn(namespaces).apply(labNetwork.initial, [node], options)).rejects.toThrow(
      `tbf 1: on the host's end of the data link of node ${node}`,
    );
  });

  it('takes what is ours, as a real kernel reports it, and sets it up again', async () => {
    const namespaces = new FakeNamespaces((script) =>
      looking(script, readFixture('inspect-node-0')),
    );
    const [first] = await shaperOn(namespaces).apply(labNetwork.initial, [0], options);
    expect(first?.error).toBeNull();
  });

  it('names the line that tc stumbled over, and leaves out nodes that cannot be reached', async () => {
    const namespaces = new FakeNamespaces((script, node) => {
      if (node === 1) return { exitCode: 69, stderr: 'The node has no running process.\n' };
      if (!script.includes('-batch')) return { stdout: bare };
      const stderr =
        'Error: Specified qdisc kind is unknown.\nCommand failed -:4\n@@ stumbled in egress\n';
      return node === 3 ? { exitCode: 1, stderr } : {};
    });
    const acknowledged = await shaperOn(namespaces).apply(labNetwork.initial, all, options);
    expect(namespaces.calls[1]?.map(({ nodeIndex }) => nodeIndex)).toEqual([0, 2, 3]);
    expect(acknowledged.map(({ error }) => error)).toEqual([
      null,
      'The node has no running process.',
      null,
      expect.stringMatching(
        /kind is unknown\. Command failed -:4 \(in: qdisc add dev DEV .* netem /,
      ),
    ]);
    expect(acknowledged[3]?.appliedAt).toBeNull();
  });

  it("looks for that line where it was: in the devices, the qdiscs, or at the host's end", async () => {
    const bin = mkdtempSync(join(tmpdir(), 'testbed-tools-'));
    const failAt = (tool: string, line: number): void =>
      writeFileSync(
        join(bin, tool),
        `#!/bin/sh\n[ "$1" = -batch ] || exit 0\ncat >/dev/null\necho "Command failed -:${line}" >&2\nexit 1\n`,
        { mode: 0o755 },
      );
    const run = (script: string): Answer => {
      const environment = { PATH: `${bin}:${process.env.PATH}`, DEV: 'eth0', PEER: 'veth1' };
      const onhost = 'onhost() { "$@"; }\n';
      const ran = spawnSync('sh', ['-c', onhost + script], { env: environment, encoding: 'utf8' });
      return { exitCode: ran.status ?? -1, stderr: ran.stderr };
    };
    const namespaces = new FakeNamespaces((script) =>
      script.includes('-batch') ? run(script) : { stdout: bare },
    );
    const errorOf = async (node: number): Promise<string | null | undefined> =>
      (await shaperOn(namespaces).apply(labNetwork.initial, [node], options))[0]?.error;
    try {
      failAt('ip', 2);
      failAt('tc', 3);
      expect(await errorOf(0)).toBe('Command failed -:2 (in: link add name tb-dup-12 type ifb)');
      expect(await errorOf(1)).toMatch(/^Command failed -:2 \(in: link /);
      writeFileSync(join(bin, 'ip'), '#!/bin/sh\n', { mode: 0o755 });
      expect(await errorOf(3)).toMatch(/^Command failed -:3 \(in: class add dev DEV /);
    } finally {
      rmSync(bin, { recursive: true });
    }
  });

  it("says so where the host's end of a link is not found, and looks at no other device", async () => {
    const namespaces = new FakeNamespaces((script) => {
      const environment = { PATH: process.env.PATH ?? '', DEV: 'lo', PEER: '' };
      const tools = 'tc() { echo "[]"; }\nonhost() { echo "asked for $*"; }\n';
      const ran = spawnSync('sh', ['-c', tools + script], { env: environment, encoding: 'utf8' });
      return { exitCode: ran.status ?? -1, stdout: ran.stdout, stderr: ran.stderr };
    });
    const shaper = shaperOn(namespaces);
    const [answer] = await shaper.apply(labNetwork.initial, [2], options);
    expect(answer?.error).toContain('The host has no end of the link lo');
    expect(namespaces.calls).toHaveLength(1);
    expect(await shaper.inspect(labNetwork.initial, options)).toContainEqual(
      expect.stringContaining('Node 2 cannot be inspected: The host has no end'),
    );
  });

  it('changes from one state to the next in one call, with nothing to do where nothing changes', async () => {
    const namespaces = new FakeNamespaces(() => ({}));
    const acknowledged = await shaperOn(namespaces).change(
      labNetwork.initial,
      labPartition,
      all,
      options,
    );
    expect(acknowledged.every(({ error }) => error === null)).toBe(true);
    expect(namespaces.calls).toHaveLength(1);
    const scripts = namespaces.calls[0]?.map(({ script }) => script) ?? [];
    expect(scripts[0]).toContain('filter add dev $DEV parent 7e57: protocol ip prio 1');
    expect(scripts.slice(1).every((script) => !script.includes('-batch'))).toBe(true);
  });

  it('reads the counters of each region, and skips nodes that have ended', async () => {
    const namespaces = new FakeNamespaces((_, node) =>
      node === 0 ? { stdout: readFixture('counters') } : { exitCode: 69 },
    );
    const counters = await shaperOn(namespaces).counters(options);
    const links = counters.filter(({ toRegion }) => toRegion !== 'cut');
    expect(links.toSorted((a, b) => Number(a.toRegion) - Number(b.toRegion))).toEqual(
      countersInFixture,
    );
    // What ran into cuts is counted apart.
    expect(
      counters.filter((one) => !links.includes(one)).map(({ nodeIndex }) => nodeIndex),
    ).toEqual([0]);
    expect(namespaces.calls[0]?.[0]?.script).not.toContain('$PEER');
  });

  it("reads what the host's end dropped where a rate down is set, each drop once", async () => {
    const qdiscs = [
      { kind: 'htb', handle: '7e57:', root: true, options: {}, bytes: 900, packets: 9, drops: 4 },
      {
        kind: 'bfifo',
        handle: '1:',
        parent: '7e57:1',
        options: {},
        bytes: 900,
        packets: 9,
        drops: 4,
      },
    ];
    const peer = `\n@@ peer qdiscs\n${JSON.stringify(qdiscs)}\n`;
    const namespaces = new FakeNamespaces((script) => ({
      stdout: script.includes('tc -s -j qdisc show dev "$PEER"') ? `${bare}${peer}` : bare,
    }));
    expect(await shaperOn(namespaces).counters(options)).toEqual([
      { nodeIndex: 2, toRegion: 'down', packets: 9, bytes: 900, dropped: 4 },
    ]);
  });

  it('compiles a partition of a thousand nodes, every second one, before anybody notices', async () => {
    const count = 1_000;
    const plain = planNetworkOf({ sizes: [count], shapeOf: () => delayed(1) });
    const halves = [0, 1].map((half) =>
      plain.regionOf.flatMap((_, n) => (n % 2 === half ? [n] : [])),
    );
    const [even = [], odd = []] = halves;
    const cuts = [
      { from: even, to: odd },
      { from: odd, to: even },
    ];
    const network = withStates(
      {
        ...plain,
        regions: plain.regions.map((one) => ({ ...one, block: { offset: 1024, prefix: 22 } })),
        addressing: { prefix: 20, offsets: plain.regionOf.map((_, node) => 1025 + node) },
      },
      [{ ...plain.initial, cuts }],
    );
    const dataAddresses = network.addressing.offsets.map(
      (offset) => `10.9.${offset >> 8}.${offset % 256}`,
    );
    const namespaces = new FakeNamespaces(() => ({}));
    const shaper = createNetemShaper({ network, seed: 1, dataAddresses }, namespaces);
    const partition = network.changes[0]?.state ?? network.initial;
    const startedMs = performance.now();
    await shaper.change(
      network.initial,
      partition,
      plain.regionOf.map((_, node) => node),
      options,
    );
    expect(performance.now() - startedMs).toBeLessThan(500);
    const [first, second, third] = namespaces.calls[0]?.map(({ script }) => script) ?? [];
    expect(first?.match(/flowid 7e57:2\b/g)?.length).toBeGreaterThanOrEqual(500);
    expect(third).toBe(first);
    expect(second).not.toBe(first);
  });

  it('measures all round trips in one process that enters the nodes that send', async () => {
    const stdout = '3 40.1 41.2\n1 39.5\n2\n';
    const namespaces = new FakeNamespaces(() => ({ stdout }));
    const probe = { count: 3, intervalMs: 10, timeoutMs: 500 };
    const found = await shaperOn(namespaces).probeRoundTrips(
      [
        { ...probe, fromNode: 2, toNode: 0 },
        { ...probe, fromNode: 0, toNode: 2 },
        { ...probe, fromNode: 0, toNode: 3 },
      ],
      options,
    );
    expect(found).toEqual([
      { sent: 3, rttMs: [40.1, 41.2] },
      { sent: 1, rttMs: [39.5] },
      { sent: 2, rttMs: [] },
    ]);
    const scripts = namespaces.calls[0] ?? [];
    expect(scripts.map(({ nodeIndex, enters }) => [nodeIndex, enters])).toEqual([[0, [0, 2]]]);
    expect(scripts[0]?.script).toContain(
      `__END__
2 ${labAddresses[2]} ${labAddresses[0]} 3 10 500
0 ${labAddresses[0]} ${labAddresses[2]} 3 10 500
0 ${labAddresses[0]} ${labAddresses[3]} 3 10 500
PROGRAM`,
    );
  });

  it('fails when round trips cannot be measured, with what was said', async () => {
    const namespaces = new FakeNamespaces(() => ({
      exitCode: 255,
      stderr: 'no raw socket: Operation not permitted\n',
    }));
    const probes = [{ fromNode: 0, toNode: 2, count: 3, intervalMs: 10, timeoutMs: 500 }];
    await expect(shaperOn(namespaces).probeRoundTrips(probes, options)).rejects.toMatchObject({
      code: 'SHAPING_FAILED',
      message: expect.stringContaining('node 0 could not be measured: no raw socket'),
    });
  });

  const rate = { fromNode: 0, toNode: 3, timeoutMs: 300, shares: [] };
  const rateOptions = { ...options, limitMs: 2_500, bitsPerSecMax: 500e6, hostShare: 0.7 };

  it.each([
    ['a link that carries its rate', '1300 1500 0 12000000', 9_997_867, 1500],
    ['a host that offers less than the rate', '900 1500 0 7000000', 6_921_600, 0],
    ['a slow link on a slow host', '90 1500 0 7000000', 692_160, 1500],
    ['a receiver that was too slow', '1300 1500 17 12000000', 9_997_867, 0],
    ['a link that carries nothing', '0 0 0 12000000', 0, 2000],
    ['a link there was no time for', '0 0 0 0', 0, 0],
  ])('reads %s', async (_, line, bitsPerSec, elapsedMs) => {
    const namespaces = new FakeNamespaces(() => ({ stdout: `${line}\n` }));
    const probe = { ...rate, durationMs: 2000, rateBitsPerSec: 10e6 };
    const [reading] = await shaperOn(namespaces).probeRates([probe], rateOptions);
    expect(Math.round(reading?.receivedBitsPerSec ?? Number.NaN)).toBe(bitsPerSec);
    expect(reading?.elapsedMs).toBe(elapsedMs);
  });

  it.each([
    [8_000, 18, 60],
    [100_000, 426, 468],
    [10e6, 1400, 1442],
  ])(
    'sends frames to a link of %i bit/s of which enough pass',
    async (rateBitsPerSec, bytes, frame) => {
      const stdout = `15 900 0 ${rateBitsPerSec * 1.2}\n`;
      const namespaces = new FakeNamespaces(() => ({ stdout }));
      const probe = { ...rate, durationMs: 1000, rateBitsPerSec };
      const [reading] = await shaperOn(namespaces).probeRates([probe], rateOptions);
      const ahead = Math.ceil(3028 / frame);
      const offered = rateBitsPerSec * 1.2;
      expect(namespaces.calls[0]?.[0]?.script).toContain(` 300 ${offered} ${bytes} ${ahead}\n`);
      expect(reading?.receivedBitsPerSec).toBeCloseTo((15 * frame * 8) / 0.9);
      expect((0.75 * rateBitsPerSec) / 8 / frame).toBeGreaterThan(12);
    },
  );

  it('refuses to tell of a link so slow that nothing was to be expected', async () => {
    const namespaces = new FakeNamespaces(() => ({ stdout: '0 0 0 600\n' }));
    const probe = { ...rate, durationMs: 1000, rateBitsPerSec: 500 };
    const [reading] = await shaperOn(namespaces).probeRates([probe], rateOptions);
    expect(reading?.elapsedMs).toBe(0);
  });

  it('tells the prober how long it has, and which access links the probes share', async () => {
    const namespaces = new FakeNamespaces(() => ({ stdout: '0 0 0 0\n0 0 0 0\n' }));
    const up = { name: 'up0', bitsPerSec: 5e6 };
    const probe = { ...rate, durationMs: 400, rateBitsPerSec: 5e6, shares: [up] };
    await shaperOn(namespaces).probeRates([probe, { ...probe, toNode: 2 }], rateOptions);
    const [script, ...others] = namespaces.calls[0] ?? [];
    expect(others).toEqual([]);
    expect(script?.enters).toEqual([0, 2, 3]);
    expect(script?.script).toMatch(
      /__END__\n2500 \d+ 0\.7\n.* up0=5000000\n.* up0=5000000\nPROGRAM/,
    );
  });

  it('refuses addresses that are not where the plan has them', () => {
    const dataAddresses = [...labAddresses.slice(0, -1), '10.9.0.200'];
    const shaped = { network: labNetwork, seed: 1, dataAddresses };
    expect(() => createNetemShaper(shaped, new FakeNamespaces(() => ({})))).toThrow(
      'planned for them',
    );
  });
});
