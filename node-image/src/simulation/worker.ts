/**
 * A simulated network in a thread of its own: the bundle that the runtime `sim` starts. Orders come
 * in as messages and are answered by number; virtual time passes only when it is ordered to.
 */
import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { simulationCostsSchema } from '../contract/index.ts';
import { createWorld, type World } from './world.ts';

const optionsSchema = z.object({
  runId: z.string(),
  seed: z.number().int(),
  startUnixMs: z.number(),
  cores: z.number().int().positive(),
  costs: simulationCostsSchema,
  cpus: z.array(z.number().positive().nullable()),
});

const nodeIndex = z.number().int().min(0);
const orderSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('advance'), untilMs: z.number() }),
  z.object({
    kind: z.literal('ask'),
    nodeIndex,
    method: z.string(),
    path: z.string(),
    body: z.string().optional(),
  }),
  z.object({ kind: z.literal('start'), nodeIndex, state: z.enum(['kept', 'empty']) }),
  z.object({ kind: z.literal('end'), nodeIndex, signal: z.string() }),
  z.object({ kind: z.enum(['pause', 'resume', 'sight']), nodeIndex }),
  z.object({ kind: z.literal('limit'), nodeIndex, cpus: z.number().positive().nullable() }),
  z.object({ kind: z.literal('log'), nodeIndex, lines: z.number().int().min(0) }),
  z.object({ kind: z.literal('exits') }),
]);
type Order = z.infer<typeof orderSchema>;

async function carryOut(world: World, order: Order): Promise<unknown> {
  if (order.kind === 'advance') {
    await world.advance(order.untilMs);
    return world.nowMs;
  }
  if (order.kind === 'exits') return world.nodes.map(({ exit }) => exit);
  const node = world.nodes[order.nodeIndex];
  if (node === undefined) throw new RangeError(`There is no node ${order.nodeIndex}.`);
  switch (order.kind) {
    case 'ask':
      return world.await(node.ask(order));
    case 'start':
      return world.await(node.start(order.state));
    case 'end':
      return node.end({ code: null, signal: order.signal, atMs: world.nowMs });
    case 'pause':
      return node.pause();
    case 'resume':
      return node.resume();
    case 'limit':
      return node.limit(order.cpus);
    case 'log':
      return node.log(order.lines);
    case 'sight':
      return node.sighting;
    default:
      return order satisfies never;
  }
}

const port = parentPort;
if (port !== null) {
  const world = createWorld(optionsSchema.parse(workerData));
  port.on('message', ({ number, order }: { number: number; order: unknown }) => {
    carryOut(world, orderSchema.parse(order)).then(
      (value) => port.postMessage({ number, value }),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        port.postMessage({ number, error: message });
      },
    );
  });
}
