import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { OverlayCounters, SignatureCounters, WindowCounters } from '../../contract/index.ts';
import type { SignatureCosts } from '../metered-crypto.ts';
import type { NodeFigures } from './node-figures.ts';

/** Growth of a node's counters between the edges of the measured window. */
export interface WindowMeter {
  begin(): void;
  /** Call once after `begin`. */
  end(): WindowCounters;
}

export interface WindowMeterDependencies {
  readonly look: () => NodeFigures;
  /** CPU time of this process so far, microseconds. */
  readonly cpuMicros: () => number;
  readonly residentBytes: () => number;
  readonly every: (periodMs: number, action: () => void) => () => void;
}

const MEMORY_PERIOD_MS = 500;
/** 25 samples a second; finer ones would wake every node more often than consensus does. */
const LOOP_RESOLUTION_MS = 40;

export function createWindowMeter(dependencies: WindowMeterDependencies): WindowMeter {
  const { look, cpuMicros, residentBytes } = dependencies;
  const loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  let first: NodeFigures | null = null;
  let firstCpuMicros = 0;
  let memoryBytesMax = 0;
  let stopSampling = (): void => undefined;
  const sampleMemory = (): void => {
    memoryBytesMax = Math.max(memoryBytesMax, residentBytes());
  };
  return {
    begin() {
      first = look();
      firstCpuMicros = cpuMicros();
      memoryBytesMax = 0;
      sampleMemory();
      stopSampling = dependencies.every(MEMORY_PERIOD_MS, sampleMemory);
      loopDelay.reset();
      loopDelay.enable();
    },
    end() {
      stopSampling();
      sampleMemory();
      loopDelay.disable();
      // The monitor measures from tick to tick, so its own period is not delay.
      const delayMs = loopDelay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS;
      const last = look();
      return {
        ...growth(first ?? last, last),
        cpuMicros: cpuMicros() - firstCpuMicros,
        memoryBytesMax,
        memoryLimitBytes: last.container?.limitBytes ?? null,
        eventLoopDelayMsP99: Math.max(0, delayMs),
      };
    },
  };
}

function growth(
  first: NodeFigures,
  last: NodeFigures,
): Omit<
  WindowCounters,
  'cpuMicros' | 'memoryBytesMax' | 'memoryLimitBytes' | 'eventLoopDelayMsP99'
> {
  const of = (read: (figures: NodeFigures) => number | null | undefined): number =>
    (read(last) ?? 0) - (read(first) ?? 0);
  const known = (read: (figures: NodeFigures) => number | null | undefined): number | null =>
    read(last) === null || read(last) === undefined ? null : of(read);
  return {
    blocksCommitted: of((f) => f.engine?.counters.blocksCommitted),
    blocksProposed: of((f) => f.engine?.counters.blocksProposed),
    transactionsCommitted: of((f) => f.engine?.counters.transactionsCommitted),
    roundsEntered: of((f) => f.engine?.counters.roundsEntered),
    roundsTimedOut: of((f) => f.engine?.counters.roundsTimedOut),
    messagesSent: of((f) => f.traffic.messagesSent),
    messagesReceived: of((f) => f.traffic.messagesReceived),
    bytesSent: of((f) => f.traffic.bytesSent),
    bytesReceived: of((f) => f.traffic.bytesReceived),
    messagesDropped: of((f) => f.traffic.messagesDropped),
    signaturesVerified: of((f) => f.engine?.counters.signaturesVerified),
    cpuPeriods: known((f) => f.container?.periods),
    cpuPeriodsThrottled: known((f) => f.container?.throttledPeriods),
    ...(last.signatures === null ? {} : { signatures: signatureGrowth(first, last.signatures) }),
    ...(last.overlay === null ? {} : { overlay: overlayGrowth(first.overlay, last.overlay) }),
  };
}

function signatureGrowth({ signatures }: NodeFigures, last: SignatureCosts): SignatureCounters {
  const of = (name: keyof SignatureCosts): number => last[name] - (signatures?.[name] ?? 0);
  return {
    made: of('made'),
    makingMicros: 1_000 * of('makingMs'),
    checked: of('checked'),
    checkingMicros: 1_000 * of('checkingMs'),
  };
}

function overlayGrowth(first: OverlayCounters | null, last: OverlayCounters): OverlayCounters {
  const of = (name: keyof OverlayCounters): number => last[name] - (first?.[name] ?? 0);
  return {
    messagesRelayed: of('messagesRelayed'),
    bytesRelayed: of('bytesRelayed'),
    messagesDelivered: of('messagesDelivered'),
    hopsTravelled: of('hopsTravelled'),
    duplicates: of('duplicates'),
    forged: of('forged'),
    unroutable: of('unroutable'),
  };
}
