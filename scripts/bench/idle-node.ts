import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { formNetwork, residentBytes, startLocalNetwork } from './local-network.ts';

/**
 * Memory of a node that has nothing to do in a small network, and how long a node takes from
 * spawn to an open control port.
 *
 *   node scripts/bench/idle-node.ts --nodes 10 --seconds 10
 */
const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '10' },
  },
});
const nodeCount = Number(values.nodes);
const limitMB = 80;

await using network = await startLocalNetwork({ nodeCount });
await formNetwork(network.nodes);
await sleep(Number(values.seconds) * 1_000);
const megabytes = network.nodes.map(({ pid }) => residentBytes(pid) / 1e6).sort((a, b) => a - b);
process.stdout.write(
  `idle node of ${nodeCount}: RSS median ${(megabytes[Math.floor(nodeCount / 2)] ?? 0).toFixed(0)} MB, ` +
    `largest ${(megabytes.at(-1) ?? 0).toFixed(0)} MB (under ${limitMB} MB)\n`,
);
