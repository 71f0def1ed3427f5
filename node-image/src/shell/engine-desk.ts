import type {
  ClockApplied,
  ClockOrder,
  Configure,
  Identity,
  NodeStatus,
} from '../contract/index.ts';
import { protocols } from '../engine/registry.ts';
import type { NodeClock } from './clock.ts';
import { createEngineClock, type EngineClock } from './engine-clock.ts';
import type { EngineDriver } from './engine-driver.ts';
import type { CommittedBlock } from './load-desk.ts';

/** The node's side of the endpoints that look at its engine, and put its clock wrong. */
export interface EngineDesk {
  readonly engineClock: EngineClock;
  status(): NodeStatus;
  setClock(order: ClockOrder): ClockApplied;
  /**
   * With the true time of its making: a block is stamped by the clock of its author's engine. Of
   * others' blocks it is as they say, and nothing is measured by it.
   */
  inTrueTime(commit: CommittedBlock): CommittedBlock;
}

export function createEngineDesk(dependencies: {
  readonly clock: NodeClock;
  /** Null before the node is configured. */
  readonly driver: () => EngineDriver | null;
}): EngineDesk {
  const { clock, driver } = dependencies;
  const engineClock = createEngineClock(clock);
  let clockOffsetMs = 0;
  return {
    engineClock,
    status() {
      const engine = driver()?.status();
      const { round = 0, leader = null, committedHeight = 0 } = engine ?? {};
      const engineUnixMs = engineClock.nowMs();
      return { round, leader, committedHeight, clockOffsetMs, engineUnixMs };
    },
    inTrueTime({ transactions, block: { author, createdUnixMs } }) {
      const trueMs = engineClock.trueMs(createdUnixMs);
      return { transactions, block: { author, createdUnixMs: trueMs } };
    },
    setClock({ offsetMs }) {
      clockOffsetMs = offsetMs;
      engineClock.setOffset(offsetMs);
      driver()?.clockMoved();
      return { appliedUnixMs: clock.wallMs() };
    },
  };
}

/** What the node can run, and what it runs once it is configured. */
export function protocolsOf(
  configuration: Configure | null,
): Pick<Identity, 'protocol' | 'protocols'> {
  const names = protocols.map(({ name }) => name);
  if (configuration === null) return { protocols: names };
  return { protocol: configuration.engine.protocol, protocols: names };
}
