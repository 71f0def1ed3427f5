import { assert } from '../../lib/assert.ts';
import type { NamespaceScript, NodeNamespaces } from '../../runtime/runtime.ts';
import type { RoundTripProbe, RoundTrips, ShapeOptions } from '../shaper.ts';
import { describeFailure } from './describe-failure.ts';
import { roundTripProgram } from './probe-programs.ts';

/** For starting processes on a busy host. */
const SLACK_MS = 20_000;

/** One process for each node that sends, however many pairs. @returns in the order asked */
export async function probeRoundTrips(
  namespaces: NodeNamespaces,
  probes: readonly RoundTripProbe[],
  addresses: readonly string[],
  { signal }: ShapeOptions,
): Promise<readonly RoundTrips[]> {
  if (probes.length === 0) return [];
  const sources = [...new Set(probes.map((probe) => probe.fromNode))];
  const bySource = sources.map((node) => probes.filter((probe) => probe.fromNode === node));
  const longestMs = Math.max(
    ...probes.map((probe) => probe.count * probe.intervalMs + probe.timeoutMs),
  );
  const results = await namespaces.run(
    bySource.map((own) => probeScript(own, addresses)),
    { signal, timeoutMs: longestMs + SLACK_MS },
  );
  const found = new Map<RoundTripProbe, RoundTrips>();
  for (const [at, result] of results.entries()) {
    const own = bySource[at] ?? [];
    const lines = result.stdout.split('\n').filter((line) => line !== '');
    if (result.exitCode !== 0 || lines.length !== own.length) {
      throw describeFailure(result, 'The round trips from node', 'could not be measured');
    }
    for (const [line, probe] of own.entries()) found.set(probe, readLine(lines[line] ?? ''));
  }
  return probes.map((probe) => found.get(probe) ?? { sent: 0, rttMs: [] });
}

function probeScript(
  probes: readonly RoundTripProbe[],
  addresses: readonly string[],
): NamespaceScript {
  const words = probes.flatMap(({ toNode, count, intervalMs, timeoutMs }) => {
    const address = addresses[toNode];
    assert(address !== undefined, `node ${toNode} has an address`);
    return [address, count, intervalMs, timeoutMs].map(String);
  });
  return {
    nodeIndex: probes[0]?.fromNode ?? 0,
    script: `exec perl - ${words.join(' ')} <<'PROGRAM'\n${roundTripProgram}PROGRAM\n`,
  };
}

function readLine(line: string): RoundTrips {
  const [sent = 0, ...rttMs] = line.split(' ').map(Number);
  assert(!rttMs.some(Number.isNaN), `"${line}" is a line of round trips`);
  return { sent, rttMs };
}
