/**
 * The one container of a network that may do something to its links: with the rights that takes,
 * in the namespace of process ids of the host (to find the nodes' network namespaces) and in the
 * network namespace of the host (to reach the other ends of their links). Nodes stay without rights
 * and without tools.
 */
import type { ContainerCreateOptions } from 'dockerode';
import { TestbedError } from '../../errors/testbed-error.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { StartRequest } from '../runtime.ts';
import type { CallOptions, DockerClient } from './docker-client.ts';
import { networkLabels, shaperName } from './object-names.ts';
import { dockerReason } from './translate-docker-error.ts';

export const SHAPER_IMAGE = 'prsm-testbed-shaper:latest';
/** Scripts, and what they start, for all nodes at once. */
const MEMORY_BYTES = 512 * 2 ** 20;
/**
 * What the helper does takes little time, but must not wait behind the nodes of a busy host: a cut
 * has to take effect at all of them together.
 */
const CPU_SHARES_MAX = 262_144;
const PIDS_MAX = 2_048;
const LOG_SIZE_MAX = '1m';
/**
 * Not `Privileged`: that asks for every capability there is, and daemons that do not have them all
 * themselves (in a sandbox, in a container) refuse it.
 * SYS_ADMIN and SYS_PTRACE: enter the namespace of another user's process. NET_RAW: ping.
 */
const CAPABILITIES = ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN', 'SYS_PTRACE'];

/** @param environment TESTBED_SHAPER_IMAGE names another image with the same tools */
export function shaperImage(environment: Readonly<Record<string, string | undefined>>): string {
  return environment.TESTBED_SHAPER_IMAGE || SHAPER_IMAGE;
}

/**
 * @returns the id of the image
 * @throws TestbedError IMAGE_MISSING
 */
export async function resolveShaperImage(
  client: DockerClient,
  image: string,
  options: CallOptions,
): Promise<string> {
  try {
    return (await client.inspectImage(image, options)).id;
  } catch (error) {
    if (dockerReason(error) !== 'gone') throw error;
    throw new TestbedError(
      'IMAGE_MISSING',
      `The image ${image}, which shapes links with netem, is not on the Docker host ` +
        `${client.info.Name}.`,
      { hint: 'Build it with: ./scripts/setup/build-shaper-image', cause: error },
    );
  }
}

/**
 * Not with the caller's signal: a creation that is dropped half-way may still be carried out.
 * @returns the id of the running container
 * @throws TestbedError SHAPER_UNAVAILABLE
 */
export async function startShaper(
  client: DockerClient,
  request: Pick<StartRequest, 'runId' | 'repetitionId' | 'networkName'>,
  { owner, imageId }: { readonly owner: string; readonly imageId: string },
): Promise<string> {
  const never = { signal: new AbortController().signal };
  const name = shaperName(request.networkName);
  const marks = { name, Labels: networkLabels(request, owner) };
  try {
    const id = await client.createContainer({ ...helperSpec(imageId, 'host'), ...marks }, never);
    await client.startContainer(id, never);
    return id;
  } catch (error) {
    if (!(error instanceof TestbedError) || error.code !== 'DOCKER_FAILED') throw error;
    throw shaperUnavailable(`${name} did not start: ${messageOf(error)}`, error);
  }
}

export function shaperUnavailable(why: string, cause?: unknown): TestbedError {
  return new TestbedError(
    'SHAPER_UNAVAILABLE',
    `The helper that shapes links cannot work: ${why.replace(/\.$/, '')}.`,
    {
      hint: 'Links can be shaped without it, in the nodes themselves: --shaper userspace',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/** @param networkMode `host`; `none` for a probe, which must not touch the host's links */
export function helperSpec(imageId: string, networkMode: 'host' | 'none'): ContainerCreateOptions {
  return {
    Image: imageId,
    // Nothing of the image runs by itself; scripts come in as executions.
    Entrypoint: ['sh', '-c', 'exec sleep infinity'],
    Cmd: [],
    Env: ['LC_ALL=C'],
    User: '0:0',
    StopSignal: 'SIGKILL',
    HostConfig: {
      CapDrop: ['ALL'],
      CapAdd: CAPABILITIES,
      SecurityOpt: ['apparmor=unconfined', 'label=disable', 'no-new-privileges'],
      PidMode: 'host',
      UsernsMode: 'host',
      NetworkMode: networkMode,
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': 'size=64m', '/run': 'size=1m' },
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': LOG_SIZE_MAX, 'max-file': '1' } },
      CpuShares: CPU_SHARES_MAX,
      Memory: MEMORY_BYTES,
      MemorySwap: MEMORY_BYTES,
      PidsLimit: PIDS_MAX,
    },
  };
}
