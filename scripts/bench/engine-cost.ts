import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeHistogram, mergeHistograms } from '../../controller/src/model/latency-histogram.ts';
import type { NodeResults } from '../../node-image/src/contract/index.ts';
import {
  bundlePath,
  defaultEngine,
  formNetwork,
  runLoad,
  startLocalNetwork,
} from './local-network.ts';
import { useTwoCores } from './pin-cores.ts';

/**
 * What a committed transaction costs, in CPU time of all nodes together, in two builds of the node
 * measured in turns: A B B A A B ..., so that what else the machine does meets both. CPU time is
 * each process's own, user and system; the load's generators, which live in the nodes, are in it.
 *
 *   node scripts/bench/engine-cost.ts --before /tmp/old/dist/node --nodes 10 --rate 500 --turns 5
 */
const { values } = parseArgs({
  options: {
    /** Folder with main.mjs of the build to compare with; without it, this tree's build alone. */
    before: { type: 'string' },
    after: { type: 'string', default: join(bundlePath, '..') },
    nodes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '500' },
    turns: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    /** Long: code is compiled as it is used, and a small load uses it little. */
    warmup: { type: 'string', default: '15' },
    /** Changes to the engine's parameters, as JSON. */
    engine: { type: 'string', default: '{}' },
  },
});
const measureMs = Number(values.seconds) * 1_000;

interface Cost {
  readonly cpuMicrosPerTx: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cells: readonly string[];
}

useTwoCores();
const columns = ['tx/s', 'p50 ms', 'p99 ms', 'blocks/s', 'CPU us/tx', 'CPU ms/block'];
print(['nodes', 'offered/s', 'build', ...columns, 'sigs/block', 'msgs/block', 'bytes/tx', 'cores']);
for (const nodeCount of values.nodes.split(',').map(Number)) {
  for (const rate of values.rate.split(',').map(Number)) await compare(nodeCount, rate);
}

async function compare(nodeCount: number, rate: number): Promise<void> {
  const builds = { before: values.before, after: values.after };
  const costs: Record<keyof typeof builds, Cost[]> = { before: [], after: [] };
  for (let turn = 0; turn < Number(values.turns); turn++) {
    const order = turn % 2 === 0 ? (['before', 'after'] as const) : (['after', 'before'] as const);
    for (const build of order) {
      const folder = builds[build];
      if (folder === undefined) continue;
      const cost = await measure(nodeCount, rate, join(resolve(folder), 'main.mjs'));
      costs[build].push(cost);
      print([nodeCount, rate, build, ...cost.cells]);
    }
  }
  if (values.before === undefined) return;
  const ratio = (read: (cost: Cost) => number): string =>
    (median(costs.after.map(read)) / median(costs.before.map(read))).toFixed(2);
  const ofP50 = ratio(({ p50Ms }) => p50Ms);
  const ofP99 = ratio(({ p99Ms }) => p99Ms);
  const ofCpu = ratio(({ cpuMicrosPerTx }) => cpuMicrosPerTx);
  print([nodeCount, rate, 'after/before', '', ofP50, ofP99, '', ofCpu]);
}

async function measure(nodeCount: number, rate: number, bundle: string): Promise<Cost> {
  await using network = await startLocalNetwork({ nodeCount, bundle });
  await formNetwork(network.nodes, { ...defaultEngine, ...JSON.parse(values.engine) });
  const { results } = await runLoad(network.nodes, {
    arrivals: 'poisson',
    totalTxPerSec: rate,
    sizeBytes: 128,
    warmupMs: Number(values.warmup) * 1_000,
    measureMs,
    drainMsMax: 10_000,
  });
  return costOf(results);
}

function costOf(results: readonly NodeResults[]): Cost {
  const sum = (read: (result: NodeResults) => number): number =>
    results.reduce((total, result) => total + read(result), 0);
  const committed = Math.max(
    1,
    sum((result) => result.committedInWindow),
  );
  const blocks = Math.max(1, ...results.map(({ counters }) => counters.blocksCommitted));
  const cpuMicros = sum(({ counters }) => counters.cpuMicros);
  const latency = mergeHistograms(
    results.map(({ histograms }, index) =>
      decodeHistogram(histograms.commitLatency, `node ${index}`),
    ),
  );
  const p50Ms = latency.percentileMs(50) ?? Number.NaN;
  const p99Ms = latency.percentileMs(99) ?? Number.NaN;
  const cells = [
    (committed / measureMs) * 1_000,
    p50Ms,
    p99Ms,
    (blocks / measureMs) * 1_000,
    cpuMicros / committed,
    cpuMicros / 1_000 / blocks,
    sum(({ counters }) => counters.signaturesVerified) / blocks,
    sum(({ counters }) => counters.messagesSent) / blocks,
    sum(({ counters }) => counters.bytesSent) / committed,
    cpuMicros / 1_000 / measureMs,
  ].map((figure) => figure.toFixed(figure < 10 ? 2 : 1));
  return { cpuMicrosPerTx: cpuMicros / committed, p50Ms, p99Ms, cells };
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[(figures.length - 1) >>> 1] ?? Number.NaN;
}

function print(row: readonly (string | number)[]): void {
  process.stdout.write(`${row.map((cell) => String(cell).padStart(12)).join(' ')}\n`);
}
