/**
 * The simulated runtime: the nodes' own shell, engine, links and shaper on virtual time, in a thread
 * of this process. For sizes that no host carries, and for runs that are the same every time. What
 * it yields is no measurement, and every output says so.
 */
import { access } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { SimulationCosts } from '../../../../node-image/src/contract/index.ts';
import { connectSimulated } from '../../control/http-node-client.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import { inspectLocalHost } from '../inspect-local-host.ts';
import type { RunningNetwork, Runtime, StartOptions, StartRequest } from '../runtime.ts';
import { costsWarning } from './costs-warning.ts';
import { keptCosts } from './keep-costs.ts';
import { createSimulatedProcesses } from './simulated-processes.ts';
import { openSimulation, type Simulation } from './simulation.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export interface SimRuntimeOptions {
  /** Of node-image/src/simulation/worker.ts. */
  readonly bundlePath: string;
  /** What work costs here is kept in it. */
  readonly dataFolder: string;
  readonly startedAt: Date;
  /** A monotonic clock of this machine, for what its work costs. */
  readonly realMs: () => number;
}

export function createSimRuntime(options: SimRuntimeOptions): Runtime {
  // A whole second: fractions of it would make two runs of one seed differ.
  const clock = createVirtualClock(Math.ceil(options.startedAt.getTime() / 1_000) * 1_000);
  let costs: SimulationCosts | null = null;
  return {
    kind: 'sim',
    clock,
    inspectHosts: async () => [inspectLocalHost()],
    async resolveImage() {
      const { bundlePath } = options;
      await access(bundlePath).catch((cause: unknown) => {
        throw new TestbedError('IMAGE_MISSING', `There is no bundle ${bundlePath}.`, {
          hint: 'Build it with: npm run build',
          cause,
        });
      });
      return { id: 'simulated', name: 'simulated', source: null };
    },
    async start(request, startOptions) {
      costs ??= await keptCosts(options.dataFolder, options.realMs);
      return startSimulation(request, startOptions, { ...options, clock, costs });
    },
    probeNetem: async () => ({
      kind: 'missing',
      missing: ['links of the kernel: the nodes are simulated'],
      hint: 'The nodes shape their links by themselves: --shaper userspace.',
    }),
    list: async () => [],
    remove: async () => undefined,
    close: async () => undefined,
  };
}

interface Context extends SimRuntimeOptions {
  readonly clock: VirtualClock;
  readonly costs: SimulationCosts;
}

async function startSimulation(
  request: StartRequest,
  { signal, onNodeStarted }: StartOptions,
  { bundlePath, clock, costs }: Context,
): Promise<RunningNetwork> {
  signal.throwIfAborted();
  const createdAt = clock.now();
  const limits = request.nodes.map(({ resources }) => resources.cpus);
  const simulation = openSimulation(bundlePath, {
    runId: request.runId,
    seed: request.seed ?? 0,
    startUnixMs: clock.monotonicMs(),
    cores: cpus().length,
    costs,
    cpus: limits,
  });
  const detach = clock.attach(simulation);
  const close = async (): Promise<void> => {
    detach();
    await simulation.close();
  };
  try {
    await clock.await(
      Promise.all(request.nodes.map(({ index }) => simulation.start(index, 'kept'))),
    );
  } catch (error) {
    await close();
    throw error;
  }
  onNodeStarted?.(request.nodes.length, request.nodes.length);
  return runningNetwork(request, simulation, { clock, costs, close, limits, createdAt });
}

interface Running extends Pick<Context, 'clock' | 'costs'> {
  readonly close: () => Promise<void>;
  readonly limits: readonly (number | null)[];
  readonly createdAt: Date;
}

function runningNetwork(
  request: StartRequest,
  simulation: Simulation,
  { clock, costs, close, limits, createdAt }: Running,
): RunningNetwork {
  const names = request.nodes.map(({ index }) => `testbed-${request.networkName}-node${index}`);
  return {
    nodes: names.map((name, nodeIndex) => ({ nodeIndex, name, pid: null })),
    clients: connectSimulated(
      names.map((name, nodeIndex) => ({ nodeIndex, name, controlUrl: `simulated:${nodeIndex}` })),
      {
        ask: (nodeIndex, sent) => clock.await(simulation.ask(nodeIndex, sent)),
        clock,
      },
    ),
    dataAddresses: names.map(() => '127.0.0.1'),
    namespaces: null,
    processes: createSimulatedProcesses(simulation, limits, clock),
    createdAt,
    warnings: [costsWarning(costs)],
    exits: async () =>
      (await clock.hold(simulation.exits())).map((exit) =>
        exit === null ? null : { code: exit.code, oomKilled: false },
      ),
    onDisturbance: null,
    logs: (nodeIndex, lines) => clock.hold(simulation.log(nodeIndex, lines)),
    stop: close,
    [Symbol.asyncDispose]: close,
  };
}
