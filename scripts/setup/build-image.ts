/**
 * Builds `prsm-testbed-node:latest` from the bundle, on `node:24-bookworm-slim` if that image is
 * there or a registry gives it, else on a base made from the packages of this machine. An image
 * whose label says that it was built from the same sources is left alone.
 *
 * usage: build-image.ts [--force]
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { CONTRACT_VERSION, imageLabels } from '../../node-image/src/contract/index.ts';
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

const IMAGE = 'prsm-testbed-node:latest';

const bundle = 'dist/node/main.mjs';
const native = 'dist/node/blst.node';
const dockerfile = 'node-image/Dockerfile';

await runBuild(IMAGE, async (docker, { force }) => {
  const startedMs = performance.now();
  bundleNode();
  const files = [bundle, native].filter((path) => existsSync(join(root, path)));
  const sourceHash = hashFiles([...files, dockerfile, baseRecipe]);
  const existing = await labelsOf(docker, IMAGE);
  if (!force && existing?.[imageLabels.sourceHash] === sourceHash) {
    say(`ok: image ${IMAGE} is up to date`);
    return;
  }
  const base = await findBase(docker);
  const labels = {
    [imageLabels.contractVersion]: String(CONTRACT_VERSION),
    [imageLabels.sourceHash]: sourceHash,
  };
  await buildImage(docker, files, { base, labels });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  say(`built image ${IMAGE} on ${base} in ${seconds} s`);
});

function bundleNode(): void {
  // Its output is for programs; its errors go to our standard error.
  execFileSync(process.execPath, ['scripts/build-node.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** With the classic builder, which every Engine has: BuildKit would need its own client. */
async function buildImage(
  docker: Docker,
  files: readonly string[],
  { base, labels }: { readonly base: string; readonly labels: Readonly<Record<string, string>> },
): Promise<void> {
  const context = { context: root, src: [dockerfile, ...files] };
  const options = {
    t: IMAGE,
    dockerfile,
    buildargs: { BASE: base },
    labels: { ...labels },
    networkmode: 'none',
    forcerm: true,
  };
  await follow(docker, await docker.buildImage(context, options), BUILD_MS_MAX);
}
