import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import type Docker from 'dockerode';
import { clean } from '../../../controller/src/ledger/clean.ts';
import { openLedgers } from '../../../controller/src/ledger/ledger-content.ts';
import { systemClock as clock } from '../../../controller/src/lib/system-clock.ts';
import { createRunId } from '../../../controller/src/model/ids.ts';
import {
  dockerRuntime,
  never,
  nodeImage,
  objectsOf,
  openDaemon,
  root,
  startNodes,
} from './docker-harness.ts';

/** A loaded host is slow; what is tested is what happens, not how fast. */
jest.setTimeout(120_000);

/** Controllers elsewhere (another machine, a container, no rights), and controllers that die. */
const run = promisify(execFile);
const usualSocket = '/var/run/docker.sock';
/** Of the engine under test: scripts/test-engines runs these tests on two. */
const socketPath = process.env.DOCKER_HOST?.replace('unix://', '') ?? usualSocket;
/** What a controller finds that can shape the links of its nodes, and removes what it made. */
const shaped = { found: true, disturbance: '1 restarted', left: 0 };
const bringUp = join(root, 'tests/fixtures/bring-up-once.ts');

let docker: Docker;
let closeDocker: () => void;
let folder: string;
beforeAll(async () => {
  ({ docker, close: closeDocker } = await openDaemon());
});
afterAll(() => closeDocker());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-places-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the fixture in another environment; what it printed, parsed. */
async function bringUpIn(environment: Record<string, string>): Promise<Record<string, unknown>> {
  const env = { ...process.env, ...environment };
  const { stdout } = await run(process.execPath, [bringUp], { env, timeout: 90_000 });
  return JSON.parse(stdout);
}

describe('a controller', () => {
  it('on another machine reaches the daemon by ssh and the nodes by published ports', async () => {
    // Stands for ssh: takes the arguments, and connects standard streams to the socket.
    const script = [
      `#!${process.execPath}`,
      "const { connect } = require('node:net');",
      "if (!process.argv.slice(2).join(' ').endsWith('-- ada@far docker system dial-stdio')) {",
      '  process.exit(255);',
      '}',
      `const socket = connect('${socketPath}');`,
      'process.stdin.pipe(socket).pipe(process.stdout);',
    ];
    writeFileSync(join(folder, 'ssh'), script.join('\n'));
    chmodSync(join(folder, 'ssh'), 0o755);
    const found = await bringUpIn({
      PATH: `${folder}:${process.env.PATH}`,
      DOCKER_HOST: 'ssh://ada@far',
      TESTBED_TEST_PUBLIC_HOST: '127.0.0.1',
    });
    expect(found).toMatchObject({ indexes: [0, 1], local: false, ...shaped });
  });

  it('reaches the daemon by TCP', async () => {
    const proxy = createServer((client) => {
      const daemon = connect(socketPath);
      client.pipe(daemon).pipe(client);
      client.on('error', () => daemon.destroy());
      daemon.on('error', () => client.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    try {
      const address = proxy.address();
      const port = typeof address === 'object' ? address?.port : 0;
      const found = await bringUpIn({ DOCKER_HOST: `tcp://127.0.0.1:${port}` });
      expect(found).toMatchObject({ indexes: [0, 1], local: true, ...shaped });
    } finally {
      proxy.close();
    }
  });

  it('in a container of the same daemon joins the control network', async () => {
    const container = await docker.createContainer({
      Image: nodeImage,
      User: '0:0',
      Entrypoint: ['node', '/repository/tests/fixtures/bring-up-once.ts'],
      HostConfig: { Binds: [`${root}:/repository:ro`, `${socketPath}:${usualSocket}`] },
    });
    try {
      await container.start();
      const { StatusCode: code } = await container.wait();
      const log = await container.logs({ stdout: true, stderr: true });
      const text = log.toString();
      expect(code === 0 ? '' : text).toBe('');
      const found = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
      // Joined, and yet not observed: it has process ids of its own.
      expect(found).toMatchObject({ indexes: [0, 1], local: false, ...shaped });
      expect(found.urls[0]).toMatch(/:7000$/);
    } finally {
      await container.remove({ force: true, v: true });
    }
  });

  it('without the right to use the socket is told how to get it', async () => {
    // A socket that nobody may use; root may all the same, so the fixture gives that up.
    const forbidden = join(folder, 'docker.sock');
    const server = createServer().listen(forbidden);
    await once(server, 'listening');
    chmodSync(forbidden, 0);
    chmodSync(folder, 0o755);
    const lower = join(folder, 'lower.mjs');
    writeFileSync(
      lower,
      `if (process.getuid() === 0) process.seteuid(65534);\nawait import('${bringUp}');\n`,
    );
    try {
      // Loaded as root first: the repository may be unreadable for nobody.
      const preload = `--import=${join(root, 'controller/src/runtime/docker/docker-runtime.ts')}`;
      const env = { ...process.env, DOCKER_HOST: `unix://${forbidden}` };
      const failed = await run(process.execPath, [preload, lower], { env }).catch(
        (error: { code: number; stdout: string }) => error,
      );
      expect(JSON.parse(failed.stdout)).toMatchObject({
        code: 'DOCKER_PERMISSION',
        hint: expect.stringContaining('docker group'),
      });
      expect(failed).toMatchObject({ code: 4 });
    } finally {
      server.close();
    }
  });

  it('without a daemon is told how to start one', async () => {
    const nowhere = dockerRuntime({
      environment: { DOCKER_HOST: `unix://${join(folder, 'none.sock')}` },
    });
    await expect(nowhere.inspectHosts({ signal: never })).rejects.toMatchObject({
      code: 'DOCKER_UNREACHABLE',
      hint: expect.stringContaining('start-dockerd'),
    });
  });
});

describe('kill -9 of a controller', () => {
  const doomed = join(root, 'tests/fixtures/doomed-controller.ts');
  const spawnDoomed = (runId: string): ChildProcess =>
    spawn(process.execPath, [doomed, 'docker', folder, runId, '6', nodeImage, 'shaped', 'held'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const awaitText = (child: ChildProcess, text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      let output = '';
      // Read on after the text: a closed pipe would end the controller before its time.
      child.stdout?.on('data', (chunk) => {
        output += String(chunk);
        if (output.includes(text)) resolve();
      });
      child.once('exit', () => reject(new Error(`It ended before it said "${text}": ${output}`)));
    });

  it.each(['node 2', 'started'])(
    'after "%s" leaves nothing that clean does not remove, and clean removes nothing else',
    async (text) => {
      const runtime = dockerRuntime();
      const bystander = await startNodes(runtime, { nodeCount: 1 });
      const runId = createRunId(new Date(), Math.random());
      try {
        const child = spawnDoomed(runId);
        await awaitText(child, text);
        const request = { dataFolder: folder, runId: null, force: false, signal: never };
        const before = await clean(request, { runtimes: [runtime] });
        expect(before.removed.filter((object) => object.runId === runId)).toEqual([]);
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
        // The daemon may still be at work on what it was asked last.
        await clock.sleep(500, { signal: never });
        const left = await objectsOf(docker, runId);
        expect(left.length).toBeGreaterThan(2);
        expect(left.some((name) => name.endsWith('-shaper'))).toBe(true);

        const outcome = await clean(request, { runtimes: [runtime] });
        const ofThis = outcome.failures.filter(({ message }) => message.includes(runId));
        expect(ofThis).toEqual([]);
        expect(outcome.removed.map((object) => object.runId)).toContain(runId);
        expect(await objectsOf(docker, runId)).toEqual([]);
        expect(await openLedgers(folder)).toEqual([]);
        expect(await bystander.exits({ signal: never })).toEqual([null]);
      } finally {
        await bystander.stop({ graceMs: 0 });
        await runtime.close();
      }
    },
  );
});
