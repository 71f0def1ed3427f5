import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  endpoints,
  engineParametersSchema,
  type LoadStart,
  type NodeResults,
  type NodeStatus,
  nodeStatusSchema,
  resultsSchema,
} from '../../node-image/src/contract/index.ts';
import {
  accepted,
  defaultEngine,
  formNetwork,
  type LocalNode,
  loadStatusOf,
  startLocalNetwork,
} from './local-network.ts';

/**
 * What the crash of a leader costs: the longest time without a commit at the nodes that live on, in
 * timeouts, and how long the node needs, once it is started again, to have all that others have.
 *
 *   node scripts/bench/leader-crash.ts --nodes 7 --rate 500 --crashes 5 --votes next-leader,all
 *
 * Several ways of sending votes, or several rotations, are measured one after the other.
 */
const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '7' },
    rate: { type: 'string', default: '500' },
    crashes: { type: 'string', default: '5' },
    protocol: { type: 'string', default: 'jolteon' },
    votes: { type: 'string', default: 'next-leader,all' },
    rotation: { type: 'string', default: 'round-robin' },
    /** Between the death of a node and its next start, in ms. */
    down: { type: 'string', default: '3000' },
  },
});
const nodeCount = Number(values.nodes);
const downMs = Number(values.down);
const crashes = Number(values.crashes);
const WARMUP_MS = 5_000;
/** From one crash to the next, and to the end. */
const periodMs = downMs + 9_000;
const LOOK_MS = 25;

interface Crash {
  readonly leader: number;
  readonly atMs: number;
  readonly upMs: number;
  readonly caughtUpMs: number | null;
}

for (const rotation of values.rotation.split(',')) {
  for (const votes of values.votes.split(',')) await measure({ rotation, votes });
}

async function measure(way: { readonly rotation: string; readonly votes: string }): Promise<void> {
  await using network = await startLocalNetwork({ nodeCount });
  const { nodes } = network;
  const engine = { ...defaultEngine, protocol: values.protocol, ...way };
  await formNetwork(nodes, engineParametersSchema.parse(engine));
  const startMs = Date.now() + 500;
  const measureMs = crashes * periodMs + 1_000;
  await Promise.all(nodes.map((node) => startLoad(node, { startMs, measureMs })));
  await sleep(startMs + WARMUP_MS - Date.now());
  process.stdout.write(`${values.protocol}, ${way.rotation}, votes to ${way.votes}\n`);
  print(['crash', 'leader', 'silent ms', 'timeouts', 'up ms', 'caught up ms']);
  const done: Crash[] = [];
  for (let index = 0; index < crashes; index++) {
    await sleep(startMs + WARMUP_MS + index * periodMs + 500 - Date.now());
    done.push(await crashLeader(nodes));
  }
  await sleep(startMs + WARMUP_MS + measureMs + 3_000 - Date.now());
  await report(nodes, done);
}

async function startLoad(
  node: LocalNode,
  { startMs, measureMs }: { readonly startMs: number; readonly measureMs: number },
): Promise<void> {
  await accepted(node, endpoints.loadStart, {
    arrivals: 'poisson',
    sizeBytes: 128,
    rateTxPerSec: Number(values.rate) / nodeCount,
    seed: node.index + 1,
    warmupMs: WARMUP_MS,
    measureMs,
    startUnixMs: startMs,
  } satisfies LoadStart);
}

/** Whoever leads at the moment. */
async function crashLeader(nodes: readonly LocalNode[]): Promise<Crash> {
  // Node 0 lives: somebody has to have seen it all.
  let leader = 0;
  while (leader === 0) {
    leader = (await statusOf(nodes[0] as LocalNode)).leader ?? 0;
    if (leader === 0) await sleep(1);
  }
  const node = nodes[leader] as LocalNode;
  const atMs = Date.now();
  await node.kill('SIGKILL');
  await sleep(atMs + downMs - Date.now());
  const startedMs = Date.now();
  await node.restart();
  const upMs = Date.now() - startedMs;
  const caughtUpMs = await catchUp(nodes, node, startedMs);
  return { leader, atMs, upMs, caughtUpMs };
}

/** @returns null where it had not within 6 s */
async function catchUp(
  nodes: readonly LocalNode[],
  node: LocalNode,
  startedMs: number,
): Promise<number | null> {
  while (Date.now() < startedMs + 6_000) {
    // What the other has at this time, the node has to have when it is asked afterwards.
    const { committedHeight: theirs } = await statusOf(nodes[0] as LocalNode);
    const { committedHeight: own } = await statusOf(node);
    if (own >= theirs) return Date.now() - startedMs;
    await sleep(LOOK_MS);
  }
  return null;
}

async function report(nodes: readonly LocalNode[], all: readonly Crash[]): Promise<void> {
  const survivor = nodes[0] as LocalNode;
  const results = await survivor.get(endpoints.results, (value) => resultsSchema.parse(value));
  for (const [index, { leader, atMs, upMs, caughtUpMs }] of all.entries()) {
    const silentMs = longestSilence(results, atMs - 200, atMs + downMs);
    print([
      ...[index + 1, leader, Math.round(silentMs)],
      (silentMs / defaultEngine.baseTimeoutMs).toFixed(2),
      ...[upMs, caughtUpMs ?? 'never'],
    ]);
  }
  const status = await loadStatusOf(survivor);
  const sent = results.scheduledInWindow;
  process.stdout.write(
    `node 0: ${results.committedOfWindow} of ${sent} transactions of the window committed, ${status.pending} pending\n`,
  );
}

/** Between two commits that the survivor saw, the first of them in this time. */
function longestSilence({ commits, window }: NodeResults, fromMs: number, toMs: number): number {
  if (commits === undefined) throw new Error('The node does not tell when it commits.');
  let slice = 0;
  const times = commits.slices.map(([gap]) => {
    slice += gap;
    return window.startUnixMs + slice * commits.sliceMs;
  });
  const gaps = times.slice(1).flatMap((time, before) => {
    const since = times[before] ?? time;
    return since >= fromMs && since <= toMs ? [time - since] : [];
  });
  return Math.max(0, ...gaps);
}

function statusOf(node: LocalNode): Promise<NodeStatus> {
  return node.get(endpoints.status, (value) => nodeStatusSchema.parse(value));
}

function print(cells: readonly (string | number)[]): void {
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(12)).join(' ')}\n`);
}
