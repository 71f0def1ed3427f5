import type { RuntimeChoice, RuntimeKind } from './scenario.ts';
import type { NodeEventKind } from './timeline.ts';

/**
 * What each runtime is and can do, one entry each. Whoever plans asks this table, and never which
 * runtime it is; how it is done is known to the adapter alone.
 */
export interface RuntimeTraits {
  /** What a node is there. */
  readonly unit: { readonly one: string; readonly many: string };
  readonly limits: { readonly cpus: boolean; readonly memory: boolean };
  /** Whether each node has a network namespace of its own, which the kernel can shape. */
  readonly hasOwnNamespaces: boolean;
  /** Whether the nodes' links are ports of a bridge, of which the kernel bounds the number. */
  readonly usesBridges: boolean;
  /** Whether each node is a container made of an image; otherwise it is a program that is there. */
  readonly usesContainers: boolean;
  /** Whether it needs an engine that somebody has to install; otherwise this machine is enough. */
  readonly needsEngine: boolean;
  /** Whether nodes are made up, and their time too: what it yields is never called a measurement. */
  readonly isSimulated: boolean;
  /** What cannot be done to a node there, and why: a clause after "because". */
  readonly cannot: Readonly<Partial<Record<NodeEventKind, string>>>;
}

const noLimits = 'processes of one machine have no limits of their own';

export const runtimeTraits: Readonly<Record<RuntimeKind, RuntimeTraits>> = {
  docker: {
    unit: { one: 'container', many: 'containers' },
    limits: { cpus: true, memory: true },
    hasOwnNamespaces: true,
    usesBridges: true,
    usesContainers: true,
    needsEngine: true,
    isSimulated: false,
    cannot: {},
  },
  process: {
    unit: { one: 'process', many: 'processes' },
    limits: { cpus: false, memory: false },
    hasOwnNamespaces: false,
    usesBridges: false,
    usesContainers: false,
    needsEngine: false,
    isSimulated: false,
    cannot: { cpu: noLimits, memory: noLimits },
  },
  sim: {
    unit: { one: 'simulated node', many: 'simulated nodes' },
    limits: { cpus: true, memory: false },
    hasOwnNamespaces: false,
    usesBridges: false,
    usesContainers: false,
    needsEngine: false,
    isSimulated: true,
    cannot: { memory: 'memory is not simulated' },
  },
};

/** What `auto` comes to. */
export const defaultRuntime: RuntimeKind = 'docker';

/** Works on any machine, and starts programs that are no image. */
export const plainRuntime: RuntimeKind = 'process';

export function chosenRuntime(choice: RuntimeChoice): RuntimeKind {
  return choice === 'auto' ? defaultRuntime : choice;
}

/** In the order in which they are listed for people. */
export const runtimeKinds = Object.keys(runtimeTraits) as readonly RuntimeKind[];

/** Those that can leave something behind, and that this machine may lack something for. */
export const outerRuntimes = runtimeKinds.filter((kind) => !runtimeTraits[kind].isSimulated);
