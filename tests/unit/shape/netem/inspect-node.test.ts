import { describe, expect, it } from '@jest/globals';
import { compileNodeProgram } from '../../../../controller/src/plan/netem/compile-node-program.ts';
import type { NamespaceResult } from '../../../../controller/src/runtime/runtime.ts';
import { inspectNode } from '../../../../controller/src/shape/netem/inspect-node.ts';
import { type Fixture, labBase, labNetwork, labPartition, readFixture } from './laboratory.ts';

function result(nodeIndex: number, stdout: string): NamespaceResult {
  return { nodeIndex, exitCode: 0, stdout, stderr: '', startedUnixMs: 0, endedUnixMs: 0 };
}

/** What is said of a node whose kernel reports the fixture after `edit`. */
function inspect(
  fixture: Fixture,
  edit: (text: string) => string = (text) => text,
  state = labNetwork.initial,
): readonly string[] {
  const node = fixture === 'inspect-node-2' ? 2 : 0;
  const text = readFixture(fixture);
  const edited = edit(text);
  const program = compileNodeProgram(labNetwork, state, node, labBase);
  return inspectNode(result(node, edited), program, labNetwork.regions);
}

/** Replaces text that has to be there, once. */
function swap(from: string, to: string): (text: string) => string {
  return (text) => {
    if (text.split(from).length !== 2)
      throw new Error(`the fixture has "${from}" not exactly once`);
    return text.replace(from, to);
  };
}

describe('inspectNode', () => {
  it('finds nothing wrong with what a real kernel reports of its own program', () => {
    expect(inspect('inspect-node-0')).toEqual([]);
    expect(inspect('inspect-node-2')).toEqual([]);
    expect(inspect('inspect-partition', undefined, labPartition)).toEqual([]);
  });

  it('finds cuts that are missing and cuts that are too many', () => {
    expect(inspect('inspect-node-0', undefined, labPartition)).toEqual([
      'Node 0 has no filter that sends 10.9.0.32/27 to what is cut.',
    ]);
    expect(inspect('inspect-partition')).toEqual([
      'Node 0 has a filter that the plan does not have: 10.9.0.32/27 to what is cut, priority 1.',
    ]);
  });

  it('finds a lost root qdisc', () => {
    const lost =
      '@@ qdiscs\n[{"kind":"noqueue","handle":"0:","root":true,"options":{}}]\n@@ classes\n@@ filters\n';
    expect(inspect('inspect-node-0', () => lost)[0]).toBe(
      'Node 0 carries the root qdisc noqueue instead of htb 7e57:.',
    );
  });

  it('finds what somebody hung beside the root, on both ends', () => {
    const policer = '{"kind":"ingress","handle":"ffff:","parent":"ffff:fff1","options":{}}';
    const policed = (text: string): string =>
      text.replaceAll(/^(@@ (peer )?qdiscs\n\[)/gm, `$1${policer},`);
    expect(inspect('inspect-node-0', policed)).toEqual([
      'Node 0 has a qdisc that the plan does not have: ingress ffff:.',
    ]);
    expect(inspect('inspect-node-2', policed)).toEqual([
      'Node 2 has a qdisc that the plan does not have: ingress ffff:.',
      "The host's end of the link of node 2 has a qdisc that the plan does not have: ingress ffff:.",
    ]);
  });

  it("finds what somebody set up at the host's end where the plan has nothing", () => {
    const peer = '\n@@ peer qdiscs\n[{"kind":"tbf","handle":"1:","root":true,"options":{}}]\n';
    expect(inspect('inspect-node-0', (text) => text + peer)).toEqual([
      "The host's end of the link of node 0 has a qdisc that the plan does not have: tbf 1:.",
    ]);
  });

  it('finds an inverted filter', () => {
    const inverted = inspect('inspect-node-0', (text) =>
      swap(
        '"flowid":"7e57:11"',
        '"flowid":"7e57:1x"',
      )(text)
        .replace('"flowid":"7e57:12"', '"flowid":"7e57:11"')
        .replace('"flowid":"7e57:1x"', '"flowid":"7e57:12"'),
    );
    expect(inverted).toEqual([
      'Node 0 has a filter that sends 10.9.0.32/28 to asia instead of us.',
      'Node 0 has a filter that sends 10.9.0.48/28 to us instead of asia.',
    ]);
  });

  it('finds a filter on another prefix', () => {
    expect(inspect('inspect-node-0', swap('"value":"a090020"', '"value":"a090040"'))).toEqual([
      'Node 0 has no filter that sends 10.9.0.32/28 to us.',
      'Node 0 has a filter that the plan does not have: 10.9.0.64/28 to us, priority 50000.',
    ]);
    expect(inspect('inspect-node-0', (text) => text.replace('"off":16', '"off":12'))).toHaveLength(
      2,
    );
  });

  it.each([
    ['"delay":0.02,', '"delay":0.021,', 'the delay is 21 +- 3 ms instead of 20 +- 3 ms'],
    ['"jitter":0.003', '"jitter":0.001', 'the delay is 20 +- 1 ms instead of 20 +- 3 ms'],
    [
      '"correlation":0.25',
      '"correlation":0',
      'the correlation of the delay is 0 % instead of 25 %',
    ],
    ['"1-h":0.4', '"1-h":0.6', 'the loss is 2 % 20 % 60 % 1 % instead of 2 % 20 % 40 % 1 %'],
    ['"corrupt":{"corrupt":0.05', '"corrupt":{"corrupt":0.06', 'corruption is 6 % instead of 5 %'],
    ['"duplicate":0.2', '"duplicate":0.1', 'duplication is 10 % instead of 20 %'],
    [
      '"ecn":false,"gap":0}},{"kind":"netem","handle":"12:"',
      '"reorder":{"reorder":0.5,"correlation":0},"ecn":false,"gap":1}},{"kind":"netem","handle":"12:"',
      'it has reorder 0.5, which the plan does not; it has gap 1, which the plan does not',
    ],
    [
      '"corrupt":{"corrupt":0.05',
      '"slot":{"min-delay":0.1,"packets":3},"corrupt":{"corrupt":0.05',
      'it has slot min-delay 0.1, which the plan does not',
    ],
    [
      '"corrupt":{"corrupt":0.05,"correlation":0',
      '"corrupt":{"corrupt":0.05,"correlation":0.4',
      'it has corrupt correlation 0.4, which',
    ],
    ['burst 1000000b cburst', 'burst 2Kb cburst', 'the burst is 2048 bytes instead of 1000000'],
    ['"default":"0"', '"default":"0x11"', 'sends what no filter takes to class 17 instead of 0'],
    ['"rate":1250000', '"rate":1350000', 'the rate is 10800000 bit/s instead of 10000000 bit/s'],
  ])('finds %s turned into %s', (from, to, sentence) => {
    const found = inspect('inspect-node-0', (text) => {
      if (!text.includes(from)) throw new Error(`the fixture has no ${from}`);
      return text.replace(from, to);
    });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(sentence);
  });

  it('finds another limit, a lost class, a lost leaf and a class too many', () => {
    const edits = (text: string) =>
      text
        .replace('"limit":1000,"delay":{"delay":0.02', '"limit":10,"delay":{"delay":0.02')
        .replace(
          /^class htb 7e57:10 .*\n/m,
          'class htb 7e57:99 parent 7e57:1 leaf 99: prio 0 rate 1Mbit ceil 1Mbit\n',
        )
        .replace('"handle":"12:","parent":"7e57:12"', '"handle":"12:","parent":"7e57:99"');
    expect(inspect('inspect-node-0', edits).toSorted()).toEqual([
      'Node 0 has a class that the plan does not have: 7e57:99.',
      'Node 0 has a qdisc that the plan does not have: netem below 7e57:99.',
      'Node 0 has no class for eu.',
      'Node 0 towards asia: the qdisc netem is gone.',
      'Node 0 towards us: the limit is 10 packets instead of 1000 packets.',
    ]);
  });

  it('finds a filter of another kind, whatever it sends where, and another protocol', () => {
    const frame = '{"parent":"7e57:","protocol":"all","pref":1,"kind":"matchall","chain":0}';
    const filter = `${frame.slice(0, -1)},"options":{"handle":1,"flowid":"7e57:12"}}`;
    const matchall = inspect('inspect-node-0', (text) =>
      text.replace('@@ filters\n[', `@@ filters\n[${frame},${filter},`),
    );
    expect(matchall).toEqual([
      'Node 0 has a filter that the plan does not have: matchall to 7e57:12, priority 1.',
    ]);
  });

  it('finds another queue of the rate down', () => {
    const shorter = (text: string) => text.replace(/("kind":"bfifo".*?"limit":)\d+/, '$15000');
    expect(inspect('inspect-node-2', shorter)).toEqual([
      expect.stringMatching(/the node: the queue holds 5000 bytes instead of 250000\.$/),
    ]);
  });

  it('finds other rates of the access link in both directions', () => {
    const up = (text: string) => text.replaceAll('ceil 5Mbit', 'ceil 6Mbit');
    expect(inspect('inspect-node-2', up)[0]).toBe(
      'Node 2 towards its access link: the ceiling is 6000000 bit/s instead of 5000000 bit/s.',
    );
    expect(inspect('inspect-node-2', (text) => text.replaceAll('20Mbit', '30Mbit'))).toEqual([
      "The host's end of the link of node 2 towards the node: the rate is 30000000 bit/s instead of 20000000 bit/s.",
      "The host's end of the link of node 2 towards the node: the ceiling is 30000000 bit/s instead of 20000000 bit/s.",
    ]);
  });

  it('finds a device that sends many segments as one packet, and a lost duplicator', () => {
    expect(inspect('inspect-node-0', swap('"gso_max_segs":1,', '"gso_max_segs":65535,'))).toEqual([
      'Node 0 may send 65535 segments as one packet instead of 1.',
    ]);
    expect(
      inspect('inspect-node-0', (text) => text.replace(/@@ device tb-dup-12\n.*/s, '')),
    ).toEqual(['Node 0 towards asia: the qdisc that duplicates packets is gone.']);
  });

  it('says why a node cannot be inspected', () => {
    const program = compileNodeProgram(labNetwork, labNetwork.initial, 0, labBase);
    const failed = { ...result(0, ''), exitCode: 69, stderr: 'The node has no running process.\n' };
    expect(inspectNode(failed, program, labNetwork.regions)).toEqual([
      'Node 0 cannot be inspected: The node has no running process.',
    ]);
  });
});
