import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { LoopOrder, MemberIdentity, MemberOrder } from './bare-loop-member.ts';
import {
  defaultEngine,
  formNetwork,
  freePorts,
  runLoad,
  startLocalNetwork,
} from './local-network.ts';
import { useTwoCores } from './pin-cores.ts';

/**
 * What the engine makes of this machine: its throughput at saturation beside that of a bare
 * leader-and-votes loop of the same messages, in turns in one run.
 *
 * The loop: processes as many as nodes, linked by the same transport and codec. The leader of a
 * round broadcasts a block of as many transactions as the engine's blocks held on average, with a
 * certificate for the one before; everyone checks the leader's signature, the certificate's votes
 * that are not its own and the hash of the payload, and sends a signed vote to the next leader, who
 * checks a quorum of them. All of that an engine cannot do without. Left out: everything else.
 * Rules and durable state, mempools and their duplicates, commits, forwarded transactions, timers,
 * the load's generators, metrics and the control port.
 *
 *   node scripts/bench/bare-loop.ts --nodes 4,10,20,40 --turns 3
 */
const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '4,10,20,40' },
    /** Offered to the engine for each size; without it, about twice what it can carry. */
    rate: { type: 'string' },
    turns: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    warmup: { type: 'string', default: '10' },
    size: { type: 'string', default: '128' },
  },
});
const saturating: Readonly<Record<number, number>> = {
  4: 50_000,
  10: 20_000,
  20: 8_000,
  40: 3_000,
};
const measureMs = Number(values.seconds) * 1_000;
const warmupMs = Number(values.warmup) * 1_000;
const sizeBytes = Number(values.size);

interface Carried {
  readonly txPerSec: number;
  readonly blocksPerSec: number;
  readonly cpuMsPerBlock: number;
}

useTwoCores();
const header = ['nodes', 'turn', 'tx/block', 'engine tx/s', 'blocks/s', 'CPU ms/block'];
print([...header, 'loop tx/s', 'blocks/s', 'CPU ms/block', 'engine/loop']);
const rates = values.rate?.split(',').map(Number);
for (const [position, size] of values.nodes.split(',').map(Number).entries()) {
  const ratios: number[] = [];
  for (let turn = 1; turn <= Number(values.turns); turn++) {
    const engine = await runEngine(size, rates?.[position] ?? saturating[size] ?? 1_000);
    const transactions = Math.round(engine.txPerSec / engine.blocksPerSec);
    const loop = await runLoop(size, transactions);
    ratios.push(engine.txPerSec / loop.txPerSec);
    print([size, turn, transactions, ...cells(engine), ...cells(loop), ratios.at(-1)?.toFixed(2)]);
  }
  const median = ratios.toSorted((a, b) => a - b)[(ratios.length - 1) >>> 1];
  print([size, 'median', '', '', '', '', '', '', '', median?.toFixed(2)]);
}

async function runEngine(nodeCount: number, totalTxPerSec: number): Promise<Carried> {
  await using network = await startLocalNetwork({ nodeCount });
  await formNetwork(network.nodes, defaultEngine);
  const load = { arrivals: 'poisson', sizeBytes, drainMsMax: 10_000 } as const;
  const { results } = await runLoad(network.nodes, { ...load, totalTxPerSec, warmupMs, measureMs });
  const sum = (read: (result: (typeof results)[number]) => number): number =>
    results.reduce((total, result) => total + read(result), 0);
  const blocks = Math.max(1, ...results.map(({ counters }) => counters.blocksCommitted));
  return {
    txPerSec: sum(({ committedInWindow }) => committedInWindow) / (measureMs / 1_000),
    blocksPerSec: blocks / (measureMs / 1_000),
    cpuMsPerBlock: sum(({ counters }) => counters.cpuMicros) / 1_000 / blocks,
  };
}

async function runLoop(size: number, transactions: number): Promise<Carried> {
  const ports = await freePorts(size);
  const children = ports.map((port, index) => startMember({ index, size, port }));
  try {
    const members = await Promise.all(children.map((child) => next<MemberIdentity>(child)));
    const linked = Promise.all(children.map((child) => next(child)));
    const order: LoopOrder = { members, transactions, sizeBytes };
    for (const child of children) child.send(order);
    await linked;
    children[1 % size]?.send('go');
    await sleep(warmupMs);
    const before = await look(children);
    await sleep(measureMs);
    const after = await look(children);
    const blocks = after.round - before.round;
    return {
      txPerSec: (blocks * transactions) / (measureMs / 1_000),
      blocksPerSec: blocks / (measureMs / 1_000),
      cpuMsPerBlock: (after.cpuMs - before.cpuMs) / blocks,
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

function startMember(order: MemberOrder): ChildProcess {
  return fork(join(import.meta.dirname, 'bare-loop-member.ts'), [JSON.stringify(order)], {
    env: { ...process.env, MALLOC_ARENA_MAX: '1', NODE_NO_WARNINGS: '1' },
  });
}

async function next<T>(child: ChildProcess): Promise<T> {
  const [message] = await once(child, 'message');
  return message as T; // bare-loop-member.ts says in which order what comes
}

interface Look {
  readonly round: number;
  readonly cpu: { readonly user: number; readonly system: number };
}

async function look(children: readonly ChildProcess[]): Promise<{ round: number; cpuMs: number }> {
  const looks = await Promise.all(
    children.map((child) => {
      const answer = next<Look>(child);
      child.send('look');
      return answer;
    }),
  );
  const cpuMs = looks.reduce((sum, { cpu }) => sum + (cpu.user + cpu.system) / 1_000, 0);
  return { round: Math.max(...looks.map(({ round }) => round)), cpuMs };
}

function cells({ txPerSec, blocksPerSec, cpuMsPerBlock }: Carried): string[] {
  return [txPerSec.toFixed(0), blocksPerSec.toFixed(1), cpuMsPerBlock.toFixed(1)];
}

function print(row: readonly (string | number | undefined)[]): void {
  process.stdout.write(`${row.map((cell) => String(cell ?? '').padStart(12)).join(' ')}\n`);
}
