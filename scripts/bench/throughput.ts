import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import {
  decodeHistogram,
  type HistogramName,
  type LatencyHistogram,
  mergeHistograms,
} from '../../controller/src/model/latency-histogram.ts';
import type { TopologySpec } from '../../controller/src/model/topology.ts';
import { edgesOf } from '../../controller/src/plan/topology/create-graph.ts';
import type { NodeResults } from '../../node-image/src/contract/index.ts';
import { defaultEngine, formNetwork, runLoad, startLocalNetwork } from './local-network.ts';
import { useTwoCores } from './pin-cores.ts';

/**
 * Throughput and latency of real nodes on this machine, no controller: one line per size. For
 * each size a load is offered and what was committed is printed beside it, then a tenth of it.
 * All of it runs on two cores, for which the targets are stated, where taskset can see to that.
 *
 *   node scripts/bench/throughput.ts --nodes 4,10 --rate 30000,10000 --seconds 10
 */
const targets: Readonly<Record<number, number>> = { 4: 30_000, 10: 10_000, 20: 5_000, 40: 2_000 };

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '4,10,20,40' },
    /** Offered load for each size; without it, the target of the size. */
    rate: { type: 'string' },
    seconds: { type: 'string', default: '8' },
    warmup: { type: 'string', default: '5' },
    size: { type: 'string', default: '128' },
    engine: { type: 'string', default: '{}' },
    flags: { type: 'string', default: '' },
    tenth: { type: 'boolean', default: false },
    /** Who has a link to whom; one row for each. */
    topology: { type: 'string', default: 'full' },
    /** Folder for CPU profiles of all nodes. */
    profile: { type: 'string' },
  },
});

useTwoCores();
const rates = values.rate?.split(',').map(Number);
const sizes = values.nodes.split(',').map(Number);
const header = [
  'nodes',
  'topology',
  'offered/s',
  'committed/s',
  'p50 ms',
  'p99 ms',
  'blocks/s',
  'timeouts',
];
const costs = ['CPU us/tx', 'cores', 'sigs/block', 'msgs/block', 'RSS MB', 'lag p99 ms'];
print([...header, ...costs, 'pending', 'rejected']);
for (const [position, nodeCount] of sizes.entries()) {
  const rate = rates?.[position] ?? rates?.[0] ?? targets[nodeCount] ?? 1_000;
  for (const topology of values.topology.split(',')) {
    await measure(nodeCount, topology, rate);
    if (values.tenth) await measure(nodeCount, topology, rate / 10);
  }
}

async function measure(nodeCount: number, topology: string, totalTxPerSec: number): Promise<void> {
  await using network = await startLocalNetwork({
    nodeCount,
    execArgv: [
      ...values.flags.split(' ').filter((flag) => flag !== ''),
      ...(values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]),
    ],
  });
  const engine = { ...defaultEngine, ...JSON.parse(values.engine) };
  const edges = edgesOf(specOf(topology), nodeCount);
  await formNetwork(network.nodes, engine, `bench-${process.pid}`, { edges });
  const measureMs = Number(values.seconds) * 1_000;
  const { results, pending } = await runLoad(network.nodes, {
    arrivals: 'poisson',
    totalTxPerSec,
    sizeBytes: Number(values.size),
    warmupMs: Number(values.warmup) * 1_000,
    measureMs,
    drainMsMax: 20_000,
  });
  if (values.profile !== undefined) {
    await Promise.all(network.nodes.map((node) => node.kill('SIGTERM')));
  }
  const committed = sum(results, (r) => r.committedInWindow);
  const cpuMicros = sum(results, (r) => r.counters.cpuMicros);
  const latency = merge(results, 'commitLatency');
  const lag = merge(results, 'sendLag');
  const blocks = Math.max(...results.map((r) => r.counters.blocksCommitted));
  print([
    nodeCount,
    topology,
    totalTxPerSec,
    Math.round((committed / measureMs) * 1_000),
    (latency.percentileMs(50) ?? 0).toFixed(1),
    (latency.percentileMs(99) ?? 0).toFixed(1),
    Math.round((blocks / measureMs) * 1_000),
    Math.max(...results.map((r) => r.counters.roundsTimedOut)),
    (cpuMicros / Math.max(1, committed)).toFixed(1),
    `${(cpuMicros / 1_000 / measureMs).toFixed(2)}/${availableParallelism()}`,
    (sum(results, (r) => r.counters.signaturesVerified) / Math.max(1, blocks)).toFixed(1),
    (sum(results, (r) => r.counters.messagesSent) / Math.max(1, blocks)).toFixed(1),
    Math.round(Math.max(...results.map((r) => r.counters.memoryBytesMax)) / 2 ** 20),
    (lag.percentileMs(99) ?? 0).toFixed(1),
    pending,
    sum(results, (r) => r.rejectedOfWindow),
  ]);
}

function sum(results: readonly NodeResults[], read: (result: NodeResults) => number): number {
  return results.reduce((total, result) => total + read(result), 0);
}

function merge(results: readonly NodeResults[], name: HistogramName): LatencyHistogram {
  return mergeHistograms(
    results.map(({ histograms }, index) => decodeHistogram(histograms[name], `node ${index}`)),
  );
}

function print(cells: readonly (string | number)[]): void {
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(11)).join(' ')}\n`);
}

/** With what a scenario takes where it says no more than the word. */
function specOf(kind: string): TopologySpec {
  switch (kind) {
    case 'full':
    case 'ring':
    case 'star':
      return { kind };
    case 'mesh':
      return { kind, degree: 4 };
    case 'random':
      return { kind, degree: 4, seed: 1 };
    case 'hierarchical':
      return { kind, groupSize: 4, branching: 3 };
    default:
      throw new Error(`There is no topology ${kind}.`);
  }
}
