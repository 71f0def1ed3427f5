/** Tries netem where it would be used: in the helper container, but without the host's links. */
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { NetemSupport } from '../runtime.ts';
import type { DockerClient } from './docker-client.ts';
import {
  PROBE_SCRIPT,
  readMissingTools,
  readNetemSupport,
  rootlessSupport,
} from './netem-support.ts';
import { isRootless } from './rootless.ts';
import { helperSpec, resolveShaperImage, shaperUnavailable } from './shaper-container.ts';
import { dockerReason } from './translate-docker-error.ts';

const PROBE_MS = 20_000;
const REMOVE_MS = 20_000;

export interface ProbeOptions {
  readonly image: string;
  /** Labels that let `clean` find the container should this process die. */
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** @throws TestbedError IMAGE_MISSING, SHAPER_UNAVAILABLE, DOCKER_UNREACHABLE and the like */
export async function probeNetem(
  client: DockerClient,
  { image, labels, name, clock, signal }: ProbeOptions,
): Promise<NetemSupport> {
  const imageId = await resolveShaperImage(client, image, { signal });
  const late = clock.timeoutSignal(PROBE_MS);
  const parts = { imageId, labels, name, clock, signal, late };
  const output = await runProbe(client, parts).catch((error) => {
    signal.throwIfAborted();
    if (late.aborted || dockerReason(error) === 'timeout') throw busyHost(client.info.Name, error);
    if (error instanceof TestbedError && error.code !== 'DOCKER_FAILED') throw error;
    if (isRootless(client.info)) return null;
    throw shaperUnavailable(`it does not run: ${messageOf(error)}`, error);
  });
  if (output === null) return rootlessSupport;
  const missing = readMissingTools(output);
  if (missing.length > 0)
    throw shaperUnavailable(`its image ${image} has no ${missing.join(', ')}`);
  return readNetemSupport(output, client.info);
}

async function runProbe(
  client: DockerClient,
  options: Omit<ProbeOptions, 'image'> & { readonly imageId: string; readonly late: AbortSignal },
): Promise<string> {
  const { imageId, labels, name, clock, signal, late } = options;
  const call = { signal: AbortSignal.any([signal, late]) };
  const spec = { ...helperSpec(imageId, 'none'), name, Labels: { ...labels } };
  // Not with the caller's signal: a creation that is dropped half-way may still be carried out.
  const id = await client.createContainer(spec, { signal: late });
  try {
    await client.startContainer(id, call);
    const command = ['sh', '-c', PROBE_SCRIPT];
    const outcome = await client.execute(id, command, { ...call, timeoutMs: PROBE_MS });
    return `${outcome.stdout}${outcome.stderr}`;
  } finally {
    await client.removeContainer(id, { signal: clock.timeoutSignal(REMOVE_MS) });
  }
}

/** What takes a second on a quiet host says nothing about the kernel when it takes so long. */
function busyHost(host: string, cause: unknown): TestbedError {
  return new TestbedError(
    'SHAPER_UNAVAILABLE',
    `The trial of netem was not over after ${PROBE_MS / 1000} s: the Docker host ${host} is busy. ` +
      'Whether its kernel can shape is not known.',
    {
      hint: 'See what else runs there (`top`, `docker ps`), end it, and start again.',
      cause,
    },
  );
}
