import type { NodeAction, NodeEventKind } from '../../model/timeline.ts';
import type { Fault, FaultHandler, FaultNode } from '../fault.ts';
import { behaviour } from './behaviour.ts';
import { clock } from './clock.ts';
import { cpu } from './cpu.ts';
import { crash } from './crash.ts';
import { memory } from './memory.ts';
import { pause } from './pause.ts';
import { stop } from './stop.ts';

/** One entry for each kind of event that is done to nodes. */
const handlers: { readonly [Kind in NodeEventKind]: FaultHandler<Kind> } = {
  crash,
  stop,
  restart: crash,
  pause,
  cpu,
  memory,
  clock,
  behaviour,
};

export function createFault(node: FaultNode, action: NodeAction): Fault {
  // The table has the handler of each kind under its own name.
  const handler = handlers[action.kind] as FaultHandler<NodeEventKind>;
  return handler(node, action);
}
