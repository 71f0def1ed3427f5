import { parseArgs } from 'node:util';
import { frameOf } from '../../node-image/src/codec/frame.ts';
import { createNodeClock } from '../../node-image/src/shell/clock.ts';
import { createShaper } from '../../node-image/src/shell/shaping/shaper.ts';
import { createLibp2pHost } from '../../node-image/src/shell/transport/libp2p-host.ts';
import type { Host } from '../../node-image/src/shell/transport/link-stream.ts';
import { createMesh, type Mesh } from '../../node-image/src/shell/transport/mesh.ts';
import { ed25519 } from '../../node-image/src/signatures/ed25519.ts';
import { freePorts } from './local-network.ts';

/**
 * What one small message costs, both ends together: two nodes' links in one process play one frame
 * back and forth over loopback, so that each is a write, a read and an encryption of its own.
 *
 *   node scripts/bench/link-cost.ts --messages 20000 --turns 5
 */
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '20000' },
    turns: { type: 'string', default: '5' },
    bytes: { type: 'string', default: '200' },
  },
});
const clock = createNodeClock();
const traits = { lane: 'consensus', dropRank: null } as const;
const frame = frameOf(Buffer.alloc(Number(values.bytes), 2));
const ports = await freePorts(2);
const hosts = await Promise.all(ports.map(openHost));
const members = hosts.map(({ peerId, dataAddress }) => ({ peerId, dataAddress }));
let left = 0;
let over: () => void = () => undefined;
const meshes = hosts.map((host, index) => {
  const mesh: Mesh = createMesh(
    { selfIndex: index, chainId: 'link-cost', members, links: [1 - index] },
    {
      host,
      timers: clock,
      random: Math.random,
      onBody: (from) => {
        left -= 1;
        if (left > 0) mesh.send(from, traits, frame);
        else over();
      },
      onChange: () => {
        if (meshes.every(({ linksUp }) => linksUp === 1)) over();
      },
    },
  );
  return mesh;
});
await new Promise<void>((resolve) => {
  over = resolve;
  for (const mesh of meshes) mesh.open();
});
await play(5_000); // until it is compiled
for (let turn = 0; turn < Number(values.turns); turn++) {
  const before = process.cpuUsage();
  await play(Number(values.messages));
  const { user, system } = process.cpuUsage(before);
  const each = (micros: number): string => (micros / Number(values.messages)).toFixed(1);
  process.stdout.write(`us of CPU per message: user ${each(user)}, system ${each(system)}\n`);
}
process.exit(0);

function play(messages: number): Promise<void> {
  left = messages;
  return new Promise((resolve) => {
    over = resolve;
    meshes[0]?.send(1, traits, frame);
  });
}

async function openHost(port: number, index: number): Promise<Host> {
  const seed = Buffer.alloc(32, index + 1);
  const { publicKey } = ed25519.createKey(seed);
  return createLibp2pHost({
    privateKeyRaw: Buffer.concat([seed, publicKey]),
    listen: { address: '127.0.0.1', port },
    shaper: createShaper({ selfIndex: index, clock }),
  });
}
