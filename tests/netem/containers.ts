/**
 * Containers and their network namespaces in the laboratory, through the tools of iproute2 and
 * iputils and nothing of the code under test.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { docker } from '../fixtures/e2e-docker.ts';

const execute = promisify(execFile);

if (process.env.NETEM_LAB === undefined) {
  throw new Error('These tests are for the kernel of the laboratory: npm run test:netem');
}

/** Runs a program and returns its output. @throws with what it said */
export async function run(program: string, ...words: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, [...words], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Starts a container of the node image that only sleeps. @returns its id */
export function startIdle(...options: readonly string[]): Promise<string> {
  const image = 'prsm-testbed-node:latest';
  return docker('run', '--detach', ...options, '--entrypoint', 'sleep', image, '3600');
}

export interface Place {
  /** Of the container's first process, in the laboratory. */
  readonly pid: string;
  readonly address: string;
  /** Its end of the link: `eth0`. */
  readonly device: string;
}

/** Where a container is in one of its networks. */
export async function placeOf(container: string, network: string): Promise<Place> {
  const format = `{{.State.Pid}} {{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
  const [pid = '', address = ''] = (await docker('inspect', '--format', format, container)).split(
    ' ',
  );
  const line = await inside(pid, 'ip', '-o', '-4', 'addr', 'show', 'to', address);
  return { pid, address, device: /^\d+: (\S+)/.exec(line)?.[1] ?? '' };
}

/** Names of the containers of nodes that run, in node order. */
export async function runningNodes(): Promise<readonly string[]> {
  const format = '{{.Label "testbed.node"}} {{.Names}}';
  const lines = await docker('ps', '--filter', 'label=testbed.node', '--format', format);
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, name = '']) => name);
}

/** Where a node is in the network that carries consensus traffic. */
export async function dataPlace(node: string): Promise<Place> {
  return placeOf(node, node.replace(/node\d+$/, 'data'));
}

/** Runs a program in the network namespace of a process. */
export function inside(pid: string, ...command: readonly string[]): Promise<string> {
  return run('nsenter', `--target=${pid}`, '--net', '--', ...command);
}

export interface Pings {
  readonly sent: number;
  /** Round trips, ascending. */
  readonly rttMs: readonly number[];
}

/** Echo requests of 56 bytes by the ping of iputils. */
export async function ping(
  pid: string,
  address: string,
  { count, intervalMs }: { readonly count: number; readonly intervalMs: number },
): Promise<Pings> {
  const words = ['-n', '-c', `${count}`, '-i', `${intervalMs / 1000}`, '-W', '2', address];
  // ping ends with 1 if nothing came back, which is a result here.
  const output = await inside(pid, 'sh', '-c', `ping ${words.join(' ')} || [ $? = 1 ]`);
  const rttMs = [...output.matchAll(/ time=([\d.]+) ms/g)].map(([, text]) => Number(text));
  const sent = Number(/(\d+) packets transmitted/.exec(output)?.[1]);
  return { sent, rttMs: rttMs.sort((a, b) => a - b) };
}

export function median(ascending: readonly number[]): number {
  return ascending[Math.floor(ascending.length / 2)] ?? Number.NaN;
}

/** What the laboratory promises of a median round trip: 3 % or 1 ms, whichever is more. */
export function toleranceMs(askedMs: number): number {
  return Math.max(0.03 * askedMs, 1);
}
