import { join } from 'node:path';
import { TestbedError } from '../errors/testbed-error.ts';
import { messageOf } from '../lib/message-of.ts';
import type { NodeHandle, RunningNetwork } from '../runtime/runtime.ts';
import { keepAllLogs } from './keep-logs.ts';
import type { NetworkEnd } from './repetition-outcome.ts';
import { limitsOf, type RepetitionRequest, type Turn } from './repetition-request.ts';
import { keepNodeLog } from './run-folder.ts';
import { firstDeath } from './watch-nodes.ts';

const LOG_LINES_KEPT = 500;
const LOG_KEEPING_MS_MAX = 20_000;
const EXITS_MS_MAX = 5_000;

/**
 * Exits and the logs of nodes that failed; nothing here may hide the failure it documents.
 * @param away nodes that the plan had ended
 * @returns the failure as it is told better now, with the place of the last words
 */
export async function keepEvidence(
  network: RunningNetwork,
  turn: Turn,
  away: readonly number[],
  failed: TestbedError | null,
): Promise<Pick<NetworkEnd, 'exits' | 'error'>> {
  const signal = AbortSignal.timeout(EXITS_MS_MAX);
  const seen = await network.exits({ signal }).catch(() => network.nodes.map(() => null));
  // Ended as planned is not ended by itself.
  const exits = seen.map((exit, index) => (away.includes(index) ? null : exit));
  if (failed === null) return { exits, error: null };
  // A call that failed because its node was gone is better told as the death of that node.
  const error = firstDeath(network, exits, limitsOf(turn.request)) ?? failed;
  const dead = network.nodes.filter(({ nodeIndex }) => (exits[nodeIndex] ?? null) !== null);
  const path = await keepLastWords(network, turn, dead.length > 0 ? dead : network.nodes);
  return { exits, error: path === null ? error : withPlace(error, path) };
}

/** @returns where the last words of these nodes are; null if there are none */
async function keepLastWords(
  network: RunningNetwork,
  { request, deps: { clock, kill }, log }: Turn,
  nodes: readonly NodeHandle[],
): Promise<string | null> {
  const { folder } = request;
  const prefix = prefixOf(request);
  const startedMs = clock.monotonicMs();
  const kept: string[] = [];
  for (const node of nodes) {
    if (kill.aborted || clock.monotonicMs() - startedMs > LOG_KEEPING_MS_MAX) break;
    const fileName = `${prefix}-${node.name}.log`;
    try {
      await keepNodeLog(folder, fileName, await network.logs(node.nodeIndex, LOG_LINES_KEPT));
      kept.push(fileName);
    } catch (error) {
      log.note('log-not-kept', `${fileName}: ${messageOf(error)}`, node.nodeIndex);
    }
  }
  const [only] = kept;
  if (only === undefined) return null;
  const path = join(folder.logsPath, kept.length === 1 ? only : `${prefix}-*.log`);
  log.note('logs-kept', path);
  return path;
}

/** The same error, saying where the last words of the nodes are. */
function withPlace(error: TestbedError, path: string): TestbedError {
  const { code, hint, cause, details } = error;
  return new TestbedError(code, `${error.message} Last words: ${path}`, {
    ...(hint === undefined ? {} : { hint }),
    cause,
    details: { ...details, logs: path },
  });
}

/** Besides the evidence of a failure, which has fewer lines of fewer nodes. */
export async function keepEveryLog(network: RunningNetwork, { request, log }: Turn): Promise<void> {
  const prefix = prefixOf(request);
  const failed = await keepAllLogs(network, request.folder, prefix);
  for (const { node, why } of failed) {
    log.note('log-not-kept', `${prefix}-${node.name}.log: ${why}`, node.nodeIndex);
  }
  log.note('logs-kept', join(request.folder.logsPath, `${prefix}-*`));
}

function prefixOf({ cell, planned, attempt }: RepetitionRequest): string {
  return `${cell.id}-r${planned.repetition}-a${attempt}`;
}
