import { describe, expect, it } from '@jest/globals';
import { resolveImage } from '../../../../controller/src/runtime/docker/resolve-image.ts';
import { CONTRACT_VERSION, imageLabels } from '../../../../node-image/src/contract/index.ts';
import { createFakeDocker, dockerFailure } from '../../../fixtures/fake-docker.ts';

const fits = { [imageLabels.contractVersion]: String(CONTRACT_VERSION) };

function resolve(labels: Record<string, string>, user = 'node', image = 'a-node') {
  const client = {
    ...createFakeDocker(),
    inspectImage: async () => ({ id: 'sha256:1', labels, user }),
  };
  return resolveImage(client, image, { signal: new AbortController().signal });
}

describe('resolveImage', () => {
  it('takes an image of our contract that runs as somebody', async () => {
    await expect(resolve(fits)).resolves.toEqual({
      id: 'sha256:1',
      name: 'a-node',
      source: null,
    });
    const labels = { ...fits, [imageLabels.sourceHash]: 'v1.2-dirty' };
    await expect(resolve(labels)).resolves.toMatchObject({ source: 'v1.2-dirty' });
    await expect(resolve(fits, '1000:0')).resolves.toMatchObject({ id: 'sha256:1' });
  });

  it.each([
    ['another contract version', { [imageLabels.contractVersion]: '999' }, 'node', 'says 999'],
    ['no label', {}, 'node', 'has no label'],
    ['root by default', fits, '', 'as root'],
    ['root by name', fits, 'root:root', 'as root'],
    ['root by number', fits, '0', 'as root'],
  ])('refuses %s', async (_, labels, user, said) => {
    await expect(resolve(labels, user)).rejects.toMatchObject({
      code: 'IMAGE_INCOMPATIBLE',
      message: expect.stringContaining(said),
    });
  });

  it.each([
    ['a-node:1', 'add this line to its Dockerfile: LABEL testbed.contract="1"'],
    ['prsm-testbed-node:latest', './scripts/setup/build-image'],
  ])('says of a wrong label of %s what its owner can do', async (image, hint) => {
    await expect(resolve({}, 'node', image)).rejects.toMatchObject({
      hint: expect.stringContaining(hint),
    });
  });

  it.each([
    ['a-node', 'docker pull a-node'],
    ['prsm-testbed-node', 'build-image'],
  ])('says how to get %s if it is not there', async (image, hint) => {
    const client = {
      ...createFakeDocker(),
      inspectImage: async () => {
        throw dockerFailure('gone', 'No such image: a-node');
      },
    };
    const resolving = resolveImage(client, image, { signal: new AbortController().signal });
    await expect(resolving).rejects.toMatchObject({
      code: 'IMAGE_MISSING',
      hint: expect.stringContaining(hint),
    });
  });
});
