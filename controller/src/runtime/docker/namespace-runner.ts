/**
 * What runs scripts in the network namespaces of many nodes, side by side, inside the helper
 * container: one execution however many nodes there are, because each costs Docker 100 ms. Pure:
 * makes the command and reads what it printed.
 */
import { gzipSync } from 'node:zlib';
import { PREAMBLE, RUNNER } from './runner-program.ts';
import type { Streams } from './split-streams.ts';

export interface RunnerTask {
  /** A process in the node's namespaces; 0 if none runs. */
  readonly pid: number;
  /** The node's data address: what tells its data device from others. */
  readonly address: string;
  readonly script: string;
}

export interface RunnerFrame {
  /** late: time was up · cut: more output than anybody wants. */
  readonly state: 'done' | 'late' | 'cut';
  readonly exitCode: number;
  readonly startedUnixMs: number;
  readonly endedUnixMs: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** Of each script and stream; a script that prints more is ended. */
export const OUTPUT_BYTES_MAX: number = 8 * 2 ** 20;
/** Each is a few processes of a megabyte. */
const SCRIPTS_AT_ONCE = 128;
/** The kernel takes no argument longer than 128 KiB, and all of them together up to 2 MiB. */
const PIECE_BYTES = 96 * 2 ** 10;
const PAYLOAD_BYTES_MAX = 1.5 * 2 ** 20;
const TAIL_CHARACTERS = 400;

/** @returns null when the scripts are too long for one command, compressed as they are */
export function runnerCommand(tasks: readonly RunnerTask[], timeoutMs: number): string[] | null {
  const parts = tasks.flatMap(({ pid, address, script }) => {
    const bytes = Buffer.from(script);
    return [Buffer.from(`${pid} ${address} ${bytes.length}\n`), bytes];
  });
  const payload = gzipSync(Buffer.concat(parts)).toString('base64');
  if (payload.length > PAYLOAD_BYTES_MAX) return null;
  const count = Math.ceil(payload.length / PIECE_BYTES);
  const pieces = Array.from({ length: count }, (_, index) =>
    payload.slice(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
  );
  const limits = [timeoutMs / 1000, SCRIPTS_AT_ONCE, OUTPUT_BYTES_MAX].map(String);
  return ['perl', '-e', RUNNER, '--', ...limits, PREAMBLE, ...pieces];
}

/**
 * @param count how many tasks there were
 * @returns a frame for each task, or what was wrong with the output, as a sentence
 */
export function readFrames({ stdout, stderr }: Streams, count: number): RunnerFrame[] | string {
  const frames = new Map<number, RunnerFrame>();
  let offset = 0;
  for (;;) {
    const lineEnd = stdout.indexOf('\n', offset);
    const line = stdout.toString('latin1', offset, lineEnd < 0 ? stdout.length : lineEnd);
    if (lineEnd >= 0 && line === `@ end ${count}`) break;
    const header = lineEnd < 0 ? null : parseHeader(line);
    const bodyEnd = lineEnd + 1 + (header?.outBytes ?? 0) + (header?.errBytes ?? 0);
    if (header === null || bodyEnd >= stdout.length || frames.has(header.position)) {
      return wrong(frames.size, count, stdout.subarray(offset), stderr);
    }
    const outEnd = lineEnd + 1 + header.outBytes;
    frames.set(header.position, {
      ...header.frame,
      stdout: stdout.subarray(lineEnd + 1, outEnd),
      stderr: stdout.subarray(outEnd, bodyEnd),
    });
    offset = bodyEnd + 1;
  }
  const ordered = Array.from({ length: count }, (_, position) => frames.get(position) ?? []).flat();
  return ordered.length === count
    ? ordered
    : wrong(ordered.length, count, stdout.subarray(offset), stderr);
}

interface Header {
  readonly position: number;
  readonly frame: Omit<RunnerFrame, 'stdout' | 'stderr'>;
  readonly outBytes: number;
  readonly errBytes: number;
}

function parseHeader(line: string): Header | null {
  const match = /^@ (\d+) (done|late|cut) (\d+) (\d+) (\d+) (\d+) (\d+)$/.exec(line);
  if (match === null) return null;
  const [
    position = 0,
    exitCode = 0,
    startedUnixMs = 0,
    endedUnixMs = 0,
    outBytes = 0,
    errBytes = 0,
  ] = [1, 3, 4, 5, 6, 7].map((index) => Number(match[index]));
  const state = match[2] as RunnerFrame['state']; // by the expression above
  return { position, frame: { state, exitCode, startedUnixMs, endedUnixMs }, outBytes, errBytes };
}

function wrong(found: number, count: number, rest: Buffer, stderr: Buffer): string {
  const tails = [stderr, rest].map((bytes) => bytes.toString().trim().slice(-TAIL_CHARACTERS));
  const said = tails.filter((text) => text !== '').join(' ') || 'nothing';
  return `the helper answered for ${found} of ${count} scripts and then said: ${said}`;
}
