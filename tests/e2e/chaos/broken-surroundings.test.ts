import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { docker, nothing, objectsOfRun } from '../../fixtures/e2e-docker.ts';
import { createRelabelledImage, removeImage } from '../../fixtures/e2e-images.ts';
import {
  createHome,
  type EndedCommand,
  processesWith,
  type TestHome,
} from '../../fixtures/e2e-testbed.ts';

/** What a machine can lack: each a clear error, the documented exit code, and nothing left. */

const execute = promisify(execFile);
const limitMs = 3 * 60_000;
const four = ['sweep', '--nodes', '4', '--repetitions', '1', '--rate', '80', '--warmup', '1s'];
const words = [...four, '--measure', '5s', '--ready', '2m'];
const isRoot = process.getuid?.() === 0;
/** Mounting a small file system and changing the user take root. */
const asRoot = isRoot ? it : it.skip;

let home: TestHome;
beforeAll(async () => {
  home = await createHome();
});
afterAll(() => home.remove(), 60_000);

/** The error is told once, with a hint; nothing is printed as a result. */
function expectError(ended: EndedCommand, code: string, exitCode: number): void {
  expect([ended.code, ended.stderr]).toEqual([exitCode, expect.stringContaining(`${code}, exit`)]);
  expect(ended.stderr).toContain('Hint: ');
  expect(ended.stderr).not.toContain('This is a bug');
  expect(ended.stderr).not.toMatch(/^\s+at .*\.ts:\d+/m);
}

describe('an image that cannot be used', () => {
  it(
    'is told as missing',
    async () => {
      const ended = await home.run([...words, '--image', 'no-such-image-of-anybody:1']);
      expectError(ended, 'IMAGE_MISSING', 4);
      expect(ended.stderr).toContain('no-such-image-of-anybody:1');
      expect(await home.runIds()).toEqual([]);
    },
    limitMs,
  );

  it(
    'is told as incompatible if it speaks another version of the contract',
    async () => {
      const image = `testbed-e2e-other-contract:${process.pid}`;
      try {
        await createRelabelledImage(image, '999');
        const ended = await home.run([...words, '--image', image]);
        expectError(ended, 'IMAGE_INCOMPATIBLE', 4);
        expect(ended.stderr).toContain('999');
        expect(await home.runIds()).toEqual([]);
      } finally {
        await removeImage(image);
      }
    },
    limitMs,
  );
});

describe('a Docker socket', () => {
  asRoot(
    'that refuses this user is told as that',
    async () => {
      const folder = await mkdtemp('/var/tmp/testbed-e2e-socket-');
      const socket = join(folder, 'docker.sock');
      const server: Server = createServer((connection) => connection.end());
      const own = join(folder, 'home');
      try {
        await new Promise<void>((resolve) => server.listen(socket, resolve));
        await chmod(socket, 0o600);
        await chmod(folder, 0o777);
        const ended = await home.run(words, {
          through: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
          env: { DOCKER_HOST: `unix://${socket}`, TESTBED_HOME: own, HOME: folder },
        });
        expectError(ended, 'DOCKER_PERMISSION', 4);
        expect(ended.stderr).toContain(socket);
      } finally {
        await new Promise((resolve) => server.close(resolve));
        await rm(folder, { recursive: true, force: true });
      }
    },
    limitMs,
  );

  it(
    'with nobody behind it is told as unreachable',
    async () => {
      const ended = await home.run(words, { env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } });
      expectError(ended, 'DOCKER_UNREACHABLE', 4);
    },
    limitMs,
  );
});

describe('a full disk', () => {
  const withSmallDisk = async (
    size: string,
    work: (home: TestHome, folder: string) => Promise<void>,
  ): Promise<void> => {
    const folder = await mkdtemp('/var/tmp/testbed-e2e-small-');
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
    const small = await createHome(folder);
    try {
      await work(small, folder);
    } finally {
      await small.remove();
      await execute('umount', ['--lazy', folder]);
      await rm(folder, { recursive: true, force: true });
    }
  };

  asRoot(
    'that has no room for the database is told as that',
    () =>
      withSmallDisk('8m', async (small) => {
        const ended = await small.run(words);
        expectError(ended, 'DISK_FULL', 4);
        for (const runId of await small.runIds()) {
          expect(await objectsOfRun(runId)).toEqual(nothing);
        }
        expect(await processesWith(small.path)).toEqual([]);
      }),
    limitMs,
  );

  asRoot(
    'in the middle of a measurement ends the run, and loses nothing measured',
    () =>
      withSmallDisk('4m', async (small, folder) => {
        // Without a database, records would be kept on this disk.
        const env = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' };
        const command = small.start(words, { env });
        const runId = await command.runId();
        await command.says('measuring, 5 s');
        await fill(folder);
        const ended: EndedCommand = { code: await command.ended, ...command.output };
        expectError(ended, 'DISK_FULL', 4);
        expect(await objectsOfRun(runId)).toEqual(nothing);
        expect(await processesWith(small.path)).toEqual([]);

        expect(ended.stderr.replace(/\s+/g, ' ')).toMatch(
          /The record of repetition 1 with 4 nodes .* is kept in/,
        );
        await makeRoom(folder);
        const stored = await small.json(['report', runId], { env });
        expect(stored.run).toMatchObject({ status: 'failed', failure: { code: 'DISK_FULL' } });
        expect(stored.repetitions).toHaveLength(1);
        expect(stored.repetitions[0]).toMatchObject({ nodeCount: 4, failure: null });
      }),
    limitMs,
  );
});

async function makeRoom(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith('ballast-')) await rm(join(folder, name));
  }
}

async function fill(folder: string): Promise<void> {
  for (const bytes of [4096 * 64, 4096]) {
    const { bavail, bsize } = await statfs(folder);
    for (let free = bavail * bsize, n = 0; free >= bytes; free -= bytes, n++) {
      const path = join(folder, `ballast-${bytes}-${n}`);
      if (
        !(await writeFile(path, Buffer.alloc(bytes)).then(
          () => true,
          () => false,
        ))
      )
        break;
    }
  }
}

describe('two controllers on one Docker', () => {
  it(
    'measure at the same time, and neither sees anything of the other',
    async () => {
      const other = await createHome();
      try {
        const both = [home, other].map((where) => where.start([...words, '--json']));
        const ended = await Promise.all(both.map((command) => command.ended));
        const documents = both.map(({ output }) => JSON.parse(output.stdout));
        for (const [index, document] of documents.entries()) {
          expect(document.run).toMatchObject({ status: 'completed', failure: null });
          const [cell] = document.cells;
          expect(ended[index]).toBe(cell.verdict === 'invalid' ? 6 : 0);
          expect(cell.repetitions[0]).toMatchObject({ failure: null, nodesReporting: 4 });
          const own: string = document.run.id;
          expect(await objectsOfRun(own)).toEqual(nothing);
          for (const { events, nodes } of document.repetitions) {
            expect(nodes).toHaveLength(4);
            expect(events.filter(({ kind }: { kind: string }) => kind === 'not-collected')).toEqual(
              [],
            );
          }
        }
        const ids = documents.map(({ run }) => run.id);
        expect(new Set(ids).size).toBe(2);
        expect(await home.runIds()).toEqual([ids[0]]);
        expect(await other.runIds()).toEqual([ids[1]]);
        const names = await docker('ps', '--all', '--format', '{{.Names}}');
        for (const id of ids) expect(names).not.toContain(id);
      } finally {
        await other.remove();
      }
    },
    limitMs,
  );
});
