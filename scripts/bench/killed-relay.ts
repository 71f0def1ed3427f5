import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable } from '../../controller/src/cli/table.ts';
import type { RunFinding } from '../../controller/src/model/finding.ts';
import { root } from './local-network.ts';

/**
 * What a relay costs that is killed under load: one repetition for each topology, by the testbed
 * itself, with real processes. Each topology stays connected: a star and a tree have no relay that
 * they can do without, so of these a node at the edge is killed. The mission asks that nothing is
 * lost of what the others took in, and that throughput is back to 90 % within three base timeouts.
 *
 *   node scripts/bench/killed-relay.ts --nodes 16 --rate 200
 */
const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '16' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '30' },
    topology: { type: 'string', default: 'full,ring,mesh,random,star,hierarchical' },
    /** A relay of a ring, a mesh and a random graph; at the edge of a star and of a tree of fours. */
    node: { type: 'string', default: '7' },
  },
});
const timeoutMs = 1_000;
const backMsMax = 3 * timeoutMs;

const folder = mkdtempSync(join(tmpdir(), 'testbed-relay-'));
try {
  const file = join(folder, 'killed-relay.yaml');
  writeFileSync(file, scenario());
  const { stdout, status } = spawnSync(join(root, 'scripts', 'testbed'), ['run', file, '--json'], {
    encoding: 'utf8',
    env: { ...process.env, TESTBED_HOME: join(folder, 'home'), DATABASE_URL: '' },
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // 6: a busy machine's result is not valid, and a result all the same.
  if (status !== 0 && status !== 6) throw new Error(`The run failed (${status}).`);
  print(JSON.parse(stdout) as RunFinding); // what render-json.ts wrote
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function scenario(): string {
  return JSON.stringify({
    name: 'killed-relay',
    runtime: 'process',
    nodes: [Number(values.nodes)],
    repetitions: 1,
    load: { rate: Number(values.rate) },
    phases: { warmup: '5s', measure: `${values.seconds}s`, drain: '30s' },
    engine: { timeout: `${timeoutMs}ms` },
    timeline: [{ at: '10s', crash: Number(values.node) }],
    vary: { topology: values.topology.split(',') },
  });
}

function print({ cells }: RunFinding): void {
  const rows = cells.map((cell) => {
    const last = cell.repetitions.at(-1);
    const impact = last?.impacts?.at(0);
    const lost = last?.figures.successRatio == null ? null : 1 - last.figures.successRatio;
    const backMs = impact?.recoveredMs ?? null;
    const isSoon = backMs !== null && backMs <= backMsMax;
    return [
      cell.coordinates.at(-1)?.text ?? '',
      word(impact?.formerTxPerSec, 0),
      word(impact?.heldTxPerSec, 0),
      lost === null ? '-' : lost === 0 ? 'nothing' : `${(lost * 100).toFixed(2)} %`,
      word(impact?.silenceMs, 0),
      impact?.recovery === 'back' ? word(backMs, 0) : (impact?.recovery ?? '-'),
      isSoon ? 'yes' : 'no',
      last?.reasons.map(({ code }) => code).join(' ') || 'valid',
    ];
  });
  const columns = [
    'topology',
    'tx/s before',
    'after',
    'lost',
    'silent ms',
    'back ms',
    `within ${backMsMax} ms`,
    'verdict',
  ];
  process.stdout.write(
    `node ${values.node} of ${values.nodes} is killed, ${values.rate} tx/s offered\n`,
  );
  process.stdout.write(
    `${formatTable(
      columns.map((heading) => ({ heading })),
      rows,
    )}\n`,
  );
}

function word(value: number | null | undefined, digits: number): string {
  return value == null ? '-' : value.toFixed(digits);
}
