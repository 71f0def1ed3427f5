import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestbedError } from '../../../../controller/src/errors/testbed-error.ts';
import {
  formatEndpoint,
  parseDockerHost,
  resolveEndpoint,
} from '../../../../controller/src/runtime/docker/docker-endpoint.ts';
import { sshArguments } from '../../../../controller/src/runtime/docker/ssh-connection.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'testbed-endpoint-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const resolve = (environment: Record<string, string>): string =>
  formatEndpoint(resolveEndpoint({ environment, homeFolder: home }));

describe('parseDockerHost', () => {
  it.each([
    ['unix:///run/x.sock', 'unix:///run/x.sock'],
    ['unix://', 'unix:///var/run/docker.sock'],
    ['tcp://10.0.0.5:2375', 'tcp://10.0.0.5:2375'],
    ['10.0.0.5', 'tcp://10.0.0.5:2375'],
    ['http://build:99', 'tcp://build:99'],
    ['tcp://[::1]:2375', 'tcp://::1:2375'],
    ['ssh://ada@host:2222', 'ssh://ada@host:2222'],
    ['ssh://host', 'ssh://host'],
  ])('reads %p', (text, expected) => {
    expect(formatEndpoint(parseDockerHost(text, () => null))).toBe(expected);
  });

  it.each(['ftp://x', 'npipe:////./pipe/docker', 'tcp://', '://'])('refuses %p', (text) => {
    expect(() => parseDockerHost(text, () => null)).toThrow(TestbedError);
  });
});

describe('resolveEndpoint', () => {
  it('takes the default socket where nothing is said', () => {
    expect(resolve({})).toBe('unix:///var/run/docker.sock');
  });

  it('reads certificates for TLS, and takes its port', () => {
    for (const name of ['ca.pem', 'cert.pem', 'key.pem']) writeFileSync(join(home, name), name);
    const endpoint = resolveEndpoint({
      environment: { DOCKER_HOST: 'tcp://far', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: home },
      homeFolder: '/nowhere',
    });
    expect(endpoint).toEqual({
      kind: 'tcp',
      host: 'far',
      port: 2376,
      tls: { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem', verify: true },
    });
  });

  it('says which certificate is missing', () => {
    const environment = { DOCKER_HOST: 'tcp://far', DOCKER_TLS_VERIFY: '1' };
    expect(() => resolve(environment)).toThrow(/ca\.pem/);
  });

  it('follows the context of the configuration file', () => {
    writeContext('far', 'ssh://ada@far');
    writeFileSync(join(home, '.docker', 'config.json'), '{"currentContext":"far","auths":{}}');
    expect(resolve({})).toBe('ssh://ada@far');
  });

  it('lets DOCKER_HOST win over DOCKER_CONTEXT, and that over the file', () => {
    writeContext('near', 'unix:///near.sock');
    writeContext('far', 'unix:///far.sock');
    writeFileSync(join(home, '.docker', 'config.json'), '{"currentContext":"far"}');
    expect(resolve({ DOCKER_CONTEXT: 'near' })).toBe('unix:///near.sock');
    expect(resolve({ DOCKER_CONTEXT: 'near', DOCKER_HOST: 'unix:///x' })).toBe('unix:///x');
    expect(resolve({ DOCKER_CONTEXT: 'default' })).toBe('unix:///var/run/docker.sock');
  });

  it('names a context that is not there', () => {
    expect(() => resolve({ DOCKER_CONTEXT: 'nowhere' })).toThrow(/"nowhere"/);
  });
});

describe('sshArguments', () => {
  it('never asks, and ends options before the target', () => {
    const args = sshArguments({ kind: 'ssh', target: 'ada@far', port: 2222 });
    expect(args).toContain('BatchMode=yes');
    expect(args.slice(-7)).toEqual([
      '-p',
      '2222',
      '--',
      'ada@far',
      'docker',
      'system',
      'dial-stdio',
    ]);
  });
});

function writeContext(name: string, host: string): void {
  const id = createHash('sha256').update(name).digest('hex');
  const folder = join(home, '.docker', 'contexts', 'meta', id);
  mkdirSync(folder, { recursive: true });
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host } } };
  writeFileSync(join(folder, 'meta.json'), JSON.stringify(meta));
}
