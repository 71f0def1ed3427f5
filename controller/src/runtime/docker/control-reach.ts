/**
 * How the controller reaches the control ports of the nodes.
 * - `bridge`: controller and daemon share a host, whose routes lead to every bridge. Fastest, and
 *   nothing is opened to anybody else: both networks are internal.
 * - `joined`: the controller is itself a container of this daemon; it joins the control network.
 * - `published`: the daemon is elsewhere (another machine, or the virtual machine of Docker
 *   Desktop), or without root in a network namespace of its own; each control port is published on
 *   a free port of the daemon's host.
 */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { DockerClient } from './docker-client.ts';
import type { DockerEndpoint } from './docker-endpoint.ts';
import { isRootless } from './rootless.ts';
import { dockerReason } from './translate-docker-error.ts';

export type ControlReach =
  | ({ readonly kind: 'bridge' } & Sight)
  | ({ readonly kind: 'joined'; readonly ownContainer: string } & Sight)
  | {
      readonly kind: 'published';
      readonly host: string;
      /** Where alone the ports listen; every address of that host if not given. */
      readonly bindAddress?: string;
    };

interface Sight {
  /** The controller has process ids of its own: nodes and daemon are not among those it sees. */
  readonly ownPids?: true;
}

/** Whether the load of the Docker host can be read here, and told apart into ours and others'. */
export function seesHost(reach: ControlReach): boolean {
  return reach.kind !== 'published' && reach.ownPids !== true;
}

/** What this machine says about itself; the kernel tells apart one machine from another. */
export interface OwnSurroundings {
  readonly kernel: string;
  /** Id of the container that this process runs in, if any. */
  readonly ownContainer: string | null;
}

export function readOwnSurroundings(): OwnSurroundings {
  let mounts = '';
  try {
    mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    // No Linux: then certainly no container of ours.
  }
  return { kernel: release(), ownContainer: findOwnContainer(mounts) };
}

/**
 * Docker mounts three files from the container's own folder over /etc, so their source path in
 * /proc/self/mountinfo carries the container's id.
 */
export function findOwnContainer(mountinfo: string): string | null {
  return (
    /\/containers\/([0-9a-f]{64})\/(hostname|hosts|resolv\.conf) /.exec(mountinfo)?.[1] ?? null
  );
}

/** @param publicHost overrides the name under which a remote daemon's host is reached */
export async function chooseReach(
  client: DockerClient,
  endpoint: DockerEndpoint,
  options: {
    readonly surroundings: OwnSurroundings;
    readonly publicHost: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<ControlReach> {
  const { surroundings, publicHost, signal } = options;
  if (publicHost !== undefined && publicHost !== '') return { kind: 'published', host: publicHost };
  const host = hostOf(endpoint);
  const sameKernel = client.info.KernelVersion === surroundings.kernel;
  if (!isLoopback(host) || !sameKernel) return { kind: 'published', host };
  if (surroundings.ownContainer === null) {
    return isRootless(client.info)
      ? { kind: 'published', host: LOOPBACK, bindAddress: LOOPBACK }
      : { kind: 'bridge' };
  }
  try {
    const own = await client.inspectContainer(surroundings.ownContainer, { signal });
    const sight: Sight = own.HostConfig.PidMode === 'host' ? {} : { ownPids: true };
    return own.HostConfig.NetworkMode === 'host'
      ? { kind: 'bridge', ...sight }
      : { kind: 'joined', ownContainer: own.Id, ...sight };
  } catch (error) {
    // A container, but of another daemon than the one that is spoken to.
    if (dockerReason(error) === 'gone') return { kind: 'published', host };
    throw error;
  }
}

const LOOPBACK = '127.0.0.1';

function hostOf(endpoint: DockerEndpoint): string {
  if (endpoint.kind === 'unix') return '127.0.0.1';
  return endpoint.kind === 'tcp' ? endpoint.host : endpoint.target.replace(/^.*@/, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
