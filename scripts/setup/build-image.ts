/**
 * Builds `prsm-testbed-node:latest` from the bundle, on `node:24-bookworm-slim` if that image is
 * there or a registry gives it, else on a base made from the packages of this machine. An image
 * whose label says that it was built from the same sources is left alone.
 *
 * usage: build-image.ts [--force]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { TestbedError } from '../../controller/src/errors/testbed-error.ts';
import { CONTRACT_VERSION, imageLabels } from '../../node-image/src/contract/index.ts';
import {
  BUILD_MS_MAX,
  follow,
  hashFiles,
  labelsOf,
  pull,
  root,
  runBuild,
  say,
} from './image-building.ts';

const IMAGE = 'prsm-testbed-node:latest';
const REGISTRY_BASE = 'node:24-bookworm-slim';
const OWN_BASE = 'prsm-testbed-base:24';

const bundle = 'dist/node/main.mjs';
const dockerfile = 'node-image/Dockerfile';
const baseRecipe = 'scripts/setup/make-base-rootfs';

await runBuild(IMAGE, async (docker, { force }) => {
  const startedMs = performance.now();
  bundleNode();
  const sourceHash = hashFiles([bundle, dockerfile, baseRecipe]);
  const existing = await labelsOf(docker, IMAGE);
  if (!force && existing?.[imageLabels.sourceHash] === sourceHash) {
    say(`ok: image ${IMAGE} is up to date`);
    return;
  }
  const base = await findBase(docker);
  await buildImage(docker, base, {
    [imageLabels.contractVersion]: String(CONTRACT_VERSION),
    [imageLabels.sourceHash]: sourceHash,
  });
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

async function findBase(docker: Docker): Promise<string> {
  const asked = process.env.TESTBED_BASE_IMAGE;
  const wanted = asked ?? REGISTRY_BASE;
  if ((await labelsOf(docker, wanted)) !== null) return wanted;
  const refusal = await pull(docker, wanted);
  if (refusal === null) return wanted;
  if (asked !== undefined) {
    throw new TestbedError(
      'IMAGE_MISSING',
      `The base image ${asked} cannot be pulled: ${refusal}`,
      {
        hint: 'Correct or unset TESTBED_BASE_IMAGE.',
      },
    );
  }
  const recipe = hashFiles([baseRecipe]);
  if ((await labelsOf(docker, OWN_BASE))?.[imageLabels.sourceHash] === recipe) return OWN_BASE;
  say(`no registry gives ${REGISTRY_BASE} (${refusal}); making a base from system packages`);
  await makeBase(docker, recipe);
  return OWN_BASE;
}

async function makeBase(docker: Docker, recipe: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-base-'));
  try {
    const tar = join(folder, 'base.tar');
    const made = spawnSync(join(root, baseRecipe), [process.execPath, tar], { stdio: 'inherit' });
    if (made.status !== 0) {
      throw new TestbedError('IMAGE_MISSING', 'No base image could be made (see above).', {
        hint: `Load one on this Docker host instead: docker load, then TESTBED_BASE_IMAGE=<name>.`,
      });
    }
    const [repo = '', tag = ''] = OWN_BASE.split(':');
    const changes = ['CMD ["node"]', `LABEL ${imageLabels.sourceHash}=${recipe}`];
    const stream = await docker.importImage(createReadStream(tar), { repo, tag, changes });
    await follow(docker, stream, BUILD_MS_MAX);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With the classic builder, which every Engine has: BuildKit would need its own client. */
async function buildImage(
  docker: Docker,
  base: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const context = { context: root, src: [dockerfile, bundle] };
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
