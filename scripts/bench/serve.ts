/**
 * What the server costs that a person looks at: the list of runs on a database of 1,000 runs, and
 * the processor time of the server with 1 and with 20 viewers of a run on the process runtime.
 * usage: node scripts/bench/serve.ts [runs]
 */
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { systemClock } from '../../controller/src/lib/system-clock.ts';
import { openStore } from '../../controller/src/store/open-store.ts';
import { generateShapedRun } from '../../tests/fixtures/shaped-run.ts';
import { copyRuns } from './copy-runs.ts';

const [runs = 1_000] = process.argv.slice(2).map(Number);
const listMsMax = 100;
const looks = 20;
const secondsEach = 8;
const root = join(import.meta.dirname, '../..');
const home = await mkdtemp('/var/tmp/testbed-bench-');
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

try {
  // So that the database's account can enter.
  await chmod(home, 0o755);
  await fill();
  await measure();
} finally {
  await rm(home, { recursive: true, force: true, maxRetries: 3 });
}

async function fill(): Promise<void> {
  const onWarning = (text: string): void => void say(text);
  const opening = { clock: systemClock, signal: new AbortController().signal, onWarning };
  const store = await openStore({ dataFolder: home }, opening);
  const { run, repetitions } = generateShapedRun({
    ...{ sizes: [4, 7, 10], repetitions: 2, measureMs: 5_000 },
    ...{ withChanges: true, withTrouble: true },
  });
  await store.saveRun(run);
  for (const record of repetitions) await store.saveRepetition(record);
  const socket = { host: join(home, 'postgres/socket'), port: 5432, database: 'testbed' };
  const client = new pg.Client({ ...socket, user: 'testbed' });
  await client.connect();
  await copyRuns(client, { runs, samples: runs });
  await client.query('vacuum analyze');
  await client.end();
  await store.close();
}

async function measure(): Promise<void> {
  const env = { ...process.env, TESTBED_HOME: home, DATABASE_URL: '' };
  const server = spawn(join(root, 'scripts/testbed'), ['serve', '--port', '0'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => server.once('close', resolve));
  try {
    const url = await addressOf(server.stdout);
    say(`list of ${runs} runs: ${await timeList(url)} (at most ${listMsMax} ms)`);
    await startRun(url);
    const [one, twenty] = [await costOf(server.pid, url, 1), await costOf(server.pid, url, 20)];
    say(
      `server: ${tell(one)} with 1 viewer, ${tell(twenty)} with 20: ${(twenty / one).toFixed(2)} times (at most 2)`,
    );
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of output) {
    text += String(chunk);
    const [, url] = /serving at (\S+)/.exec(text) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the server ended:\n${text}`);
}

/** Median and worst of some looks, the first of which pays for what is read once. */
async function timeList(url: string): Promise<string> {
  const took: number[] = [];
  for (let look = 0; look <= looks; look++) {
    const begunMs = performance.now();
    const reply = await fetch(new URL('/api/v1/runs?limit=50', url));
    await reply.json();
    if (!reply.ok) throw new Error(`the list answered with ${reply.status}`);
    if (look > 0) took.push(performance.now() - begunMs);
  }
  took.sort((a, b) => a - b);
  return `median ${took[looks >> 1]?.toFixed(0)} ms, worst ${took.at(-1)?.toFixed(0)} ms`;
}

async function startRun(url: string): Promise<void> {
  const text = `{ name: watched, nodes: [4], runtime: process, load: { rate: 100 }, repetitions: 1,
    phases: { warmup: 2s, measure: 60s } }`;
  await fetch(new URL('/api/v1/runs', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  });
  for (;;) {
    const reply = await fetch(new URL('/api/v1/status', url));
    const { run } = (await reply.json()) as { run: { phase: string | null } | null };
    if (run?.phase === 'measure') return;
    await pause(200);
  }
}

/** @returns cores that the server uses while so many watch */
async function costOf(pid: number | undefined, url: string, viewers: number): Promise<number> {
  const over = new AbortController();
  const watching = Array.from({ length: viewers }, async () => {
    const { body } = await fetch(new URL('/api/v1/events', url), { signal: over.signal });
    for await (const _ of body ?? []);
  });
  await pause(2_000);
  const before = await cpuSeconds(pid);
  await pause(secondsEach * 1_000);
  const cores = ((await cpuSeconds(pid)) - before) / secondsEach;
  over.abort();
  await Promise.allSettled(watching);
  return cores;
}

/** User and system time so far, in seconds; the kernel counts hundredths. */
async function cpuSeconds(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function tell(cores: number): string {
  return `${(cores * 100).toFixed(1)} % of a core`;
}
