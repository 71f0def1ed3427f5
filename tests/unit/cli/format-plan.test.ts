import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createFakeRuntime, run } from './fakes.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'format-plan-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function plan(text: string, ...words: string[]): Promise<string> {
  await writeFile(join(folder, 'a.yaml'), text);
  const { stdout } = await run(['plan', 'a.yaml', ...words], {
    environment: { cwd: folder },
    wiring: { openRuntime: async () => createFakeRuntime('process') },
  });
  return stdout;
}

const long = `name: long
runtime: process
nodes: [4, 100]
repetitions: 5
shaper: userspace
topology: {kind: mesh, degree: 3}
vary:
  network: [intercontinental, {profile: {like: wan, loss: 1%}}]
  load.rate: [200, 1000]
  engine.timeout: [500ms, 2s]
`;

it('fits long names of cells and three axes into 80 columns', async () => {
  const text = await plan(long);
  const lines = text.split('\n');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(text).toMatch(/^n4-intercontinental-r200-t500ms .* min /m);
  // Every name stands apart from what comes after it.
  expect(text).toMatch(/^ {2}n100\S+ 150 links, 3 a node/m);
  expect(text).toMatch(/^order .*[\s\S]*\.\.\. \(80\s+repetitions\)/m);
});

it('has all of the order, and every column, where a program reads it', async () => {
  const { order, cells } = JSON.parse(await plan(long, '--json')).plan;
  expect([order.length, cells.length]).toEqual([80, 16]);
});

it('leaves out nothing that there is room for', async () => {
  const text = await plan('name: a\nruntime: process\nnodes: [4]\nvary: {load.rate: [5, 6]}\n');
  expect(text).toMatch(/^cell +links +processes +cores +memory limit +expected +time$/m);
});

it('names all shapers where they are varied', async () => {
  const text = await plan(
    'name: a\nruntime: process\nnodes: [4]\nnetwork: wan\nvary: {shaper: [userspace, auto]}\n',
  );
  expect(text).toMatch(/^network .*shaped by userspace$/m);
});
