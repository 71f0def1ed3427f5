import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { connectNodes } from '../../../controller/src/control/http-node-client.ts';
import type { NodeClient } from '../../../controller/src/control/node-client.ts';

const never = new AbortController().signal;
const call = { signal: never, timeoutMs: 2_000 };

/** Runs `use` against a real HTTP server that stands in for a node. */
async function withNode(
  listener: RequestListener,
  use: (client: NodeClient) => Promise<void>,
): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has one
  const node = { nodeIndex: 4, name: 'node-04', controlUrl: `http://127.0.0.1:${port}` };
  const { clients, close } = connectNodes([node]);
  try {
    await use(clients[0] as NodeClient); // one was asked for
  } finally {
    close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const json =
  (status: number, body: unknown): RequestListener =>
  (_, reply) => {
    reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

describe('connectNodes', () => {
  it('returns a reply that fits the contract, and ignores fields it does not know', async () => {
    const readiness = { state: 'ready', linksPlanned: 3, linksUp: 3, missing: [], failure: null };
    await withNode(json(200, { ...readiness, extra: 1 }), async (client) => {
      expect(await client.readiness(call)).toEqual(readiness);
    });
  });

  it('posts shaping and probes, and reads what comes back', async () => {
    const asked: string[] = [];
    const shaping = { seed: 1, links: [], upBitsPerSec: null, downBitsPerSec: 1e6 };
    const replies: Record<string, unknown> = {
      'POST /v1/shaping': { appliedUnixMs: 12.5 },
      'GET /v1/shaping': {
        shaping,
        links: [{ peerIndex: 1, segments: 3, segmentsLost: 1, bytes: 4_000 }],
      },
      'POST /v1/probe': { sent: 2, rttMicros: [40_100, 40_250] },
      'POST /v1/probe-rate': { receivedBytes: 1_000_000, elapsedMs: 1_000 },
    };
    const listener: RequestListener = (request, reply) => {
      const key = `${request.method} ${request.url}`;
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8');
      });
      request.on('end', () => {
        asked.push(`${key} ${body}`);
        json(200, replies[key])(request, reply);
      });
    };
    const probe = { peerIndex: 1, count: 2, intervalMs: 5, timeoutMs: 100 };
    const rateProbe = { peerIndex: 1, durationMs: 1_000 };
    await withNode(listener, async (client) => {
      expect(await client.shape(shaping, call)).toEqual(replies['POST /v1/shaping']);
      expect(await client.shapingStatus(call)).toEqual(replies['GET /v1/shaping']);
      expect(await client.probe(probe, call)).toEqual(replies['POST /v1/probe']);
      expect(await client.probeRate(rateProbe, call)).toEqual(replies['POST /v1/probe-rate']);
    });
    expect(asked).toEqual([
      `POST /v1/shaping ${JSON.stringify(shaping)}`,
      'GET /v1/shaping ',
      `POST /v1/probe ${JSON.stringify(probe)}`,
      `POST /v1/probe-rate ${JSON.stringify(rateProbe)}`,
    ]);
  });

  it('orders behaviours, and reads how often they were carried out and what was proven', async () => {
    const order = { behaviours: [{ name: 'equivocate', share: 0.5 } as const], seed: 7 };
    const signed = { signedHex: '0102', signatureHex: 'ff' };
    const replies: Record<string, unknown> = {
      'POST /v1/behaviour': { appliedUnixMs: 12.5 },
      'GET /v1/behaviour': { behaviours: order.behaviours, misbehaviours: { equivocate: 3 } },
      'GET /v1/evidence': {
        evidence: [
          { offence: 'double-vote', round: 4, offender: 2, first: signed, second: signed },
        ],
        count: 1,
      },
    };
    const bodies: string[] = [];
    const listener: RequestListener = (request, reply) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString('utf8')));
      request.on('end', () =>
        json(200, replies[`${request.method} ${request.url}`])(request, reply),
      );
    };
    await withNode(listener, async (client) => {
      expect(await client.setBehaviour(order, call)).toEqual(replies['POST /v1/behaviour']);
      expect(await client.behaviour(call)).toEqual(replies['GET /v1/behaviour']);
      expect(await client.evidence(call)).toEqual(replies['GET /v1/evidence']);
    });
    expect(bodies).toEqual([JSON.stringify(order)]);
  });

  it.each<[string, unknown, (client: NodeClient) => Promise<unknown>, string]>([
    [
      'a state that there is not',
      { state: 'confused' },
      (client) => client.readiness(call),
      'GET /v1/ready outside the contract: /state is "confused", ',
    ],
    [
      'a negative count',
      { state: 'done', scheduled: 5, committed: -3, rejected: 0, pending: 0 },
      (client) => client.loadStatus(call),
      'GET /v1/load outside the contract: /committed is -3, ',
    ],
    [
      'half a transaction',
      { state: 'done', scheduled: 5, committed: 4.5, rejected: 0, pending: 0 },
      (client) => client.loadStatus(call),
      '/committed is 4.5, ',
    ],
    [
      'a digest that is none',
      { committedHeight: 1, digests: [{ height: 1, digestHex: 'xyz' }] },
      (client) => client.log(call),
      'GET /v1/log outside the contract: /digests/0/digestHex is "xyz", ',
    ],
    [
      'more links than planned',
      { state: 'ready', linksPlanned: 3, linksUp: 4, missing: [], failure: null },
      (client) => client.readiness(call),
      '/linksUp is 4, of 3 in /linksPlanned',
    ],
    [
      'links that are neither up nor missing',
      { state: 'connecting', linksPlanned: 3, linksUp: 1, missing: [], failure: null },
      (client) => client.readiness(call),
      '/missing is a list of 0, where 1 of 3 links are up',
    ],
    [
      'a member that is linked and missing',
      {
        state: 'connecting',
        linksPlanned: 3,
        linksUp: 2,
        missing: [2],
        peers: [0, 2],
        failure: null,
      },
      (client) => client.readiness(call),
      '/peers is a list with 2, as is /missing',
    ],
    [
      'fewer members than links',
      { state: 'ready', linksPlanned: 2, linksUp: 2, missing: [], peers: [1], failure: null },
      (client) => client.readiness(call),
      '/peers is a list of 1, where 2 links are up',
    ],
    [
      'more answers than probes',
      { sent: 1, rttMicros: [5, 6] },
      (client) => client.probe({ peerIndex: 1, count: 2, intervalMs: 5, timeoutMs: 100 }, call),
      'POST /v1/probe outside the contract: /rttMicros is a list of 2, where /sent is only 1',
    ],
  ])('names node, path and field of %s', async (_what, reply, ask, message) => {
    await withNode(json(200, reply), async (client) => {
      await expect(ask(client)).rejects.toMatchObject({
        code: 'NODE_CONTRACT',
        message: expect.stringContaining(message),
      });
    });
  });

  it('shows the problem with which a node refuses', async () => {
    const refuse = json(409, { code: 'WRONG_STATE', message: 'not configured yet' });
    await withNode(refuse, async (client) => {
      await expect(client.start(call)).rejects.toMatchObject({
        code: 'NODE_CONTRACT',
        message: expect.stringContaining('WRONG_STATE: not configured yet'),
        details: { problemCode: 'WRONG_STATE' },
      });
    });
  });

  it('shows text that is not JSON', async () => {
    const notJson: RequestListener = (_, reply) => reply.end('<html>');
    await withNode(notJson, async (client) => {
      await expect(client.identity(call)).rejects.toMatchObject({ code: 'NODE_CONTRACT' });
    });
  });

  it('gives up on a node that takes too long, and says how long it waited', async () => {
    const silent: RequestListener = () => undefined;
    await withNode(silent, async (client) => {
      await expect(client.results({ signal: never, timeoutMs: 50 })).rejects.toMatchObject({
        code: 'NODE_UNREACHABLE',
        message: expect.stringContaining('no reply in 50 ms'),
      });
    });
  });

  it('tells a node that is late from one that is gone', async () => {
    let asked = 0;
    const slow: RequestListener = (_, reply) => {
      if (++asked === 1) setTimeout(() => reply.end('{}'), 120);
    };
    await withNode(slow, async (client) => {
      await client.start(call);
      await expect(client.results({ signal: never, timeoutMs: 60 })).rejects.toMatchObject({
        code: 'NODE_CONTRACT',
        message: expect.stringMatching(
          /took the request, .* no reply in 60 ms; it had answered POST \/v1\/start after 0\.\d s/,
        ),
      });
    });
  });

  it('gives up on a reply that never ends', async () => {
    const endless: RequestListener = (_, reply) => {
      const chunk = Buffer.alloc(1024 * 1024, 32);
      const pump = (): void => {
        while (!reply.destroyed && reply.write(chunk));
      };
      reply.on('drain', pump);
      pump();
    };
    await withNode(endless, async (client) => {
      await expect(client.log(call)).rejects.toMatchObject({
        code: 'NODE_UNREACHABLE',
        message: expect.stringContaining('larger than 16 MiB'),
      });
    });
  });

  it('rejects with the reason of its signal', async () => {
    const abort = new AbortController();
    const silent: RequestListener = () => abort.abort(new Error('interrupted'));
    await withNode(silent, async (client) => {
      await expect(client.identity({ ...call, signal: abort.signal })).rejects.toThrow(
        'interrupted',
      );
    });
  });

  it('makes a call once more that a connection lost which the node had just closed', async () => {
    const used = new Set<unknown>();
    let lost = 0;
    const readiness = { state: 'ready', linksPlanned: 3, linksUp: 3, missing: [], failure: null };
    const forgetful: RequestListener = (request, reply) => {
      const { socket } = request;
      if (!used.has(socket)) json(200, readiness)(request, reply);
      else {
        lost += 1;
        socket.destroy();
      }
      used.add(socket);
    };
    await withNode(forgetful, async (client) => {
      for (let count = 0; count < 3; count++) {
        expect(await client.readiness(call)).toEqual(readiness);
        await client.loadStop(call);
      }
    });
    expect(lost).toBeGreaterThan(1);
  });

  it('does not repeat what a fresh connection lost', async () => {
    let requests = 0;
    const breaking: RequestListener = (request) => {
      requests += 1;
      request.socket.destroy();
    };
    await withNode(breaking, async (client) => {
      await expect(client.identity(call)).rejects.toMatchObject({ code: 'NODE_UNREACHABLE' });
    });
    expect(requests).toBe(1);
  });

  it('lets a connection go before the time that the node announces for it', async () => {
    const readiness = { state: 'ready', linksPlanned: 0, linksUp: 0, missing: [], failure: null };
    const closed = Promise.withResolvers<void>();
    const hasty: RequestListener = (request, reply) => {
      request.socket.on('close', closed.resolve);
      reply.setHeader('keep-alive', 'timeout=2');
      json(200, readiness)(request, reply);
    };
    await withNode(hasty, async (client) => {
      await client.readiness(call);
      await closed.promise; // by the client, a second before the node would
    });
  });

  it('says that nobody listens', async () => {
    const node = { nodeIndex: 0, name: 'node-00', controlUrl: 'http://127.0.0.1:1' };
    const { clients, close } = connectNodes([node]);
    await expect(clients[0]?.identity(call)).rejects.toMatchObject({
      code: 'NODE_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    close();
  });
});
