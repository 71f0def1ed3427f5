import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { choosePorts, LOOPBACK } from '../../../../controller/src/runtime/process/choose-ports.ts';

describe('choosePorts', () => {
  it('gives as many different ports as were asked for', async () => {
    const ports = await choosePorts(40, 12_345);
    expect(new Set(ports).size).toBe(40);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(10_000);
  });

  it('passes over a port that somebody listens on', async () => {
    const [first = 0] = await choosePorts(1, 4_321);
    const server = await listen(first);
    try {
      const [next] = await choosePorts(1, first - 10_000);
      expect(next).not.toBe(first);
    } finally {
      server.close();
    }
  });

  it('says which ports it tried when all of them are taken', async () => {
    const [port = 0] = await choosePorts(1, 2_222);
    const server = await listen(port);
    try {
      await expect(choosePorts(1, 0, { min: port, size: 1 })).rejects.toMatchObject({
        code: 'PORT_IN_USE',
        message: `Nodes need 1 ports on ${LOOPBACK}; of ${port} to ${port} only 0 are free.`,
      });
    } finally {
      server.close();
    }
  });

  it('lets go of what it tried', async () => {
    const [port = 0] = await choosePorts(1, 777);
    const server = await listen(port);
    expect(server.listening).toBe(true);
    server.close();
  });
});

async function listen(port: number): Promise<Server> {
  const server = createServer().listen({ port, host: LOOPBACK });
  await once(server, 'listening');
  return server;
}
