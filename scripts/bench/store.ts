/**
 * How fast samples get into the database of our own: generates repetitions with samples of many
 * nodes and metrics, saves them through the store as a run does (spool file with fsync, then COPY
 * in one transaction with fsync), and prints samples per second. Not a test: it never fails.
 *   node scripts/bench/store.ts [nodes] [metrics] [values per series] [repetitions]
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createPrng } from '../../controller/src/lib/prng.ts';
import { systemClock } from '../../controller/src/lib/system-clock.ts';
import { createRepetitionId, createRunId } from '../../controller/src/model/ids.ts';
import type {
  RepetitionRecord,
  RunRecord,
  SampleRecord,
} from '../../controller/src/model/record.ts';
import { createEmbeddedSource } from '../../controller/src/store/embedded/embedded-source.ts';
import { openStore } from '../../controller/src/store/open-store.ts';
import { createDatabase } from '../../controller/src/store/postgres/database.ts';
import { createPostgresStore } from '../../controller/src/store/postgres/postgres-store.ts';

const [nodes = 16, metrics = 120, values = 60, repetitions = 5] = process.argv.slice(2).map(Number);
const samplesEach = nodes * metrics * values;
const dependencies = {
  clock: systemClock,
  signal: new AbortController().signal,
  onWarning: (text: string) => process.stderr.write(`${text}\n`),
};

const root = await mkdtemp('/var/tmp/testbed-bench-');
try {
  // So that the server's account can enter and the database is where the spool is.
  await chmod(root, 0o755);
  const dataFolder = join(root, 'data');
  const store = await openStore({ dataFolder }, dependencies);
  const inner = createPostgresStore(
    createDatabase(await createEmbeddedSource(dataFolder, dependencies), dependencies),
  );
  const run = makeRun();
  await store.saveRun(run);
  const records = Array.from({ length: repetitions }, (_, index) => makeRepetition(run, index));
  print(
    'COPY into the database',
    await time(records, (record) =>
      inner.write({ kind: 'repetition', savedAt: new Date(), record }),
    ),
  );
  print('with spool, as a run does', await time(records, (record) => store.saveRepetition(record)));
  await inner.close();
  await store.close();
} finally {
  await rm(root, { recursive: true, force: true });
}

/** @returns seconds for each record */
async function time(
  records: readonly RepetitionRecord[],
  save: (record: RepetitionRecord) => Promise<void>,
): Promise<number[]> {
  const seconds: number[] = [];
  for (const record of records) {
    const startedMs = systemClock.monotonicMs();
    await save(record);
    seconds.push((systemClock.monotonicMs() - startedMs) / 1000);
  }
  return seconds;
}

/** The median is what a run sees; the first save also warms up the compiler. */
function print(what: string, seconds: readonly number[]): void {
  const sorted = [...seconds].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const all = seconds.map((one) => Math.round(samplesEach / one).toLocaleString('en')).join(', ');
  const rate = Math.round(samplesEach / median);
  process.stdout.write(
    `${what}: ${rate.toLocaleString('en')} samples/s (${samplesEach} samples a repetition; ` +
      `limit 200,000: ratio ${(rate / 200_000).toFixed(2)}; each: ${all})\n`,
  );
}

function makeRun(): RunRecord {
  const startedAt = new Date();
  const scenario: RunRecord['plan']['scenario'] = {
    name: 'bench',
    description: '',
    seed: 1,
    runtime: 'process',
    image: '-',
    nodes: [nodes],
    repetitions,
    load: { arrivals: 'constant', rateTxPerSec: 1, sizeBytes: 128 },
    resources: { cpus: null, memoryBytes: null, pidsMax: 64 },
    network: {
      title: 'unshaped',
      regions: [],
      groups: [],
      upBitsPerSec: null,
      downBitsPerSec: null,
      links: [],
    },
    shaper: 'none',
    timeline: [],
    expect: [],
    phases: { warmupMs: 0, measureMs: values * 1000, drainMsMax: 0, readyMsMax: 0 },
    signature: 'ed25519',
    engine: {
      protocol: 'jolteon',
      baseTimeoutMs: 1000,
      idleDelayMs: 50,
      batchTxMax: 1000,
      batchBytesMax: 1000,
      batchAgeMsMax: 5,
      mempoolTxMax: 1000,
      forwardLeaders: 2,
    },
  };
  return {
    id: createRunId(startedAt, 0.5),
    name: 'bench',
    status: 'running',
    runtime: 'process',
    startedAt,
    endedAt: null,
    plan: {
      scenario,
      axes: [],
      runtime: 'process',
      shaper: 'none',
      cells: [],
      order: [],
      hash: '',
    },
    provenance: {
      testbedVersion: '0',
      gitCommit: null,
      gitDirty: null,
      contractVersion: 1,
      nodeVersion: process.version,
      nodeImage: '-',
      nodeImageName: '-',
      claims: { source: null, nodes: [] },
      commandLine: '-',
    },
    hosts: [
      {
        hostname: '-',
        kernel: '-',
        osName: '-',
        cpuModel: '-',
        cores: 1,
        memoryBytes: 1,
        cgroupVersion: null,
        engineVersion: null,
        engineApiVersion: null,
        local: true,
      },
    ],
    warnings: [],
    failure: null,
  };
}

function makeRepetition(run: RunRecord, repetition: number): RepetitionRecord {
  const cellId = `n${nodes}` as RepetitionRecord['cellId']; // as createCellId makes it
  return {
    id: createRepetitionId(run.id, cellId, repetition),
    runId: run.id,
    cellId,
    repetition,
    nodeCount: nodes,
    seed: repetition,
    attempt: 0,
    startedAt: run.startedAt,
    endedAt: run.startedAt,
    verdict: 'valid',
    reasons: [],
    safetyViolation: null,
    failure: null,
    bringUpMs: null,
    phases: [],
    events: [],
    nodes: [],
    samples: makeSamples(run.startedAt.getTime(), createPrng(repetition)),
    hostSamples: [],
    scrapeCompleteness: 1,
    network: null,
    timeline: [],
    graphs: [],
  };
}

/** In the order of scrapes: every second all nodes, of each all metrics. */
function makeSamples(startMs: number, prng: ReturnType<typeof createPrng>): SampleRecord[] {
  const names = Array.from({ length: metrics }, (_, index) => `metric_${index}_total{kind="x"}`);
  const samples: SampleRecord[] = [];
  for (let second = 0; second < values; second++) {
    for (let nodeIndex = 0; nodeIndex < nodes; nodeIndex++) {
      const at = new Date(startMs + second * 1000 + prng.below(20));
      for (const [index, metric] of names.entries()) {
        // Half are counters, half are measured numbers with all their digits.
        const value = index % 2 === 0 ? second * 1000 + prng.below(1000) : prng.next() * 1e6;
        samples.push({ nodeIndex, at, metric, value });
      }
    }
  }
  return samples;
}
