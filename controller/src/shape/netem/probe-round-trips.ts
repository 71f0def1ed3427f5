import { assert } from '../../lib/assert.ts';
import type { NodeNamespaces } from '../../runtime/runtime.ts';
import type { RoundTripProbe, RoundTrips, ShapeOptions } from '../shaper.ts';
import { describeFailure } from './describe-failure.ts';
import { perlScript } from './perl-script.ts';
import { roundTripProgram } from './round-trip-program.ts';

/** For starting a process on a busy host. */
const SLACK_MS = 20_000;

/** One process, however many nodes and pairs. @returns in the order asked */
export async function probeRoundTrips(
  namespaces: NodeNamespaces,
  probes: readonly RoundTripProbe[],
  addresses: readonly string[],
  { signal }: ShapeOptions,
): Promise<readonly RoundTrips[]> {
  if (probes.length === 0) return [];
  const addressOf = (node: number): string => {
    const address = addresses[node];
    assert(address !== undefined, `node ${node} has an address`);
    return address;
  };
  const script = perlScript(
    roundTripProgram,
    probes.map(({ fromNode }) => fromNode),
    probes.map(({ fromNode, toNode, count, intervalMs, timeoutMs }) =>
      [fromNode, addressOf(fromNode), addressOf(toNode), count, intervalMs, timeoutMs].join(' '),
    ),
  );
  const longestMs = Math.max(
    ...probes.map((probe) => probe.count * probe.intervalMs + probe.timeoutMs),
  );
  const [result] = await namespaces.run([script], { signal, timeoutMs: longestMs + SLACK_MS });
  assert(result !== undefined, 'every script has a result');
  const lines = result.stdout.split('\n').filter((line) => line !== '');
  if (result.exitCode !== 0 || lines.length !== probes.length) {
    throw describeFailure(result, 'The round trips from node', 'could not be measured');
  }
  return lines.map(readLine);
}

function readLine(line: string): RoundTrips {
  const [sent = 0, ...rttMs] = line.split(' ').map(Number);
  assert(!rttMs.some(Number.isNaN), `"${line}" is a line of round trips`);
  return { sent, rttMs };
}
