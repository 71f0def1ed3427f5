/**
 * Builds `prsm-testbed-shaper:latest`, the image of the helper that shapes links from outside: on
 * `debian:bookworm-slim` if that image is there or a registry gives it, else out of the packages of
 * this machine. An image whose label says that it was built from the same recipe is left alone.
 * TESTBED_SHAPER_BASE_IMAGE names another Debian 12 to build it on.
 *
 * usage: build-shaper-image.ts [--force]
 */
import type Docker from 'dockerode';
import { TestbedError } from '../../controller/src/errors/testbed-error.ts';
import { SHAPER_IMAGE } from '../../controller/src/runtime/docker/shaper-container.ts';
import { imageLabels } from '../../node-image/src/contract/index.ts';
import {
  BUILD_MS_MAX,
  follow,
  hashFiles,
  importRootfs,
  labelsOf,
  pull,
  root,
  runBuild,
  say,
} from './image-building.ts';

const REGISTRY_BASE = 'debian:bookworm-slim';
const dockerfile = 'controller/shaper-image/Dockerfile';
const recipe = 'scripts/setup/make-shaper-rootfs';

await runBuild(SHAPER_IMAGE, async (docker, { force }) => {
  const startedMs = performance.now();
  const sourceHash = hashFiles([dockerfile, recipe]);
  const existing = await labelsOf(docker, SHAPER_IMAGE);
  if (!force && existing?.[imageLabels.sourceHash] === sourceHash) {
    say(`ok: image ${SHAPER_IMAGE} is up to date`);
    return;
  }
  const origin = await build(docker, { [imageLabels.sourceHash]: sourceHash });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  say(`built image ${SHAPER_IMAGE} from ${origin} in ${seconds} s`);
});

/** @returns what it was built from */
async function build(docker: Docker, labels: Readonly<Record<string, string>>): Promise<string> {
  const base = process.env.TESTBED_SHAPER_BASE_IMAGE ?? REGISTRY_BASE;
  const refusal = (await labelsOf(docker, base)) === null ? await pull(docker, base) : null;
  if (refusal === null) {
    await buildOn(docker, base, labels);
    return base;
  }
  if (process.env.TESTBED_SHAPER_BASE_IMAGE !== undefined) {
    throw new TestbedError('IMAGE_MISSING', `The base image ${base} cannot be pulled: ${refusal}`, {
      hint: 'Correct or unset TESTBED_SHAPER_BASE_IMAGE.',
    });
  }
  say(`no registry gives ${base} (${refusal}); making the image from system packages`);
  await importOwn(docker, labels);
  return 'system packages';
}

/** With the classic builder, which every Engine has: BuildKit would need its own client. */
async function buildOn(
  docker: Docker,
  base: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const context = { context: root, src: [dockerfile] };
  const options = {
    t: SHAPER_IMAGE,
    dockerfile,
    buildargs: { BASE: base },
    labels: { ...labels },
    forcerm: true,
  };
  await follow(docker, await docker.buildImage(context, options), BUILD_MS_MAX);
}

async function importOwn(docker: Docker, labels: Readonly<Record<string, string>>): Promise<void> {
  const marks = Object.entries(labels).map(([name, value]) => `LABEL ${name}=${value}`);
  await importRootfs(docker, {
    image: SHAPER_IMAGE,
    recipe: [recipe],
    changes: ['ENV LC_ALL=C', 'CMD ["sleep", "infinity"]', ...marks],
    hint: `Load one on this Docker host instead: docker load, then tag it ${SHAPER_IMAGE}.`,
  });
}
