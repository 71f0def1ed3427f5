import { describe, expect, it } from '@jest/globals';
import { resolveImage } from '../../../../controller/src/runtime/docker/resolve-image.ts';
import { CONTRACT_VERSION, imageLabels } from '../../../../node-image/src/contract/index.ts';
import { createFakeDocker, dockerFailure } from '../../../fixtures/fake-docker.ts';

const fits = { [imageLabels.contractVersion]: String(CONTRACT_VERSION) };

function resolve(labels: Record<string, string>, user = 'node') {
  const client = {
    ...createFakeDocker(),
    inspectImage: async () => ({ id: 'sha256:1', labels, user }),
  };
  return resolveImage(client, 'a-node', { signal: new AbortController().signal });
}

describe('resolveImage', () => {
  it('takes an image of our contract that runs as somebody', async () => {
    await expect(resolve(fits)).resolves.toEqual({ id: 'sha256:1', name: 'a-node' });
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

  it('says how to build an image that is not there', async () => {
    const client = {
      ...createFakeDocker(),
      inspectImage: async () => {
        throw dockerFailure('gone', 'No such image: a-node');
      },
    };
    const resolving = resolveImage(client, 'a-node', { signal: new AbortController().signal });
    await expect(resolving).rejects.toMatchObject({
      code: 'IMAGE_MISSING',
      hint: expect.stringContaining('build-image'),
    });
  });
});
