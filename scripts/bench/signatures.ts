/**
 * What signatures cost: each scheme by itself, then networks that sign with it, in turns.
 *
 *   node scripts/bench/signatures.ts [--sizes 4,10] [--schemes ed25519,bls12-381] [--rate 500]
 *     [--rounds 2] [--seconds 5] [--saturate] [--engine '{"batchTxMax": 1000}']
 *
 * Beside CPU per block stands the model of the engine with explicit signatures (consensus.md 3.2)
 * with the costs of this very run: n signatures made, and verified n proposals, q votes of the next
 * leader and q of each of the others; where they are added up, one aggregate in place of q.
 * --saturate offers more than can be carried and prints throughput as a share of Ed25519's.
 */
import { parseArgs } from 'node:util';
import { decodeHistogram, mergeHistograms } from '../../controller/src/model/latency-histogram.ts';
import {
  type SignatureSchemeName,
  signatureSchemeSchema,
} from '../../node-image/src/contract/index.ts';
import { quorumSize } from '../../node-image/src/engine/shared/quorum.ts';
import { loadScheme } from '../../node-image/src/signatures/registry.ts';
import { defaultEngine, formNetwork, runLoad, startLocalNetwork } from './local-network.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '4,10' },
    schemes: { type: 'string', default: signatureSchemeSchema.options.join(',') },
    rate: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '5' },
    saturate: { type: 'boolean', default: false },
    engine: { type: 'string', default: '{}' },
  },
});
const schemes = values.schemes.split(',').map((name) => signatureSchemeSchema.parse(name));

interface Costs {
  readonly signMs: number;
  readonly verifyMs: number;
  /** Of a quorum of so many as one; null where they are not added up. */
  aggregateMs(signers: number): number | null;
}

interface Outcome {
  readonly txPerSec: number;
  readonly blocks: number;
  readonly cpuMsPerBlock: number;
  readonly cryptoMsPerBlock: number;
  readonly kbPerBlock: number;
  readonly p50Ms: number;
  readonly timeouts: number;
}

const costs = new Map<SignatureSchemeName, Costs>();
line(['scheme', 'key B', 'sig B', 'sign us', 'p99', 'verify us', 'p99', 'of 27 us', 'of 67 us']);
for (const name of schemes) costs.set(name, await timeScheme(name));

line([]);
const tail = values.saturate ? ['of Ed25519'] : ['model ms', 'of model'];
line(['scheme', 'n', 'tx/s', 'p50 ms', 'CPU ms/blk', 'crypto %', 'KB/block', 'timeouts', ...tail]);
for (const size of values.sizes.split(',').map(Number)) await compare(size);

/** Networks of each scheme in turns, so that what else the machine does falls on all alike. */
async function compare(size: number): Promise<void> {
  const outcomes = new Map<SignatureSchemeName, Outcome[]>(schemes.map((name) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const name of schemes) outcomes.get(name)?.push(await measure(name, size));
  }
  const base = meanOf(outcomes.get('ed25519') ?? [], ({ txPerSec }) => txPerSec);
  for (const [name, rounds] of outcomes) {
    const mean = (read: (outcome: Outcome) => number): number => meanOf(rounds, read);
    const cpu = mean((o) => o.cpuMsPerBlock);
    const model = modelMs(name, size);
    line([
      name,
      size,
      Math.round(mean((o) => o.txPerSec)),
      mean((o) => o.p50Ms).toFixed(1),
      cpu.toFixed(2),
      ((100 * mean((o) => o.cryptoMsPerBlock)) / cpu).toFixed(0),
      mean((o) => o.kbPerBlock).toFixed(1),
      mean((o) => o.timeouts).toFixed(0),
      ...(values.saturate
        ? [(mean((o) => o.txPerSec) / base).toFixed(2)]
        : [model.toFixed(2), (cpu / model).toFixed(2)]),
    ]);
  }
}

async function measure(signature: SignatureSchemeName, nodeCount: number): Promise<Outcome> {
  await using network = await startLocalNetwork({ nodeCount, execArgv: [] });
  const engine = { ...defaultEngine, ...JSON.parse(values.engine) };
  await formNetwork(network.nodes, engine, `signatures-${process.pid}`, { signature });
  const measureMs = Number(values.seconds) * 1_000;
  const { results } = await runLoad(network.nodes, {
    arrivals: 'poisson',
    totalTxPerSec: Number(values.rate),
    sizeBytes: 128,
    warmupMs: 2_000,
    measureMs,
    drainMsMax: 10_000,
  });
  const counters = results.map((result) => result.counters);
  const sum = (read: (one: (typeof counters)[number]) => number): number =>
    counters.reduce((total, one) => total + read(one), 0);
  const blocks = Math.max(1, ...counters.map(({ blocksCommitted }) => blocksCommitted));
  const committed = results.reduce((total, { committedInWindow }) => total + committedInWindow, 0);
  const latency = mergeHistograms(
    results.map(({ histograms }, at) => decodeHistogram(histograms.commitLatency, `node ${at}`)),
  );
  const crypto = sum(({ signatures }) =>
    signatures === undefined ? 0 : signatures.makingMicros + signatures.checkingMicros,
  );
  return {
    txPerSec: (committed / measureMs) * 1_000,
    blocks,
    cpuMsPerBlock: sum(({ cpuMicros }) => cpuMicros) / 1_000 / blocks,
    cryptoMsPerBlock: crypto / 1_000 / blocks,
    kbPerBlock: sum(({ bytesSent }) => bytesSent) / 1_000 / blocks,
    p50Ms: latency.percentileMs(50) ?? 0,
    timeouts: Math.max(...counters.map(({ roundsTimedOut }) => roundsTimedOut)),
  };
}

/** CPU of all nodes per block, ms: `consensus.md` 3.2; M is the cost of a message on both ends. */
function modelMs(name: SignatureSchemeName, n: number): number {
  const of = costs.get(name);
  if (of === undefined) return Number.NaN;
  const q = quorumSize(n);
  const messagesMs = 2 * (n - 1) * 0.032;
  const quorumMs = of.aggregateMs(q) ?? q * of.verifyMs;
  return messagesMs + (n + 1) * of.signMs + (n - 1) * of.verifyMs + n * quorumMs;
}

async function timeScheme(name: SignatureSchemeName): Promise<Costs> {
  const scheme = await loadScheme(name);
  const keys = Array.from({ length: 67 }, (_, index) =>
    scheme.createKey(Buffer.alloc(32, `${name} ${index}`)),
  );
  const { verify, aggregation } = scheme.importKeys(keys);
  const [key] = keys;
  if (key === undefined) throw new Error('no key');
  const message = Buffer.from(
    'prsm-testbed/jolteon/1V and what else a vote says, some 80 bytes of it',
  );
  const signature = key.sign(message);
  const signUs = times(() => key.sign(message));
  const verifyUs = times(() => verify(0, message, signature));
  const aggregateUs = (signers: number): number | null => {
    if (aggregation === null) return null;
    const parts = keys.slice(0, signers).map((each) => each.sign(message));
    const aggregate = aggregation.aggregate(parts);
    const statements = parts.map((_, signer) => ({ signer, message }));
    if (aggregate === null) throw new Error('no aggregate');
    return median(times(() => aggregation.verify(statements, aggregate)));
  };
  line([
    name,
    scheme.publicKeyBytes,
    scheme.signatureBytes,
    ...[signUs, verifyUs].flatMap((all) => [
      median(all).toFixed(0),
      quantile(all, 0.99).toFixed(0),
    ]),
    ...[27, 67].map((signers) => aggregateUs(signers)?.toFixed(0) ?? '-'),
  ]);
  return {
    signMs: median(signUs) / 1_000,
    verifyMs: median(verifyUs) / 1_000,
    aggregateMs: (signers) => {
      const us = aggregateUs(Math.min(signers, keys.length));
      return us === null ? null : us / 1_000;
    },
  };
}

/** Microseconds of each of many calls, without the first, which compile. */
function times(action: () => void): number[] {
  const all: number[] = [];
  for (const endMs = performance.now() + 500; performance.now() < endMs; ) {
    const startedMs = performance.now();
    action();
    all.push(1_000 * (performance.now() - startedMs));
  }
  return all.slice(Math.floor(all.length / 10)).sort((a, b) => a - b);
}

function median(sorted: readonly number[]): number {
  return quantile(sorted, 0.5);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function meanOf(outcomes: readonly Outcome[], read: (outcome: Outcome) => number): number {
  return outcomes.reduce((total, one) => total + read(one), 0) / outcomes.length;
}

function line(cells: readonly (string | number)[]): void {
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(11)).join(' ')}\n`);
}
