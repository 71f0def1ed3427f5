/** The image with Node.js 24 that nodes and controller are built on. */
import type Docker from 'dockerode';
import { TestbedError } from '../../controller/src/errors/testbed-error.ts';
import { imageLabels } from '../../node-image/src/contract/index.ts';
import { hashFiles, importRootfs, labelsOf, pull, say } from './image-building.ts';

const REGISTRY_BASE = 'node:24-bookworm-slim';
const OWN_BASE = 'prsm-testbed-base:24';

export const baseRecipe = 'scripts/setup/make-base-rootfs';

/**
 * @returns the name of an image that has Node.js 24: the one that TESTBED_BASE_IMAGE names, else the
 * official one, else one of our own
 * @throws TestbedError IMAGE_MISSING
 */
export async function findBase(docker: Docker): Promise<string> {
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
  await importRootfs(docker, {
    image: OWN_BASE,
    recipe: [baseRecipe, process.execPath],
    changes: ['CMD ["node"]', `LABEL ${imageLabels.sourceHash}=${recipe}`],
    hint: 'Load one on this Docker host instead: docker load, then TESTBED_BASE_IMAGE=<name>.',
  });
}
