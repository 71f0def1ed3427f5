import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../../controller/src/lib/system-clock.ts';
import type { ExecOutcome } from '../../../../controller/src/runtime/docker/docker-client.ts';
import { createNodeNamespaces } from '../../../../controller/src/runtime/docker/node-namespaces.ts';
import { NO_LINK_EXIT } from '../../../../controller/src/runtime/docker/runner-program.ts';
import type { NodeNamespaces } from '../../../../controller/src/runtime/runtime.ts';
import { createFakeDocker, dockerFailure, type FakeDocker } from '../../../fixtures/fake-docker.ts';

const options = { signal: new AbortController().signal, timeoutMs: 1_000 };
const COUNT = 4;

interface Ran {
  readonly pid: number;
  readonly address: string;
  readonly script: string;
}

/** Stands for the runner: answers each task with what `answer` makes of it. */
function runs(answer: (task: Ran) => { exit?: number; state?: string; out?: string }): {
  readonly calls: Ran[][];
  readonly executed: FakeDocker['executed'];
} {
  const calls: Ran[][] = [];
  const executed = (_: string, command: readonly string[]): ExecOutcome => {
    const tasks = decode(command);
    calls.push(tasks);
    const frames = tasks.map((task, at) => {
      const { exit = 0, state = 'done', out = '' } = answer(task);
      return `@ ${at} ${state} ${exit} 1 2 ${out.length} 0\n${out}\n`;
    });
    const text = `${frames.reverse().join('')}@ end ${tasks.length}\n`;
    return { stdout: Buffer.from(text), stderr: Buffer.alloc(0), exitCode: 0 };
  };
  return { calls, executed };
}

function decode(command: readonly string[]): Ran[] {
  const text = gunzipSync(Buffer.from(command.slice(8).join(''), 'base64')).toString('latin1');
  const tasks: Ran[] = [];
  for (let at = 0; at < text.length; ) {
    const lineEnd = text.indexOf('\n', at);
    const [pid, address = '', length] = text.slice(at, lineEnd).split(' ');
    at = lineEnd + 1 + Number(length);
    tasks.push({ pid: Number(pid), address, script: text.slice(lineEnd + 1, at) });
  }
  return tasks;
}

function create(): { docker: FakeDocker; namespaces: NodeNamespaces } {
  const docker = createFakeDocker();
  const state = { labels: {}, state: 'running', exitCode: 0, oomKilled: false } as const;
  docker.containers.set('helper', { name: 'helper', ...state });
  const nodes = Array.from({ length: COUNT }, (_, nodeIndex) => {
    const name = `node${nodeIndex}`;
    docker.containers.set(name, { name, pid: 100 + nodeIndex, ...state });
    return {
      nodeIndex,
      name,
      containerId: name,
      dataAddress: `10.0.0.${nodeIndex}`,
      hostPid: 100 + nodeIndex,
    };
  });
  const parts = { helper: 'helper', nodes, client: docker };
  return { docker, namespaces: createNodeNamespaces({ ...parts, clock: systemClock }) };
}

describe('run', () => {
  it('takes one execution for all nodes, and answers in the order of the work', async () => {
    const { docker, namespaces } = create();
    const { calls, executed } = runs(({ script }) => ({ out: script, exit: 2 }));
    docker.executed = executed;
    const work = [3, 0, 3].map((nodeIndex, at) => ({ nodeIndex, script: `s${at}` }));
    const results = await namespaces.run(work, options);
    expect(results.map(({ nodeIndex, stdout }) => [nodeIndex, stdout])).toEqual([
      [3, 's0'],
      [0, 's1'],
      [3, 's2'],
    ]);
    expect(results[0]).toMatchObject({ exitCode: 2, startedUnixMs: 1, endedUnixMs: 2, stderr: '' });
    expect(calls).toEqual([
      [
        { pid: 103, address: '10.0.0.3', script: 's0' },
        { pid: 100, address: '10.0.0.0', script: 's1' },
        { pid: 103, address: '10.0.0.3', script: 's2' },
      ],
    ]);
    expect(docker.calls).toEqual(['execute perl in helper']);
  });

  it('does nothing for no work', async () => {
    const { docker, namespaces } = create();
    expect(await namespaces.run([], options)).toEqual([]);
    expect(docker.calls).toEqual([]);
  });

  it('goes after the process of a node that restarted, and does the rest only once', async () => {
    const { docker, namespaces } = create();
    Object.assign(docker.containers.get('node1') ?? {}, { pid: 201 });
    const alive = new Set([100, 201, 102, 103]);
    const { calls, executed } = runs(({ pid }) => ({ exit: alive.has(pid) ? 0 : NO_LINK_EXIT }));
    docker.executed = executed;
    const work = [0, 1].map((nodeIndex) => ({ nodeIndex, script: 'x' }));
    const results = await namespaces.run(work, options);
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(calls.map((tasks) => tasks.map(({ pid }) => pid))).toEqual([[100, 101], [201]]);
    await namespaces.run(work, options);
    expect(calls.at(-1)?.map(({ pid }) => pid)).toEqual([100, 201]);
  });

  it('tells a script the processes of the nodes that it enters, and again when one is gone', async () => {
    const { docker, namespaces } = create();
    Object.assign(docker.containers.get('node3') ?? {}, { pid: 203 });
    const { calls, executed } = runs(({ script }) => ({
      exit: script.includes('3=103') ? NO_LINK_EXIT : 0,
    }));
    docker.executed = executed;
    const work = [{ nodeIndex: 0, enters: [0, 2, 3], script: 'x' }];
    const [result] = await namespaces.run(work, options);
    expect(result?.exitCode).toBe(0);
    expect(calls.map(([task]) => task?.script)).toEqual([
      "NODES='0=100 2=102 3=103'\nx",
      "NODES='0=100 2=102 3=203'\nx",
    ]);
  });

  it('leaves it at the failed result when a node has no other process', async () => {
    const { docker, namespaces } = create();
    docker.containers.delete('node2');
    const { calls, executed } = runs(() => ({ exit: NO_LINK_EXIT }));
    docker.executed = executed;
    const [result] = await namespaces.run([{ nodeIndex: 2, script: 'x' }], options);
    expect(result?.exitCode).toBe(NO_LINK_EXIT);
    expect(calls).toHaveLength(1);
  });

  it('takes several executions when the scripts are too long for one', async () => {
    const { docker, namespaces } = create();
    const { calls, executed } = runs(({ script }) => ({ out: script.slice(0, 2) }));
    docker.executed = executed;
    let state = 1;
    const work = Array.from({ length: COUNT }, (_, nodeIndex) => ({
      nodeIndex,
      script: `${nodeIndex}:${Array.from({ length: 600_000 }, () => {
        state = (state * 48_271) % 2_147_483_647;
        return String.fromCharCode(33 + (state % 90));
      }).join('')}`,
    }));
    const results = await namespaces.run(work, options);
    expect(results.map(({ stdout }) => stdout)).toEqual(['0:', '1:', '2:', '3:']);
    expect(calls.length).toBeGreaterThan(1);
  });

  it('fails with the last words of a script that was not done in time', async () => {
    const { docker, namespaces } = create();
    docker.executed = runs(({ pid }) =>
      pid === 101 ? { state: 'late', exit: 137, out: 'waiting' } : {},
    ).executed;
    const work = [0, 1].map((nodeIndex) => ({ nodeIndex, script: 'x' }));
    await expect(namespaces.run(work, options)).rejects.toMatchObject({
      code: 'SHAPING_FAILED',
      message: expect.stringMatching(/1 of 2 scripts.*after 1 s.*node1.*waiting/),
    });
  });

  it('fails when a script prints without end', async () => {
    const { docker, namespaces } = create();
    docker.executed = runs(() => ({ state: 'cut', exit: 137 })).executed;
    await expect(namespaces.run([{ nodeIndex: 3, script: 'x' }], options)).rejects.toThrow(
      /script of node3 printed more/,
    );
  });

  it('fails with what the helper printed when that is no answer', async () => {
    const { docker, namespaces } = create();
    const stderr = Buffer.from('exec: "perl": not found');
    docker.executed = () => ({ stdout: Buffer.alloc(0), stderr, exitCode: 127 });
    await expect(namespaces.run([{ nodeIndex: 0, script: 'x' }], options)).rejects.toMatchObject({
      code: 'SHAPING_FAILED',
      message: expect.stringMatching(/0 of 1 scripts.*"perl": not found.*exit code 127/),
    });
  });

  it('says so when the helper is gone', async () => {
    const { docker, namespaces } = create();
    docker.failure = (call) =>
      call.startsWith('execute') ? dockerFailure('conflict', 'it is not running') : null;
    await expect(namespaces.run([{ nodeIndex: 0, script: 'x' }], options)).rejects.toMatchObject({
      code: 'SHAPING_FAILED',
      message: expect.stringContaining('it is not running'),
      cause: expect.anything(),
    });
  });

  it('ends with the reason of the signal when that fires', async () => {
    const { docker, namespaces } = create();
    const abort = new AbortController();
    docker.failure = () => {
      abort.abort(new Error('enough'));
      return dockerFailure('other');
    };
    const work = [{ nodeIndex: 0, script: 'x' }];
    const running = namespaces.run(work, { ...options, signal: abort.signal });
    await expect(running).rejects.toThrow('enough');
  });
});
