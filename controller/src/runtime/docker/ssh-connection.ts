/**
 * HTTP to a Docker daemon over ssh: one `ssh ... docker system dial-stdio` per connection, as the
 * docker command does it. The user's own ssh brings configuration, known hosts and keys; a
 * library would have to be told all of it, and the one in docker-modem checks no host key.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import type { DockerEndpoint } from './docker-endpoint.ts';

/** Kept open and reused: each costs a login, of which some servers take few at once. */
const CONNECTIONS_MAX = 4;
const ERROR_BYTES_MAX = 4_096;

/** Arguments of ssh; `-T` and BatchMode so that it never asks anything on a terminal. */
export function sshArguments(endpoint: Extract<DockerEndpoint, { kind: 'ssh' }>): string[] {
  const port = endpoint.port === null ? [] : ['-p', String(endpoint.port)];
  const options = ['-T', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15', ...port];
  return [...options, '--', endpoint.target, 'docker', 'system', 'dial-stdio'];
}

export function createSshAgent(endpoint: Extract<DockerEndpoint, { kind: 'ssh' }>): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  // The documented hook of http.Agent; a Duplex is allowed instead of a socket.
  agent.createConnection = () => new SshConnection(sshArguments(endpoint));
  return agent;
}

/** The two pipes of one ssh process, seen as a socket. */
class SshConnection extends Duplex {
  readonly #child: ChildProcess;
  #errorText = '';

  constructor(args: readonly string[]) {
    super({ allowHalfOpen: false });
    const child = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stdout.on('end', () => this.push(null));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errorText = (this.#errorText + chunk.toString()).slice(-ERROR_BYTES_MAX);
    });
    child.stdin.on('error', (error) => this.destroy(error));
    child.on('error', (error) => this.destroy(error));
    child.on('exit', (code) => {
      if (code === 0 || this.destroyed) return;
      const text = this.#errorText.trim() || `ssh ended with code ${code}`;
      this.destroy(Object.assign(new Error(text), { code: 'ECONNREFUSED' }));
    });
  }

  override _read(): void {
    this.#child.stdout?.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#child.stdin?.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#child.stdin?.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill('SIGTERM');
    done(error);
  }

  // What http.Agent calls on sockets and a Duplex does not have.
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    this.#child.ref();
    return this;
  }
  unref(): this {
    this.#child.unref();
    return this;
  }
}
