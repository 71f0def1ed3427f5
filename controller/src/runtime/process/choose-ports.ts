/**
 * Ports for nodes on loopback. Taken from below the range from which the kernel gives ports to
 * outgoing connections, so that only another listener can be in the way, and tried before use.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { TestbedError } from '../../errors/testbed-error.ts';

export const LOOPBACK = '127.0.0.1';

const PORT_MIN = 10_000;
/** Where the ephemeral range starts on Linux unless it was changed. */
const EPHEMERAL_DEFAULT = 32_768;

interface PortRange {
  readonly min: number;
  readonly size: number;
}

/**
 * Finds ports nobody listens on. They are held together until all are found, then let go: another
 * program may still take one before the node does, which its start then finds out.
 * @param seed where to begin to look, any integer >= 0; differs between networks
 * @param range replaced in tests
 * @throws TestbedError PORT_IN_USE when there are not enough
 */
export async function choosePorts(
  count: number,
  seed: number,
  range: PortRange = portRange(),
): Promise<number[]> {
  const held: Server[] = [];
  const ports: number[] = [];
  try {
    for (let step = 0; step < range.size && ports.length < count; step++) {
      const port = range.min + ((seed + step) % range.size);
      const server = await tryListen(port);
      if (server === null) continue;
      held.push(server);
      ports.push(port);
    }
  } finally {
    await Promise.all(held.map(close));
  }
  if (ports.length === count) return ports;
  const last = range.min + range.size - 1;
  throw new TestbedError(
    'PORT_IN_USE',
    `Nodes need ${count} ports on ${LOOPBACK}; of ${range.min} to ${last} only ` +
      `${ports.length} are free.`,
    { hint: 'See who holds them with: ss -ltnp' },
  );
}

/** The largest range of unprivileged ports that the kernel does not hand out by itself. */
function portRange(): PortRange {
  const first = readEphemeralStart();
  const end = first - PORT_MIN >= 1_000 ? first : EPHEMERAL_DEFAULT;
  return { min: PORT_MIN, size: end - PORT_MIN };
}

function readEphemeralStart(): number {
  try {
    const text = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
    const first = Number(text.split(/\s+/)[0]);
    return Number.isInteger(first) ? first : EPHEMERAL_DEFAULT;
  } catch {
    return EPHEMERAL_DEFAULT;
  }
}

function tryListen(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
