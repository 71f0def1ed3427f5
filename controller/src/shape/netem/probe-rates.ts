import { assert } from '../../lib/assert.ts';
import type { NamespaceResult, NamespaceScript, NodeNamespaces } from '../../runtime/runtime.ts';
import type { RateProbe, RateReading, ShapeOptions } from '../shaper.ts';
import { describeFailure } from './describe-failure.ts';
import { frameOverheadBytes, rateReceiverProgram, rateSenderProgram } from './probe-programs.ts';

/** Nobody else listens there: a node's namespace holds the node alone. */
const PORT = 7657;
/** More than the link takes, so that what arrives is what it takes. */
const OFFERED_RATIO = 1.2;
/** Until the first datagram: start of the processes, and the delay of the link. */
const PATIENCE_MS = 10_000;
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
 * Pairs that share no node side by side, the others one after the other. What counts is frames
 * with their Ethernet header, which is what netem and HTB count.
 * @returns in the order asked; with 0 ms where the host was too slow to tell, or the link is
 */
export async function probeRates(
  namespaces: NodeNamespaces,
  probes: readonly RateProbe[],
  addresses: readonly string[],
  { signal }: ShapeOptions,
): Promise<readonly RateReading[]> {
  const found = new Map<RateProbe, RateReading>();
  for (const round of planRounds(probes)) {
    const results = await namespaces.run(
      round.flatMap((probe) => probeScripts(probe, addresses)),
      {
        signal,
        timeoutMs:
          4 * Math.max(...round.map(({ durationMs }) => durationMs)) + PATIENCE_MS + SLACK_MS,
      },
    );
    for (const [at, probe] of round.entries()) {
      const [receiver, sender] = [results[2 * at], results[2 * at + 1]];
      assert(receiver !== undefined && sender !== undefined, 'every script has a result');
      found.set(probe, readReading(probe, receiver, sender));
    }
  }
  return probes.map((probe) => found.get(probe) ?? { receivedBitsPerSec: 0, elapsedMs: 0 });
}

/** Greedy: each probe in the first round in which neither of its nodes is busy. */
export function planRounds(probes: readonly RateProbe[]): readonly (readonly RateProbe[])[] {
  const rounds: { readonly busy: Set<number>; readonly probes: RateProbe[] }[] = [];
  for (const probe of probes) {
    const nodes = [probe.fromNode, probe.toNode];
    let round = rounds.find(({ busy }) => !nodes.some((node) => busy.has(node)));
    if (round === undefined) {
      round = { busy: new Set(), probes: [] };
      rounds.push(round);
    }
    for (const node of nodes) round.busy.add(node);
    round.probes.push(probe);
  }
  return rounds.map((round) => round.probes);
}

function probeScripts(probe: RateProbe, addresses: readonly string[]): NamespaceScript[] {
  const address = addresses[probe.toNode];
  assert(address !== undefined, `node ${probe.toNode} has an address`);
  const durationMs = Math.ceil(probe.durationMs);
  const offered = Math.ceil(probe.rateBitsPerSec * OFFERED_RATIO);
  const payloadBytes = payloadBytesOf(probe);
  const ahead = Math.ceil(TOKEN_BYTES / (payloadBytes + frameOverheadBytes));
  // Longer than the receiver counts: it begins when the first datagram is through.
  const sender = [address, PORT, durationMs + 100, offered, payloadBytes, ahead];
  return [
    {
      nodeIndex: probe.toNode,
      script: perl(rateReceiverProgram, [PORT, durationMs, PATIENCE_MS]),
    },
    { nodeIndex: probe.fromNode, script: perl(rateSenderProgram, sender) },
  ];
}

function perl(program: string, words: readonly (string | number)[]): string {
  return `exec perl - ${words.join(' ')} <<'PROGRAM'\n${program}PROGRAM\n`;
}

/** So small that enough of them pass in time. */
function payloadBytesOf({ rateBitsPerSec, durationMs }: RateProbe): number {
  const bytes = (rateBitsPerSec / 8) * ((COUNTED_SHARE * durationMs) / 1000);
  const each = Math.floor(bytes / FRAMES_WANTED) - frameOverheadBytes;
  return Math.min(PAYLOAD_BYTES_MAX, Math.max(PAYLOAD_BYTES_MIN, each));
}

function readReading(
  probe: RateProbe,
  receiver: NamespaceResult,
  sender: NamespaceResult,
): RateReading {
  for (const result of [receiver, sender]) {
    if (result.exitCode !== 0) {
      throw describeFailure(result, 'The rate of a link of node', 'could not be measured');
    }
  }
  const numbers = `${receiver.stdout.trim()} ${sender.stdout.trim()}`.split(' ').map(Number);
  assert(
    numbers.length === 6 && numbers.every(Number.isFinite),
    'the receiver prints four numbers, and the sender two',
  );
  const [count = 0, elapsedMs = 0, lost = 0, readyAt = 0, offered = 0, startedAt = 0] = numbers;
  const { rateBitsPerSec, durationMs } = probe;
  const frameBits = 8 * (payloadBytesOf(probe) + frameOverheadBytes);
  const expected = (rateBitsPerSec * ((COUNTED_SHARE * durationMs) / 1000)) / frameBits;
  if (count === 0) {
    // Nothing came, although it was awaited and enough was sent: that is what the link carries.
    const isProof = readyAt <= startedAt && offered > 0 && lost === 0 && expected >= FRAMES_MIN;
    return { receivedBitsPerSec: 0, elapsedMs: isProof ? durationMs : 0 };
  }
  const received = elapsedMs > 0 ? (count * frameBits * 1000) / elapsedMs : 0;
  const wasTooSlow =
    lost > 0 || (offered < rateBitsPerSec * ENOUGH_RATIO && received > offered * PASSED_RATIO);
  return { receivedBitsPerSec: received, elapsedMs: wasTooSlow ? 0 : elapsedMs };
}
