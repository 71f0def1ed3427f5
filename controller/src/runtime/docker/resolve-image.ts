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
      {
        hint: isOurs(image) ? buildOurs : `Build or pull it there: docker pull ${image}`,
        cause: error,
      },
    );
  });
  const contract = found.labels[imageLabels.contractVersion];
  if (contract !== String(CONTRACT_VERSION)) {
    const says = contract === undefined ? 'has no label' : `says ${contract} in its label`;
    throw new TestbedError(
      'IMAGE_INCOMPATIBLE',
      `The image ${image} ${says} ${imageLabels.contractVersion}; ` +
        `this testbed speaks contract version ${CONTRACT_VERSION}.`,
      {
        hint: isOurs(image)
          ? `${buildOurs}; see docs/node-contract.md.`
          : `If its node honours docs/node-contract.md, add this line to its Dockerfile: LABEL ${imageLabels.contractVersion}="${CONTRACT_VERSION}"`,
      },
    );
  }
  if (/^(root|0)?(:|$)/.test(found.user)) {
    throw new TestbedError('IMAGE_INCOMPATIBLE', `The image ${image} runs its node as root.`, {
      hint: 'Nodes run unprivileged: add a USER line to its Dockerfile.',
    });
  }
  return { id: found.id, name: image, source: found.labels[imageLabels.sourceHash] ?? null };
}

const buildOurs = 'Build it with: ./scripts/setup/build-image';

/** Whether it is the image of this repository, under whatever tag; another is built by its owner. */
function isOurs(image: string): boolean {
  return /^prsm-testbed-node(?:[:@]|$)/.test(image);
}
