import * as z from 'zod';
import { jolteon } from './jolteon/protocol.ts';
import { pbft } from './pbft/protocol.ts';
import type { Protocol } from './seam/protocol.ts';

/** Every protocol that a node can run, by one line each; the first is the default. */
const registered = [jolteon, pbft] as const;

/** What configures the engine of one of them. */
export const engineParametersSchema = z.discriminatedUnion('protocol', [
  registered[0].parameters,
  ...registered.slice(1).map((protocol) => protocol.parameters),
]);
export type EngineParameters = z.infer<typeof engineParametersSchema>;

export const protocols: readonly [Protocol, ...Protocol[]] = registered;

/** @throws Error if there is none of that name */
export function protocolNamed(name: string): Protocol {
  const found = protocols.find((protocol) => protocol.name === name);
  if (found !== undefined) return found;
  const names = protocols.map((protocol) => protocol.name).join(', ');
  throw new Error(`There is no protocol ${JSON.stringify(name)}; there are: ${names}.`);
}
