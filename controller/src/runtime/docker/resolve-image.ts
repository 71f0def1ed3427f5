import { CONTRACT_VERSION, imageLabels } from '../../../../node-image/src/contract/index.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { ResolvedImage } from '../runtime.ts';
import type { CallOptions, DockerClient } from './docker-client.ts';
import { dockerReason } from './translate-docker-error.ts';

/**
 * Finds the node image and holds it against the contract by its labels, before anything is made.
 * @throws TestbedError IMAGE_MISSING, IMAGE_INCOMPATIBLE
 */
export async function resolveImage(
  client: Pick<DockerClient, 'inspectImage' | 'info'>,
  image: string,
  options: CallOptions,
): Promise<ResolvedImage> {
  const found = await client.inspectImage(image, options).catch((error: unknown) => {
    if (dockerReason(error) !== 'gone') throw error;
    throw new TestbedError(
      'IMAGE_MISSING',
      `The image ${image} is not on the Docker host ${client.info.Name}.`,
      { hint: 'Build it with: ./scripts/setup/build-image', cause: error },
    );
  });
  const contract = found.labels[imageLabels.contractVersion];
  if (contract !== String(CONTRACT_VERSION)) {
    const says = contract === undefined ? 'has no label' : `says ${contract} in its label`;
    throw new TestbedError(
      'IMAGE_INCOMPATIBLE',
      `The image ${image} ${says} ${imageLabels.contractVersion}; ` +
        `this testbed speaks contract version ${CONTRACT_VERSION}.`,
      { hint: 'Rebuild it with ./scripts/setup/build-image; see docs/node-contract.md.' },
    );
  }
  if (/^(root|0)?(:|$)/.test(found.user)) {
    throw new TestbedError('IMAGE_INCOMPATIBLE', `The image ${image} runs its node as root.`, {
      hint: 'Nodes run unprivileged: add a USER line to its Dockerfile.',
    });
  }
  return { id: found.id, name: image };
}
