/** Opens the way to a Docker daemon: transport, TLS, ssh, and the API version both sides speak. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type Docker from 'dockerode';
import type { DockerOptions } from 'dockerode';
import type { z } from 'zod';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { containerCalls, holdingCalls, imageCalls, networkCalls } from './docker-calls.ts';
import type { DockerClient } from './docker-client.ts';
import { type DockerEndpoint, formatEndpoint } from './docker-endpoint.ts';
import { infoReply, versionReply } from './docker-replies.ts';
import {
  createRequest,
  createStreamRequest,
  type DialingModem,
  type SendRequest,
} from './docker-request.ts';
import { eventCalls, execCalls } from './exec-calls.ts';
import { createSshAgent } from './ssh-connection.ts';

/** Newest version whose replies this code was written for, and the oldest that has all it needs. */
const API_NEWEST = '1.47';
const API_OLDEST = '1.41';
const CONNECTIONS_MAX = 32;

/** dockerode on the way to one daemon. */
export interface OpenDocker {
  /** @param version of the API, `v1.41`; the daemon's newest if not given */
  client(version?: string): Docker;
  close(): void;
}

/** Prepares the way; nothing is sent yet. Also what builds images, which the port does not do. */
export async function openDocker(endpoint: DockerEndpoint): Promise<OpenDocker> {
  // dockerode takes 150 ms and 30 MB to load: only those pay who use Docker.
  const { default: DockerClass } = await import('dockerode');
  const agent = createAgent(endpoint);
  return {
    client: (version) => new DockerClass(dockerOptions(endpoint, agent, version)),
    close: () => agent.destroy(),
  };
}

/**
 * Connects, and agrees on an API version.
 * @throws TestbedError DOCKER_UNREACHABLE, DOCKER_PERMISSION, DOCKER_FAILED (version)
 */
export async function connectDocker(
  endpoint: DockerEndpoint,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<DockerClient> {
  const address = formatEndpoint(endpoint);
  const { client, close } = await openDocker(endpoint);
  // docker-modem comes without types; this is the part of it that is used.
  const modem = (version?: string): DialingModem => client(version).modem as DialingModem;
  const history = { answered: false };
  const sender = (version?: string): SendRequest =>
    createRequest(modem(version), { address, clock, history });
  try {
    const versions = versionReply.parse(
      await sender()({ action: 'ask for the version', method: 'GET', path: '/version', signal }),
    );
    const apiVersion = chooseApiVersion(versions, address);
    const send = sender(`v${apiVersion}`);
    const info = infoReply.parse(
      await send({ action: 'read the host', method: 'GET', path: '/info', signal }),
    );
    const facts = { address, engineVersion: versions.Version, apiVersion, info };
    const open = createStreamRequest(modem(`v${apiVersion}`), { address, clock, history });
    const objects = { ...networkCalls(send), ...imageCalls(send) };
    const calls = { ...objects, ...containerCalls(send), ...holdingCalls(send) };
    return { ...facts, ...calls, ...execCalls(send), ...eventCalls(open), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** @throws TestbedError DOCKER_FAILED when the daemon is older than what is needed */
export function chooseApiVersion(versions: z.infer<typeof versionReply>, address: string): string {
  if (compareVersions(versions.ApiVersion, API_OLDEST) < 0) {
    throw new TestbedError(
      'DOCKER_FAILED',
      `The Docker daemon at ${address} is version ${versions.Version} and speaks API ` +
        `${versions.ApiVersion}; the testbed needs ${API_OLDEST}.`,
      {
        hint: 'Install Docker Engine 20.10 or later.',
        details: { dockerReason: 'version', address },
      },
    );
  }
  if (compareVersions(versions.ApiVersion, API_NEWEST) <= 0) return versions.ApiVersion;
  const oldest = versions.MinAPIVersion ?? API_OLDEST;
  return compareVersions(oldest, API_NEWEST) > 0 ? oldest : API_NEWEST;
}

/** @returns negative, 0 or positive, for versions of the form `major.minor` */
export function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}

function createAgent(endpoint: DockerEndpoint): HttpAgent | HttpsAgent {
  const options = { keepAlive: true, maxSockets: CONNECTIONS_MAX };
  if (endpoint.kind === 'ssh') return createSshAgent(endpoint);
  if (endpoint.kind === 'unix' || endpoint.tls === null) return new HttpAgent(options);
  return new HttpsAgent({ ...options, rejectUnauthorized: endpoint.tls.verify });
}

/** Every field is set, also to undefined: docker-modem fills gaps from the environment. */
function dockerOptions(
  endpoint: DockerEndpoint,
  agent: HttpAgent | HttpsAgent,
  version?: string,
): DockerOptions {
  const common = { agent, version, timeout: undefined, pathPrefix: '/' } as const;
  const none = { host: undefined, port: undefined, ca: undefined, cert: undefined, key: undefined };
  if (endpoint.kind === 'tcp') {
    const { host, port, tls } = endpoint;
    const files = { ca: tls?.ca, cert: tls?.cert, key: tls?.key };
    const protocol = tls === null ? 'http' : 'https';
    return { ...common, ...files, host, port, protocol, socketPath: undefined };
  }
  // The ssh agent makes its own connections; a socket path only keeps names out of the way.
  const socketPath = endpoint.kind === 'unix' ? endpoint.socketPath : '/var/run/docker.sock';
  return { ...common, ...none, socketPath, protocol: 'http' };
}
