import { parseArgs } from 'node:util';
import {
  defaultEngine,
  formNetwork,
  type LocalNode,
  runLoad,
  startLocalNetwork,
} from './local-network.ts';
import { useTwoCores } from './pin-cores.ts';
import { limitCores } from './slow-processor.ts';

/**
 * What is left of the best throughput beyond saturation, for each size: the load that saturates
 * this machine is searched for by doubling, then the network gets once, twice and four times that
 * much. One network for all loads of a row: it has to find back by itself. In a second row of each
 * size the nodes have a quarter of both cores, where control groups permit (as root on Linux).
 *
 *   node scripts/bench/overload.ts --nodes 10,20 --seconds 8
 */
const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '4,10,20,40' },
    seconds: { type: 'string', default: '6' },
    /** Before each measurement; the first one is longer, because code is slow at first. */
    warmup: { type: 'string', default: '4' },
    first: { type: 'string', default: '20' },
    /** Leaves out the rows of the slowed processor. */
    whole: { type: 'boolean', default: false },
  },
});

/** Where the search begins, on two cores of 2026, and how far a target is a saturated load. */
const startRates: Readonly<Record<number, number>> = { 4: 16_000, 10: 8_000, 20: 2_000, 40: 500 };
const carriedMin = 0.9;
const quarterOfCores = 2 / 4;

type Processor = 'whole' | 'a quarter';

useTwoCores();
print(['nodes', 'processor', '1x load/s', '1x tx/s', '2x tx/s', '4x tx/s', '2x/best', '4x/best']);
for (const nodeCount of values.nodes.split(',').map(Number)) {
  await row(nodeCount, 'whole');
  if (!values.whole) await row(nodeCount, 'a quarter');
}

async function row(nodeCount: number, processor: Processor): Promise<void> {
  await using network = await startLocalNetwork({ nodeCount });
  await formNetwork(network.nodes, defaultEngine);
  const pids = network.nodes.map((node) => node.pid);
  const release = processor === 'whole' ? () => undefined : limitCores(pids, quarterOfCores);
  if (release === null) {
    print([nodeCount, processor, 'not possible on this machine: control groups cannot be used']);
    return;
  }
  try {
    await measure(network.nodes, processor);
  } finally {
    await Promise.all(network.nodes.map((node) => node.kill('SIGKILL')));
    release();
  }
}

async function measure(nodes: readonly LocalNode[], processor: Processor): Promise<void> {
  const nodeCount = nodes.length;
  const warmupMs = Number(values.warmup) * 1_000;
  let isFirst = true;
  const carry = async (totalTxPerSec: number): Promise<number> => {
    const measureMs = Number(values.seconds) * 1_000;
    const { results } = await runLoad(nodes, {
      arrivals: 'poisson',
      totalTxPerSec,
      sizeBytes: 128,
      warmupMs: isFirst ? Number(values.first) * 1_000 : warmupMs,
      measureMs,
      drainMsMax: 20_000,
    });
    isFirst = false;
    const committed = results.reduce((sum, result) => sum + result.committedInWindow, 0);
    return (committed / measureMs) * 1_000;
  };
  let rate = (startRates[nodeCount] ?? 500) / (processor === 'whole' ? 1 : 4);
  let carried = await carry(rate);
  while (carried > carriedMin * rate) {
    rate *= 2;
    carried = await carry(rate);
  }
  // Of the doubled load only a part was carried: that part, a little more, is what saturates.
  const saturation = Math.max(1, Math.round(carried * 1.05));
  const figures = [
    await carry(saturation),
    await carry(2 * saturation),
    await carry(4 * saturation),
  ];
  const [, double = 0, fourfold = 0] = figures;
  const best = Math.max(carried, ...figures, 1);
  print([
    nodeCount,
    processor,
    saturation,
    ...figures.map(Math.round),
    (double / best).toFixed(2),
    (fourfold / best).toFixed(2),
  ]);
}

function print(cells: readonly (string | number)[]): void {
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(10)).join(' ')}\n`);
}
