import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock as clock } from '../../../../controller/src/lib/system-clock.ts';
import {
  createCellId,
  createRepetitionId,
  createRunId,
} from '../../../../controller/src/model/ids.ts';
import { identifyOwner } from '../../../../controller/src/runtime/owner.ts';
import {
  commandProgram,
  resolveCommand,
} from '../../../../controller/src/runtime/process/node-program.ts';
import { createProcessRuntime } from '../../../../controller/src/runtime/process/process-runtime.ts';

let cwd = '';
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'testbed-command-'));
  await writeFile(join(cwd, 'run.sh'), '#!/bin/sh\necho "no such thing: $1" >&2\nexit 3\n');
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const resolveWords = (...words: string[]) =>
  resolveCommand({ words, cwd }, `/nowhere::${process.env.PATH}`);

describe('the command of a node', () => {
  it('is found in PATH by a name, and by a path from where testbed was started', async () => {
    expect(commandProgram({ words: ['sh', './run.sh'], cwd })).toMatchObject({
      file: 'sh',
      args: ['./run.sh'],
      cwd,
    });
    expect(commandProgram({ words: ['./run.sh'], cwd }).file).toBe(join(cwd, 'run.sh'));
    expect((await resolveWords('sh', 'run.sh')).name).toBe('sh run.sh');
  });

  it('is another program when a file that it names has another content', async () => {
    const before = await resolveWords('sh', 'run.sh');
    await writeFile(join(cwd, 'other.sh'), 'exit 4\n');
    expect(await resolveWords('sh', 'run.sh')).toEqual(before);
    const { id } = await resolveWords('sh', 'other.sh');
    await writeFile(join(cwd, 'other.sh'), 'exit 5\n');
    const ids = [before.id, id, (await resolveWords('sh', 'other.sh')).id];
    expect(new Set(ids).size).toBe(3);
  });

  it('is refused by name when it is not there, or may not be executed', async () => {
    const code = 'NODE_COMMAND_UNUSABLE';
    await expect(resolveWords('no-such-program-here')).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/"no-such-program-here" .* was not found: in PATH/),
    });
    await expect(resolveWords('./none.py')).rejects.toMatchObject({
      code,
      message: expect.stringContaining(join(cwd, 'none.py')),
    });
    await chmod(join(cwd, 'run.sh'), 0o644);
    await expect(resolveWords('./run.sh')).rejects.toMatchObject({
      code,
      message: expect.stringContaining('may not be executed'),
      hint: expect.stringContaining('chmod +x ./run.sh'),
    });
  });

  it('is told with its last words and its code when it ends at once, and nothing is left', async () => {
    const command = ['sh', 'run.sh', 'a key'];
    const options = { bundlePath: '', dataFolder: cwd, owner: identifyOwner(), cwd };
    const runtime = createProcessRuntime(options, { clock });
    const signal = AbortSignal.timeout(5_000);
    const runId = createRunId(new Date(), Math.random());
    const request = {
      runId,
      repetitionId: createRepetitionId(runId, createCellId(1), 0),
      networkName: `${runId}-command-test`,
      image: await runtime.resolveImage('', { signal, command }),
      nodes: [
        {
          index: 0,
          host: 0,
          dataOffset: 2,
          resources: { cpus: null, memoryBytes: null, pidsMax: 64 },
        },
      ],
      dataPrefix: 28,
      shaped: false,
    };
    const ledger = { intend: async () => undefined, removed: async () => undefined };
    await expect(runtime.start(request, { signal, ledger })).rejects.toMatchObject({
      code: 'NODE_START_FAILED',
      message: expect.stringMatching(
        /^Node 0 \(sh run.sh a key\) ended with code 3 before .* no such thing: a key$/,
      ),
      hint: expect.stringContaining('TESTBED_NODE_INDEX=0'),
    });
    const left = (await runtime.list({ signal })).filter((found) => found.runId === runId);
    expect(left).toEqual([]);
  });
});
