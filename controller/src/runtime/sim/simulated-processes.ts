import { TestbedError } from '../../errors/testbed-error.ts';
import type { NodeProcesses } from '../runtime.ts';
import type { Simulation } from './simulation.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Ends, starts and holds single simulated nodes on purpose. */
export function createSimulatedProcesses(
  simulation: Simulation,
  cpus: readonly (number | null)[],
  clock: VirtualClock,
): NodeProcesses {
  const start: NodeProcesses['start'] = (nodeIndex, { state }) =>
    clock.await(simulation.start(nodeIndex, state));
  return {
    terminate: (nodeIndex) => clock.hold(simulation.end(nodeIndex, 'SIGTERM')),
    kill: (nodeIndex) => clock.hold(simulation.end(nodeIndex, 'SIGKILL')),
    start,
    async restart(nodeIndex, { signal }) {
      await clock.hold(simulation.end(nodeIndex, 'SIGKILL'));
      await start(nodeIndex, { signal, state: 'kept' });
    },
    pause: (nodeIndex) => clock.hold(simulation.pause(nodeIndex)),
    resume: (nodeIndex) => clock.hold(simulation.resume(nodeIndex)),
    async limit(nodeIndex, limits) {
      if (limits.memoryBytes !== undefined) {
        const message = `Node ${nodeIndex} cannot be given other memory: memory is not simulated.`;
        throw new TestbedError('NODE_EVENT_FAILED', message);
      }
      if (limits.cpus !== undefined) await clock.hold(simulation.limit(nodeIndex, limits.cpus));
    },
    async restoreLimits(nodeIndex, what) {
      if (what === 'cpus') await clock.hold(simulation.limit(nodeIndex, cpus[nodeIndex] ?? null));
    },
    async sighting(nodeIndex) {
      const {
        state,
        startedMs,
        cpuMicros,
        cpus: now,
      } = await clock.hold(simulation.sight(nodeIndex));
      return {
        state,
        startedAt: new Date(startedMs),
        cpuMicros,
        cpus: now,
        pid: null,
        cpuPeriods: null,
        cpuPeriodsThrottled: null,
        memoryLimitBytes: null,
        memoryBytes: null,
        oomKilled: false,
      };
    },
  };
}
