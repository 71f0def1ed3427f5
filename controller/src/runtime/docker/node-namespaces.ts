/** The nodes' network namespaces, entered by the helper container of their network. */
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import { mapPool } from '../../lib/pool.ts';
import type {
  NamespaceOptions,
  NamespaceResult,
  NamespaceScript,
  NodeNamespaces,
} from '../runtime.ts';
import type { DockerClient } from './docker-client.ts';
import {
  type RunnerFrame,
  type RunnerTask,
  readFrames,
  runnerCommand,
} from './namespace-runner.ts';
import { NO_LINK_EXIT } from './runner-program.ts';
import { dockerReason } from './translate-docker-error.ts';

export interface ReachableNode {
  readonly nodeIndex: number;
  readonly containerId: string;
  readonly name: string;
  readonly dataAddress: string;
  /** Of its first process, on the host of the daemon. */
  readonly hostPid: number;
}

export interface NamespaceParts {
  /** Container that runs the scripts. */
  readonly helper: string;
  readonly nodes: readonly ReachableNode[];
  readonly client: DockerClient;
  readonly clock: Clock;
}

/** What Docker may take on top of the scripts themselves. */
const CALL_MS = 10_000;
const INSPECT_AT_ONCE = 8;
const TAIL_CHARACTERS = 300;

export function createNodeNamespaces(parts: NamespaceParts): NodeNamespaces {
  const pids = new Map(parts.nodes.map(({ nodeIndex, hostPid }) => [nodeIndex, hostPid]));
  return {
    run: async (work, options) => {
      options.signal.throwIfAborted();
      if (work.length === 0) return [];
      try {
        return await runScripts(parts, pids, work, options);
      } catch (error) {
        options.signal.throwIfAborted();
        if (error instanceof TestbedError && error.code === 'SHAPING_FAILED') throw error;
        throw failed(`the helper ${parts.helper} cannot be used: ${messageOf(error)}`, error);
      }
    },
  };
}

/**
 * A node that restarted has another process. That is found out when its scripts do not find it: to
 * ask Docker for the process of every node before every call would cost more than the call.
 */
async function runScripts(
  parts: NamespaceParts,
  pids: Map<number, number>,
  work: readonly NamespaceScript[],
  { signal, timeoutMs }: NamespaceOptions,
): Promise<NamespaceResult[]> {
  const startedMs = parts.clock.monotonicMs();
  const results = await attempt(parts, pids, work, { signal, timeoutMs });
  const lost = results.flatMap(({ exitCode }, at) => (exitCode === NO_LINK_EXIT ? [at] : []));
  const nodesOf = (at: number): number[] => {
    const { nodeIndex = -1, enters = [] } = work[at] ?? {};
    return [nodeIndex, ...enters];
  };
  const moved = await refreshPids(parts, pids, new Set(lost.flatMap(nodesOf)), signal);
  const again = lost.filter((at) => nodesOf(at).some((node) => moved.has(node)));
  const leftMs = timeoutMs - (parts.clock.monotonicMs() - startedMs);
  if (again.length === 0 || leftMs <= 0) return results;
  const options = { signal, timeoutMs: leftMs };
  const repeated = await attempt(parts, pids, pick(work, again), options);
  for (const [position, at] of again.entries()) {
    const result = repeated[position];
    if (result !== undefined) results[at] = result;
  }
  return results;
}

/** @returns the nodes that have another process than before */
async function refreshPids(
  { client, nodes }: NamespaceParts,
  pids: Map<number, number>,
  lost: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const moved = new Set<number>();
  const asked = nodes.filter(({ nodeIndex }) => lost.has(nodeIndex));
  await mapPool(asked, INSPECT_AT_ONCE, async ({ nodeIndex, containerId }) => {
    const pid = await client.inspectContainer(containerId, { signal }).then(
      ({ State }) => State.Pid,
      (error: unknown) => {
        if (dockerReason(error) === 'gone') return 0;
        throw error;
      },
    );
    if (pid !== 0 && pid !== pids.get(nodeIndex)) moved.add(nodeIndex);
    pids.set(nodeIndex, pid);
  });
  return moved;
}

/** One execution, or as many as it takes when the scripts are too long for one. */
async function attempt(
  parts: NamespaceParts,
  pids: ReadonlyMap<number, number>,
  work: readonly NamespaceScript[],
  options: NamespaceOptions,
): Promise<NamespaceResult[]> {
  const tasks = work.map(({ nodeIndex, enters = [], script }): RunnerTask => {
    const node = parts.nodes[nodeIndex];
    if (node === undefined) throw new RangeError(`There is no node ${nodeIndex}`);
    const entered = enters.map((index) => `${index}=${pids.get(index) ?? 0}`).join(' ');
    return {
      pid: pids.get(nodeIndex) ?? 0,
      address: node.dataAddress,
      script: entered === '' ? script : `NODES='${entered}'\n${script}`,
    };
  });
  const command = runnerCommand(tasks, options.timeoutMs);
  if (command === null) {
    if (work.length === 1) throw failed(`the script of node ${work[0]?.nodeIndex} is too long`);
    const middle = Math.ceil(work.length / 2);
    const halves = [work.slice(0, middle), work.slice(middle)];
    return (await Promise.all(halves.map((half) => attempt(parts, pids, half, options)))).flat();
  }
  const outcome = await parts.client.execute(parts.helper, command, {
    signal: options.signal,
    timeoutMs: Math.ceil(options.timeoutMs) + CALL_MS,
  });
  const frames = readFrames(outcome, tasks.length);
  if (typeof frames === 'string') throw failed(`${frames} (exit code ${outcome.exitCode})`);
  refuseUnfinished(parts, work, frames, options.timeoutMs);
  return frames.map(({ state, stdout, stderr, ...times }, at) => ({
    ...times,
    nodeIndex: work[at]?.nodeIndex ?? -1,
    stdout: stdout.toString(),
    stderr: stderr.toString(),
  }));
}

function refuseUnfinished(
  { nodes }: NamespaceParts,
  work: readonly NamespaceScript[],
  frames: readonly RunnerFrame[],
  timeoutMs: number,
): void {
  const first = frames.findIndex(({ state }) => state !== 'done');
  const frame = frames[first];
  if (frame === undefined) return;
  const unfinished = frames.filter(({ state }) => state === frame.state).length;
  const name = nodes[work[first]?.nodeIndex ?? -1]?.name;
  const said = `${frame.stderr} ${frame.stdout}`.trim().slice(-TAIL_CHARACTERS);
  throw failed(
    frame.state === 'late'
      ? `${unfinished} of ${frames.length} scripts were not done after ${timeoutMs / 1000} s, ` +
          `the first that of ${name}, which had said: ${said || 'nothing'}`
      : `the script of ${name} printed more than anybody can want`,
  );
}

function pick<T>(items: readonly T[], positions: readonly number[]): T[] {
  return positions.flatMap((position) => {
    const item = items[position];
    return item === undefined ? [] : [item];
  });
}

function failed(why: string, cause?: unknown): TestbedError {
  return new TestbedError('SHAPING_FAILED', `The links of the nodes cannot be reached: ${why}.`, {
    hint: 'See whether the helper container runs: docker ps --all --filter name=-shaper',
    ...(cause === undefined ? {} : { cause }),
  });
}
