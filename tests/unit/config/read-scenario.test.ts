import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readScenario } from '../../../controller/src/config/read-scenario.ts';

const good = 'name: a\nnodes: [4]\n';
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-scenario-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(bytes: string | Uint8Array, name = 'a.yaml') {
  await writeFile(join(folder, name), bytes);
  return readScenario({ path: join(folder, name), displayName: name });
}

describe('readScenario', () => {
  it('reads a file, with or without byte order mark', async () => {
    expect((await read(good)).nodes).toEqual([4]);
    expect((await read(`\ufeff${good}`)).nodes).toEqual([4]);
  });

  it.each([
    ['a file that does not exist', 'missing.yaml', 'no such file'],
    ['a directory', '.', 'it is a directory'],
    ['a path through a file', 'plain/x.yaml', 'not a directory'],
    ['a device', '/dev/zero', 'not a regular file'],
    ['a name that is too long', 'n'.repeat(400), 'too long'],
  ])('says why it cannot read %s', async (_title, name, why) => {
    await writeFile(join(folder, 'plain'), good);
    const path = name.startsWith('/') ? name : join(folder, name);
    await expect(readScenario({ path, displayName: name })).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: expect.stringContaining(why),
      hint: expect.stringContaining('testbed run'),
    });
  });

  it('shows nothing that a terminal would obey in the name of a file', async () => {
    const name = 'a\u001b[31m.yaml';
    await expect(
      readScenario({ path: join(folder, name), displayName: name }),
    ).rejects.toMatchObject({
      message: 'The scenario file a·[31m.yaml cannot be read: there is no such file.',
      cause: { message: expect.stringContaining('a·[31m.yaml') },
    });
  });

  it('says that links form a loop', async () => {
    await symlink(join(folder, 'loop'), join(folder, 'loop'));
    const options = { path: join(folder, 'loop'), displayName: 'loop' };
    await expect(readScenario(options)).rejects.toMatchObject({ code: 'CONFIG_UNREADABLE' });
  });

  it('does not wait for the writer of a named pipe', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    await expect(readScenario({ path, displayName: 'pipe' })).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: expect.stringContaining('not a regular file'),
    });
  });

  // Root may read anything, so there is nothing to refuse.
  const itUnlessRoot = process.getuid?.() === 0 ? it.skip : it;
  itUnlessRoot('says that this user may not read it', async () => {
    const path = join(folder, 'secret.yaml');
    await writeFile(path, good);
    await chmod(path, 0);
    await expect(readScenario({ path, displayName: 'secret.yaml' })).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: expect.stringContaining('may not read'),
    });
  });

  it.each([
    ['a file that is too large', `${good}#${'x'.repeat(70_000)}`, 'too-large', 1, 1],
    ['UTF-16', Buffer.from(`\ufeff${good}`, 'utf16le'), 'encoding', 1, 1],
    ['Latin-1', Buffer.from(`${good}description: caf\u00e9\n`, 'latin1'), 'encoding', 3, 17],
    ['a zero byte', `${good}seed: \0\n`, 'encoding', 3, 7],
    ['an image', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0xff]), 'encoding', 1, 1],
  ])('refuses %s with its position', async (_title, bytes, code, line, column) => {
    await expect(read(bytes, 'odd.yaml')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { problems: [{ code, line, column }] },
    });
  });
});

describe('readScenario with a matrix file', () => {
  const scenario = `${good}network:\n  regions: [eu, us]\n  matrix: links/m.csv\n`;

  async function readWith(csv: string | Uint8Array | undefined, text = scenario) {
    await rm(join(folder, 'links'), { recursive: true, force: true });
    if (csv !== undefined) {
      await mkdir(join(folder, 'links'));
      await writeFile(join(folder, 'links', 'm.csv'), csv);
    }
    await writeFile(join(folder, 'm.yaml'), text);
    return readScenario({ path: join(folder, 'm.yaml'), displayName: 'some/m.yaml' });
  }

  it('finds it beside the scenario, in any folder', async () => {
    const { network } = await readWith('from,eu,us\neu,,80\nus,,\n');
    const between = network.links.filter(({ from, to }) => from !== to);
    expect(between.map(({ profile }) => profile.rtt.meanMs)).toEqual([80, 80]);
  });

  it('says where in it something is wrong, together with what is wrong in the scenario', async () => {
    const text = `${scenario}seed: many\n`;
    await expect(readWith('from,eu,us\neu,,80msec\n', text)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('some/links/m.csv:2:5'),
      details: {
        problems: [
          { code: 'wrong-unit', file: 'some/links/m.csv', line: 2, column: 5 },
          { code: 'wrong-type', file: 'some/m.yaml', line: 6 },
        ],
      },
    });
  });

  it('points at the scenario for a region that the matrix does not know', async () => {
    await expect(readWith('from,eu,usa\neu,,80\n')).rejects.toMatchObject({
      details: { problems: [{ code: 'unknown-key', file: 'some/m.yaml', suggestion: 'usa' }] },
    });
  });

  it('says that there is none', async () => {
    await expect(readWith(undefined)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/some\/m\.yaml:\d+:\d+\n {2}network\.matrix: the matrix file/),
      details: {
        problems: [
          {
            code: 'unreadable',
            file: 'some/m.yaml',
            message: 'the matrix file some/links/m.csv cannot be read: there is no such file',
          },
        ],
      },
    });
  });

  it('refuses one that is no text', async () => {
    await expect(readWith(Buffer.from([0xff, 0xfe, 0, 0]))).rejects.toMatchObject({
      details: { problems: [{ code: 'encoding', file: 'some/links/m.csv' }] },
    });
  });
});

describe('readScenario with a file of edges', () => {
  const scenario = `${good}topology: {kind: edges, file: graphs/e.csv}\n`;

  it('finds it beside the scenario, and says where in it something is wrong', async () => {
    await mkdir(join(folder, 'graphs'), { recursive: true });
    const readWith = async (csv: string) => {
      await writeFile(join(folder, 'graphs', 'e.csv'), csv);
      await writeFile(join(folder, 'e.yaml'), scenario);
      return readScenario({ path: join(folder, 'e.yaml'), displayName: 'some/e.yaml' });
    };
    const { topology } = await readWith('from,to\n2,1\n1,0\n3,0\n');
    expect(topology).toMatchObject({
      edges: [
        [0, 1],
        [0, 3],
        [1, 2],
      ],
      file: 'graphs/e.csv',
    });
    await expect(readWith('from,to\n2,1\n1,?\n')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('some/graphs/e.csv:3:3'),
    });
  });

  it('says why it cannot read it, once', async () => {
    await writeFile(join(folder, 'e.yaml'), `${good}topology: {kind: edges, file: nowhere.csv}\n`);
    const reading = readScenario({ path: join(folder, 'e.yaml'), displayName: 'some/e.yaml' });
    await expect(reading).rejects.toMatchObject({
      details: {
        problems: [
          { message: 'the file of edges some/nowhere.csv cannot be read: there is no such file' },
        ],
      },
    });
  });
});
