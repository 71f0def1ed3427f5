/** Tries netem where it would be used: in the helper container, but without the host's links. */
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/message-of.ts';
import type { NetemSupport } from '../runtime.ts';
import type { DockerClient } from './docker-client.ts';
import { PROBE_SCRIPT, readMissingTools, readNetemSupport } from './netem-support.ts';
import { helperSpec, resolveShaperImage, shaperUnavailable } from './shaper-container.ts';

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
  const output = await runProbe(client, { imageId, labels, name, clock, signal }).catch((error) => {
    signal.throwIfAborted();
    if (error instanceof TestbedError && error.code !== 'DOCKER_FAILED') throw error;
    throw shaperUnavailable(`it does not run: ${messageOf(error)}`, error);
  });
  const missing = readMissingTools(output);
  if (missing.length > 0)
    throw shaperUnavailable(`its image ${image} has no ${missing.join(', ')}`);
  return readNetemSupport(output, client.info);
}

async function runProbe(
  client: DockerClient,
  options: Omit<ProbeOptions, 'image'> & { readonly imageId: string },
): Promise<string> {
  const { imageId, labels, name, clock, signal } = options;
  const late = clock.timeoutSignal(PROBE_MS);
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
