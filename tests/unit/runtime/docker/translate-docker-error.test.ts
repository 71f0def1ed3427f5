import { describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../../controller/src/errors/testbed-error.ts';
import {
  type DockerReason,
  dockerReason,
  dockerTimeout,
  translateDockerError,
} from '../../../../controller/src/runtime/docker/translate-docker-error.ts';

const context = { action: 'create container x', address: 'unix:///var/run/docker.sock' };

/** As docker-modem words a reply of the daemon. */
function reply(statusCode: number, text: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) unexpected - ${text} `), {
    statusCode,
  });
}

function systemError(code: string, text: string): Error {
  return Object.assign(new Error(text), { code });
}

/** Replies as Docker Engine words them; most were seen from 20.10.24. */
const recorded: readonly (readonly [Error, TestbedError['code'], DockerReason])[] = [
  [
    systemError('ECONNREFUSED', 'connect ECONNREFUSED /var/run/docker.sock'),
    'DOCKER_UNREACHABLE',
    'unreachable',
  ],
  [
    systemError('ENOENT', 'connect ENOENT /var/run/docker.sock'),
    'DOCKER_UNREACHABLE',
    'unreachable',
  ],
  [new Error('socket hang up'), 'DOCKER_UNREACHABLE', 'unreachable'],
  [systemError('EACCES', 'connect EACCES /var/run/docker.sock'), 'DOCKER_PERMISSION', 'permission'],
  [reply(404, 'No such container: abc'), 'DOCKER_FAILED', 'gone'],
  [reply(404, 'No such image: nothing:latest'), 'DOCKER_FAILED', 'gone'],
  [reply(404, 'network 0123 not found'), 'DOCKER_FAILED', 'gone'],
  [
    reply(
      500,
      'driver failed programming external connectivity on endpoint x (1): ' +
        'Bind for 0.0.0.0:7000 failed: port is already allocated',
    ),
    'PORT_IN_USE',
    'port',
  ],
  [reply(500, 'listen tcp4 127.0.0.1:7000: bind: address already in use'), 'PORT_IN_USE', 'port'],
  [
    reply(403, 'Pool overlaps with other one on this address space'),
    'SUBNET_UNAVAILABLE',
    'overlap',
  ],
  [
    reply(
      403,
      'cannot create network 1 (br-1): conflicts with network 2 (br-2): networks have overlapping IPv4',
    ),
    'SUBNET_UNAVAILABLE',
    'overlap',
  ],
  [
    reply(500, 'mkdir /var/lib/docker/overlay2/1-init: no space left on device'),
    'DISK_FULL',
    'disk',
  ],
  [
    reply(403, 'error while removing network: network x id 1 has active endpoints'),
    'DOCKER_FAILED',
    'busy',
  ],
  [reply(409, 'removal of container 1 is already in progress'), 'DOCKER_FAILED', 'busy'],
  [
    reply(409, 'Conflict. The container name "/x" is already in use by container "1".'),
    'DOCKER_FAILED',
    'conflict',
  ],
  [
    reply(400, 'client version 1.52 is too new. Maximum supported API version is 1.41'),
    'DOCKER_FAILED',
    'version',
  ],
  [
    reply(400, 'client version 1.41 is too old. Minimum supported API version is 1.44'),
    'DOCKER_FAILED',
    'version',
  ],
  // The daemon's own file, not our socket.
  [reply(500, 'open /var/lib/docker/x: permission denied'), 'DOCKER_FAILED', 'other'],
  [
    reply(400, 'OCI runtime create failed: exec: "node": executable file not found in $PATH'),
    'DOCKER_FAILED',
    'other',
  ],
];

describe('translateDockerError', () => {
  it.each(recorded)('translates %p', (error, code, reason) => {
    const translated = translateDockerError(error, context);
    expect(translated.code).toBe(code);
    expect(dockerReason(translated)).toBe(reason);
    expect(translated.cause).toBe(error);
    expect(translated.hint).toBeDefined();
    expect(translated.details.action).toBe(context.action);
  });

  it('leaves out how dockerode words the status', () => {
    const { message } = translateDockerError(reply(500, 'disk on fire'), context);
    expect(message).toBe('Docker could not create container x: disk on fire.');
  });

  it('lets an error of ours pass', () => {
    const ours = new TestbedError('IMAGE_MISSING', 'gone');
    expect(translateDockerError(ours, context)).toBe(ours);
  });

  it('tells permission from absence, and how to get it', () => {
    const refused = translateDockerError(systemError('EACCES', 'connect EACCES /x'), context);
    expect(refused.hint).toContain('docker group');
  });

  it('names the deadline that a call missed', () => {
    const late = dockerTimeout(context, 60_000);
    expect(late.message).toContain('no answer within 60 s');
    expect(dockerReason(late)).toBe('timeout');
  });
});
