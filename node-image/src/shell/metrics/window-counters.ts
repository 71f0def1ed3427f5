import type { OverlayCounters, SignatureCounters, WindowCounters } from '../../contract/index.ts';
import type { SignatureCosts } from '../metered-crypto.ts';
import type { NodeFigures } from './node-figures.ts';
import type { LoopWatch, ProcessMeter } from './process-meter.ts';

/** Growth of a node's counters between the edges of the measured window. */
export interface WindowMeter {
  begin(): void;
  /** Call once after `begin`. */
  end(): WindowCounters;
}

export interface WindowMeterDependencies {
  readonly look: () => NodeFigures;
  readonly process: ProcessMeter;
}

const MEMORY_PERIOD_MS = 500;

export function createWindowMeter(dependencies: WindowMeterDependencies): WindowMeter {
  const { look, process } = dependencies;
  let loop: LoopWatch | null = null;
  let first: NodeFigures | null = null;
  let firstCpuMicros = 0;
  let memoryBytesMax = 0;
  let stopSampling = (): void => undefined;
  const sampleMemory = (): void => {
    memoryBytesMax = Math.max(memoryBytesMax, process.residentBytes());
  };
  return {
    begin() {
      first = look();
      firstCpuMicros = process.cpuMicros();
      memoryBytesMax = 0;
      sampleMemory();
      stopSampling = process.every(MEMORY_PERIOD_MS, sampleMemory);
      loop = process.watchLoop();
    },
    end() {
      stopSampling();
      sampleMemory();
      const last = look();
      return {
        ...growth(first ?? last, last),
        cpuMicros: process.cpuMicros() - firstCpuMicros,
        memoryBytesMax,
        memoryLimitBytes: last.container?.limitBytes ?? null,
        eventLoopDelayMsP99: loop?.endMsP99() ?? 0,
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
