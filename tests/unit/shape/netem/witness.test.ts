import { describe, expect, it } from '@jest/globals';
import type {
  NamespaceResult,
  NodeNamespaces,
} from '../../../../controller/src/runtime/runtime.ts';
import { createNetemShaper } from '../../../../controller/src/shape/netem/netem-shaper.ts';
import type { Sighting } from '../../../../controller/src/shape/shaper.ts';
import { labAddresses, labNetwork, labPartition, readFixture } from './laboratory.ts';

const options = { signal: new AbortController().signal };
const print = (mtu: number, generation: number) =>
  `iptables=none mtu=${mtu} nftables=${generation}`;

function record(unixMs: number, text: string, now = print(1500, 7)): string {
  return `@@@ ${unixMs} 0 4711 ${print(1500, 7)} now ${now}\n${text}\n`;
}

/** What a helper that answers with this saw, where the plan has both states in force. */
async function seen(stdout: string, exitCode = 0): Promise<readonly Sighting[]> {
  const answer: NamespaceResult = {
    nodeIndex: 0,
    exitCode,
    stdout,
    stderr: 'Node 0 is not there.',
    startedUnixMs: 9_000,
    endedUnixMs: 9_100,
  };
  const namespaces: NodeNamespaces = { run: async () => [answer] };
  const shaped = { network: labNetwork, seed: 1, dataAddresses: labAddresses };
  const { witness } = createNetemShaper(shaped, namespaces);
  const states = [labNetwork.initial, labPartition];
  return (await witness?.end(() => states, options)) ?? [];
}

describe('the witness of netem', () => {
  it('tells in order of time what was in force, and what still is', async () => {
    const slow = readFixture('inspect-node-0').replace('"delay":0.02,', '"delay":0.25,');
    const log = record(3_000, readFixture('inspect-node-0')) + record(2_000, slow, print(1400, 7));
    expect(await seen(`0 ${print(1500, 7)} now ${print(1500, 9)}\nlog\n${log}`)).toEqual([
      {
        nodeIndex: 0,
        at: new Date(2_000),
        differences: [
          'Node 0 towards us: the delay is 250 +- 3 ms instead of 20 +- 3 ms.',
          'Node 0: the MTU is 1400 instead of 1500.',
        ],
        isComplete: true,
      },
      { nodeIndex: 0, at: new Date(3_000), differences: [], isComplete: true },
      {
        nodeIndex: 0,
        at: new Date(9_000),
        differences: [
          'Node 0: rules of a firewall (nftables) were changed in its network namespace.',
        ],
        isComplete: false,
      },
    ]);
  });

  it('takes either of the states around a planned change for planned', async () => {
    const log = record(2_000, readFixture('inspect-partition'));
    expect(await seen(`log\n${log}`)).toMatchObject([{ differences: [] }]);
  });

  it('has nothing to say where a node has ended', async () => {
    expect(await seen('', 69)).toEqual([]);
  });
});
