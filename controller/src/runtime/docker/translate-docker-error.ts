/**
 * The one place where errors of Docker and of the way to it become errors of the testbed. Docker
 * tells most things apart only by its text, so the texts are matched here and nowhere else;
 * recorded replies are in tests/unit/runtime/docker.
 */
import { TestbedError } from '../../errors/testbed-error.ts';

/** What callers act on; the rest of a Docker error is for people. */
export type DockerReason =
  | 'unreachable'
  | 'permission'
  | 'timeout'
  | 'gone'
  | 'conflict'
  | 'busy'
  | 'overlap'
  | 'port'
  | 'disk'
  | 'version'
  | 'other';

export interface DockerErrorContext {
  /** What was being done: `create container x`. */
  readonly action: string;
  /** Where the daemon was looked for: `unix:///var/run/docker.sock`. */
  readonly address: string;
  /** It is there then, whatever stands between. */
  readonly answeredBefore?: boolean;
}

interface RawError {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message: string;
}

const noDaemon = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND']);
const noRoute = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTSOCK']);

/** Texts of the daemon, most specific first. */
const texts: readonly (readonly [RegExp, DockerReason])[] = [
  [/no space left on device/i, 'disk'],
  [/address already in use|port is already allocated/i, 'port'],
  [/pool overlaps|overlaps with|conflicts with network/i, 'overlap'],
  [/client version .* is too (old|new)|requires API version/i, 'version'],
  [/has active endpoints|removal of container .* is already in progress/i, 'busy'],
  [/no such (container|network|volume|image)|network .* not found/i, 'gone'],
  [/already in use by container|already exists|is not running/i, 'conflict'],
  [/permission denied/i, 'permission'],
];

/** Translates once: an error of ours passes unchanged. */
export function translateDockerError(error: unknown, context: DockerErrorContext): TestbedError {
  if (error instanceof TestbedError) return error;
  const raw = readRaw(error);
  const reason = reasonOf(raw);
  return explain(reason, raw, context, error);
}

/** Why Docker refused, for callers that can do something about it. */
export function dockerReason(error: unknown): DockerReason | null {
  if (!(error instanceof TestbedError)) return null;
  const { dockerReason: reason } = error.details;
  return typeof reason === 'string' ? (reason as DockerReason) : null; // written below only
}

/** The daemon took longer than a call may take. */
export function dockerTimeout(context: DockerErrorContext, timeoutMs: number): TestbedError {
  return explain('timeout', { message: `no answer within ${timeoutMs / 1000} s` }, context);
}

/** Reads fields instead of asking for the class: an error may come from another realm. */
function readRaw(error: unknown): RawError {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const { code, statusCode, message } = error as Record<string, unknown>; // decoding edge
  // dockerode writes "(HTTP code 404) no such container - " before the text of the daemon.
  const text = String(message ?? '')
    .replace(/^\(HTTP code \d+\) [^-]*- /, '')
    .trim();
  return { code, statusCode, message: text === '' ? String(code ?? 'no reason given') : text };
}

function reasonOf({ code, statusCode, message }: RawError): DockerReason {
  if (code === 'EACCES' || code === 'EPERM') return 'permission';
  if (code === 'ENOSPC') return 'disk';
  if (typeof code === 'string' && (noDaemon.has(code) || noRoute.has(code))) return 'unreachable';
  for (const [pattern, reason] of texts) {
    // A daemon that answers "permission denied" means a file of its own, not our socket.
    if (pattern.test(message) && !(reason === 'permission' && statusCode !== undefined)) {
      return reason;
    }
  }
  if (/socket hang up/i.test(message)) return 'unreachable';
  if (statusCode === 404) return 'gone';
  if (statusCode === 409) return 'conflict';
  return 'other';
}

function explain(
  reason: DockerReason,
  raw: RawError,
  context: DockerErrorContext,
  cause?: unknown,
): TestbedError {
  const { action, address } = context;
  const options = (hint: string): ConstructorParameters<typeof TestbedError>[2] => ({
    hint,
    cause,
    details: { dockerReason: reason, action, address, reply: raw.message },
  });
  switch (reason) {
    case 'unreachable': {
      const words = wayLost(raw, context);
      if (words !== null) {
        return new TestbedError('DOCKER_UNREACHABLE', words.message, options(words.hint));
      }
      return new TestbedError(
        'DOCKER_UNREACHABLE',
        `No Docker daemon answers at ${address} (to ${action}: ${raw.message}).`,
        options(
          'Start it with ./scripts/setup/start-dockerd, or point DOCKER_HOST at another one.',
        ),
      );
    }
    case 'permission':
      return new TestbedError(
        'DOCKER_PERMISSION',
        `This user may not use the Docker daemon at ${address} (to ${action}: ${raw.message}).`,
        options(
          'Join the docker group (sudo usermod -aG docker $USER, log in again), or use sudo.',
        ),
      );
    case 'disk':
      return new TestbedError(
        'DISK_FULL',
        `The Docker host has no room left (to ${action}: ${raw.message}).`,
        options('See what takes it with: docker system df'),
      );
    case 'port':
      return new TestbedError(
        'PORT_IN_USE',
        `A port on the Docker host is taken (to ${action}: ${raw.message}).`,
        options('Find its holder with: ss -ltnp'),
      );
    case 'overlap':
      return new TestbedError(
        'SUBNET_UNAVAILABLE',
        `Docker refused a subnet (to ${action}: ${raw.message}).`,
        options('See which are taken with: docker network ls; ip route'),
      );
    case 'version':
      return new TestbedError(
        'DOCKER_FAILED',
        `The Docker daemon at ${address} does not speak our API version: ${raw.message}.`,
        options('The testbed needs Docker Engine 20.10 (API 1.41) or later: docker version'),
      );
    default:
      return new TestbedError(
        'DOCKER_FAILED',
        `Docker could not ${action}: ${raw.message}.`,
        options('The log of the daemon has more: journalctl -u docker, or /var/log/dockerd.log'),
      );
  }
}

/** What sshd and a shared connection say when they take no more. */
const sshLimit =
  /session (request failed|open refused)|open failed|administratively prohibited|kex_exchange|ssh_exchange|connection (reset|closed) by/i;

/** @returns null where nobody has ever answered at a place of this machine or network */
function wayLost(
  { message }: RawError,
  { action, address, answeredBefore = false }: DockerErrorContext,
): { readonly message: string; readonly hint: string } | null {
  const failed = `(to ${action}: ${message})`;
  if (address.startsWith('ssh://')) {
    const check = `Try it by hand: ssh ${address.slice('ssh://'.length)} docker version`;
    if (!sshLimit.test(message)) {
      return {
        message: `ssh does not get to the Docker daemon at ${address} ${failed}.`,
        hint: check,
      };
    }
    return {
      message: `The ssh server at ${address} takes no more connections at once ${failed}.`,
      hint: 'Raise MaxStartups and MaxSessions in /etc/ssh/sshd_config there, or set ControlMaster no for it in ~/.ssh/config.',
    };
  }
  if (!answeredBefore) return null;
  return {
    message: `The Docker daemon at ${address} answered before and does not now ${failed}.`,
    hint: 'See whether it still runs (docker version). If it was ended: ./scripts/setup/start-dockerd; then ./scripts/testbed clean.',
  };
}
