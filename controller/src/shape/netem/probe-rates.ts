import { assert } from '../../lib/assert.ts';
import type { NodeNamespaces } from '../../runtime/runtime.ts';
import { OFFERED_RATIO, rateProbeMsMin } from '../rate-rounds.ts';
import type { RateOptions, RateProbe, RateReading } from '../shaper.ts';
import { describeFailure } from './describe-failure.ts';
import { perlScript } from './perl-script.ts';
import { frameOverheadBytes, rateProgram } from './rate-program.ts';

/** Nobody else listens there: a node's namespace holds the node alone. One for each probe. */
const PORT = 7657;
const SLACK_MS = 20_000;
/**
 * A host that cannot offer the planned rate, and sees what it offered come through, or that cannot
 * take in what comes through, has measured itself and not the link: that is no reading.
 */
const ENOUGH_RATIO = 1.05;
const PASSED_RATIO = 0.9;

const PAYLOAD_BYTES_MAX = 1400;
/** The least that makes an Ethernet frame. */
const PAYLOAD_BYTES_MIN = 18;
/** Of one probe, at the planned rate; a slow link gets smaller ones. */
const FRAMES_WANTED = 20;
/** Fewer that would come at the planned rate are no measurement. */
const FRAMES_MIN = 4;
/** The receiver counts in the last three quarters of the time. */
const COUNTED_SHARE = 0.75;
/**
 * What the token bucket of a slow access link holds (plan/netem): beyond a rate it would take long
 * to use that up, and a faster one is used up before anything counts.
 */
const TOKEN_BYTES = 3028;

/**
 * As many side by side as their access links and the host can carry. What counts is frames with
 * their Ethernet header, which is what netem and HTB count.
 * @returns in the order asked; with 0 ms where the host was too slow to tell, or the link is, or
 * there was no time
 */
export async function probeRates(
  namespaces: NodeNamespaces,
  probes: readonly RateProbe[],
  addresses: readonly string[],
  { signal, limitMs, bitsPerSecMax, hostShare }: RateOptions,
): Promise<readonly RateReading[]> {
  if (probes.length === 0) return [];
  const framesMax = bitsPerSecMax / (8 * (PAYLOAD_BYTES_MAX + frameOverheadBytes));
  const script = perlScript(
    rateProgram,
    probes.flatMap(({ fromNode, toNode }) => [fromNode, toNode]),
    [
      `${Math.floor(limitMs)} ${Math.ceil(framesMax)} ${hostShare}`,
      ...probes.map((probe, index) => lineOf(probe, PORT + index, addresses)),
    ],
  );
  const [result] = await namespaces.run([script], { signal, timeoutMs: limitMs + SLACK_MS });
  assert(result !== undefined, 'every script has a result');
  const lines = result.stdout.split('\n').filter((line) => line !== '');
  if (result.exitCode !== 0 || lines.length !== probes.length) {
    throw describeFailure(result, 'The rates of links from node', 'could not be measured');
  }
  return probes.map((probe, index) => readLine(probe, lines[index] ?? ''));
}

function lineOf(probe: RateProbe, port: number, addresses: readonly string[]): string {
  const { fromNode, toNode, durationMs, timeoutMs, rateBitsPerSec, shares } = probe;
  const leastMs = Math.min(durationMs, rateProbeMsMin(rateBitsPerSec, 'netem'));
  const [from, to] = [addresses[fromNode], addresses[toNode]];
  assert(from !== undefined && to !== undefined, `nodes ${fromNode} and ${toNode} have addresses`);
  const payloadBytes = payloadBytesOf(probe);
  const ahead = Math.ceil(TOKEN_BYTES / (payloadBytes + frameOverheadBytes));
  const links = shares.map(({ name, bitsPerSec }) => `${name}=${bitsPerSec}`);
  return [
    ...[fromNode, from, toNode, to, port],
    ...[durationMs, leastMs, timeoutMs, OFFERED_RATIO * rateBitsPerSec].map(Math.ceil),
    ...[payloadBytes, ahead, ...links],
  ].join(' ');
}

/** So small that enough of them pass in time. */
function payloadBytesOf({ rateBitsPerSec, durationMs }: RateProbe): number {
  const bytes = (rateBitsPerSec / 8) * ((COUNTED_SHARE * durationMs) / 1000);
  const each = Math.floor(bytes / FRAMES_WANTED) - frameOverheadBytes;
  return Math.min(PAYLOAD_BYTES_MAX, Math.max(PAYLOAD_BYTES_MIN, each));
}

function readLine(probe: RateProbe, line: string): RateReading {
  const numbers = line.split(' ').map(Number);
  assert(numbers.length === 4 && numbers.every(Number.isFinite), `"${line}" is a line of a rate`);
  const [count = 0, elapsedMs = 0, lost = 0, offered = 0] = numbers;
  const { rateBitsPerSec, durationMs } = probe;
  const frameBits = 8 * (payloadBytesOf(probe) + frameOverheadBytes);
  const expected = (rateBitsPerSec * ((COUNTED_SHARE * durationMs) / 1000)) / frameBits;
  if (count === 0) {
    // Nothing came, although it was awaited and enough was sent: that is what the link carries.
    const isProof = offered > 0 && lost === 0 && expected >= FRAMES_MIN;
    return { receivedBitsPerSec: 0, elapsedMs: isProof ? durationMs : 0 };
  }
  const received = elapsedMs > 0 ? (count * frameBits * 1000) / elapsedMs : 0;
  const wasTooSlow =
    lost > 0 || (offered < rateBitsPerSec * ENOUGH_RATIO && received > offered * PASSED_RATIO);
  return { receivedBitsPerSec: received, elapsedMs: wasTooSlow ? 0 : elapsedMs };
}
