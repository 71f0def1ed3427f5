import { parseArgs } from 'node:util';
import { connectNodes } from '../../controller/src/control/http-node-client.ts';
import { systemClock as clock } from '../../controller/src/lib/system-clock.ts';
import { startHostSampler } from '../../controller/src/observe/host-sampler.ts';
import { scrapePeriodMs, startScraper } from '../../controller/src/observe/scrape-nodes.ts';
import { formNetwork, type LocalNode, runLoad, startLocalNetwork } from './local-network.ts';

/**
 * What watching costs: throughput at saturation with scraping and host sampling on, over the same
 * with both off, on the same network in turns (off, on, on, off ...), so that a drift of the
 * machine's speed falls on both.
 *
 *   node scripts/bench/scraping.ts --nodes 10 --rate 20000 --rounds 4 --seconds 6
 */
const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '10' },
    /** Offered load; must be more than the network carries. */
    rate: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '6' },
  },
});
const nodeCount = Number(values.nodes);
const measureMs = Number(values.seconds) * 1_000;

await using network = await startLocalNetwork({ nodeCount });
await formNetwork(network.nodes);
await throughput(network.nodes); // compiles the hot paths; not counted
const ratios: number[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const onFirst = round % 2 === 1;
  const first = await (onFirst ? watched : throughput)(network.nodes);
  const second = await (onFirst ? throughput : watched)(network.nodes);
  const [off, on] = onFirst ? [second, first] : [first, second];
  ratios.push(on / off);
  process.stdout.write(
    `round ${round + 1}: off ${off.toFixed(0)} tx/s, on ${on.toFixed(0)} tx/s, on/off ${(on / off).toFixed(3)}\n`,
  );
}
ratios.sort((a, b) => a - b);
const middle = ratios.length / 2;
const median = ((ratios[Math.ceil(middle) - 1] ?? 0) + (ratios[Math.floor(middle)] ?? 0)) / 2;
process.stdout.write(
  `scraping and sampling, n = ${nodeCount}: median on/off ${median.toFixed(3)} (at least 0.97)\n`,
);

async function throughput(nodes: readonly LocalNode[]): Promise<number> {
  const { results } = await runLoad(nodes, {
    arrivals: 'poisson',
    totalTxPerSec: Number(values.rate),
    sizeBytes: 128,
    warmupMs: 2_000,
    measureMs,
    drainMsMax: 30_000,
  });
  const committed = results.reduce((sum, result) => sum + result.committedInWindow, 0);
  return (committed / measureMs) * 1_000;
}

async function watched(nodes: readonly LocalNode[]): Promise<number> {
  const signal = new AbortController().signal;
  const { clients, close } = connectNodes(
    nodes.map(({ index, controlUrl }) => ({ nodeIndex: index, name: `node-${index}`, controlUrl })),
  );
  const scraper = startScraper(
    {
      nodes: clients,
      periodMs: scrapePeriodMs(nodes.length),
    },
    { clock, signal },
  );
  const host = startHostSampler(
    { host: 0, local: true, ownPids: nodes.map(({ pid }) => pid) },
    { clock, signal },
  );
  try {
    return await throughput(nodes);
  } finally {
    host.stop();
    await scraper.stop();
    close();
  }
}
