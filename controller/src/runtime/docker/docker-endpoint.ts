/**
 * Where the Docker daemon is, by the same rules as the docker command: DOCKER_HOST, else the
 * context named by DOCKER_CONTEXT or by the configuration file, else the default socket.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { TestbedError } from '../../errors/testbed-error.ts';
import { messageOf } from '../../lib/message-of.ts';

export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** False trusts any certificate: DOCKER_CERT_PATH without DOCKER_TLS_VERIFY. */
  readonly verify: boolean;
}

export type DockerEndpoint =
  | { readonly kind: 'unix'; readonly socketPath: string }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly tls: TlsFiles | null;
    }
  /** `target` is what ssh takes: an alias of ~/.ssh/config, a host, or user@host. */
  | { readonly kind: 'ssh'; readonly target: string; readonly port: number | null };

export interface EndpointSource {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
}

const DEFAULT_SOCKET = '/var/run/docker.sock';

/** @throws TestbedError DOCKER_UNREACHABLE when what is configured makes no sense */
export function resolveEndpoint(source: EndpointSource): DockerEndpoint {
  const { environment } = source;
  const host = environment.DOCKER_HOST;
  if (host !== undefined && host !== '') {
    return parseDockerHost(host, () => environmentTls(source));
  }
  const context = environment.DOCKER_CONTEXT ?? configuredContext(source);
  if (context !== undefined && context !== '' && context !== 'default') {
    return readContext(context, source);
  }
  const ownSocket = join(source.homeFolder, '.docker', 'run', 'docker.sock');
  return { kind: 'unix', socketPath: existsSync(ownSocket) ? ownSocket : DEFAULT_SOCKET };
}

/** The endpoint as text, for messages. */
export function formatEndpoint(endpoint: DockerEndpoint): string {
  switch (endpoint.kind) {
    case 'unix':
      return `unix://${endpoint.socketPath}`;
    case 'tcp':
      return `tcp://${endpoint.host}:${endpoint.port}${endpoint.tls === null ? '' : ' (TLS)'}`;
    case 'ssh':
      return `ssh://${endpoint.target}${endpoint.port === null ? '' : `:${endpoint.port}`}`;
  }
}

/**
 * @param tls asked for only when the address is a TCP one
 * @throws TestbedError DOCKER_UNREACHABLE for an address of another shape
 */
export function parseDockerHost(text: string, tls: () => TlsFiles | null): DockerEndpoint {
  const unix = /^unix:\/\/(.*)$/.exec(text);
  if (unix !== null) return { kind: 'unix', socketPath: unix[1] || DEFAULT_SOCKET };
  const url = parseUrl(text.includes('://') ? text : `tcp://${text}`);
  const port = url === null || url.port === '' ? null : Number(url.port);
  const host = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
  if (url?.protocol === 'ssh:' && host !== '') {
    return { kind: 'ssh', target: url.username === '' ? host : `${url.username}@${host}`, port };
  }
  if (url !== null && ['tcp:', 'http:', 'https:'].includes(url.protocol) && host !== '') {
    const files = tls() ?? (url.protocol === 'https:' ? systemTls : null);
    return { kind: 'tcp', host, port: port ?? (files === null ? 2375 : 2376), tls: files };
  }
  throw new TestbedError('DOCKER_UNREACHABLE', `"${text}" is not an address of a Docker daemon.`, {
    hint: 'Set DOCKER_HOST to unix:///path, tcp://host:port or ssh://user@host, or unset it.',
  });
}

/** https without files: the certificates that the system trusts. */
const systemTls: TlsFiles = { ca: undefined, cert: undefined, key: undefined, verify: true };

function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function environmentTls({ environment, homeFolder }: EndpointSource): TlsFiles | null {
  const verify = (environment.DOCKER_TLS_VERIFY ?? '') !== '';
  const folder = environment.DOCKER_CERT_PATH;
  if (!verify && (folder === undefined || folder === '')) return null;
  return readTls(folder || join(homeFolder, '.docker'), verify);
}

function readTls(folder: string, verify: boolean): TlsFiles {
  try {
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem'), verify };
  } catch (error) {
    throw new TestbedError(
      'DOCKER_UNREACHABLE',
      `The certificates for the Docker daemon cannot be read: ${messageOf(error)}.`,
      { hint: 'Put ca.pem, cert.pem and key.pem into the folder DOCKER_CERT_PATH.', cause: error },
    );
  }
}

const configSchema = z.object({ currentContext: z.string().optional() });
const contextSchema = z.object({
  Endpoints: z.object({
    docker: z.object({ Host: z.string(), SkipTLSVerify: z.boolean().optional() }),
  }),
});

function configFolder({ environment, homeFolder }: EndpointSource): string {
  return environment.DOCKER_CONFIG || join(homeFolder, '.docker');
}

function configuredContext(source: EndpointSource): string | undefined {
  const path = join(configFolder(source), 'config.json');
  if (!existsSync(path)) return undefined;
  try {
    return configSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).currentContext;
  } catch (error) {
    throw new TestbedError('DOCKER_UNREACHABLE', `${path} cannot be read: ${messageOf(error)}.`, {
      hint: 'Repair the file, or set DOCKER_HOST.',
      cause: error,
    });
  }
}

/** Contexts are kept in folders named by the SHA-256 of their names. */
function readContext(name: string, source: EndpointSource): DockerEndpoint {
  const id = createHash('sha256').update(name).digest('hex');
  const contexts = join(configFolder(source), 'contexts');
  try {
    const meta = readFileSync(join(contexts, 'meta', id, 'meta.json'), 'utf8');
    const { docker } = contextSchema.parse(JSON.parse(meta)).Endpoints;
    const tlsFolder = join(contexts, 'tls', id, 'docker');
    return parseDockerHost(docker.Host, () =>
      existsSync(tlsFolder) ? readTls(tlsFolder, docker.SkipTLSVerify !== true) : null,
    );
  } catch (error) {
    if (error instanceof TestbedError) throw error;
    throw new TestbedError(
      'DOCKER_UNREACHABLE',
      `The Docker context "${name}" cannot be read: ${messageOf(error)}.`,
      { hint: 'List them with: docker context ls; or set DOCKER_HOST.', cause: error },
    );
  }
}
