/**
 * Asks the Docker daemon for its version, by the testbed's own way of finding it, and prints it.
 * Exits with 4 and the reason on standard error when there is none. Needs no docker command.
 */
import { homedir } from 'node:os';
import { TestbedError } from '../../controller/src/errors/testbed-error.ts';
import { systemClock } from '../../controller/src/lib/system-clock.ts';
import { connectDocker } from '../../controller/src/runtime/docker/connect-docker.ts';
import { resolveEndpoint } from '../../controller/src/runtime/docker/docker-endpoint.ts';

try {
  const endpoint = resolveEndpoint({ environment: process.env, homeFolder: homedir() });
  const signal = AbortSignal.timeout(10_000);
  const client = await connectDocker(endpoint, { clock: systemClock, signal });
  process.stdout.write(`${client.engineVersion}\n`);
  client.close();
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = error instanceof TestbedError ? error.exitCode : 1;
}
