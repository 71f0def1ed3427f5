import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { HostSampleRecord } from '../model/record.ts';
import type {
  HostOutcome,
  HostSampler,
  HostSamplerOptions,
  ObserveDependencies,
} from './observation.ts';
import { createOwnProcesses } from './own-processes.ts';
import type { CpuTicks, PressureTotals } from './proc.ts';
import { openProcFiles, type ProcFiles } from './proc-files.ts';

/**
 * Samples this host once a second while a repetition runs: how busy it is, how much of that is
 * our own doing, and whether anything stalls. Feature-detects every source and says what is
 * missing. Reads only /proc.
 */

export interface HostSamplerDependencies extends ObserveDependencies {
  /** Default `/proc`. */
  readonly procRoot?: string;
}

const PERIOD_MS = 1_000;
/** A last period shorter than this share of a full one is too coarse for 10 ms ticks. */
const LAST_PERIOD_SHARE_MIN = 0.25;
/** 10 hours of seconds. */
const SAMPLES_MAX = 36_000;
/**
 * The monitor reports its own timer interval plus the delay; only the delay is of interest. At
 * 10 ms the timer alone cost 5 ms of CPU a second on a busy host, and 100 ms is what matters.
 */
const LOOP_RESOLUTION_MS = 20;
const NANOSECONDS_PER_MS = 1e6;

/** Begins at once. On a remote or foreign host it takes no samples, and the outcome says why. */
export function startHostSampler(
  options: HostSamplerOptions,
  deps: HostSamplerDependencies,
): HostSampler {
  const { clock } = deps;
  const { host } = options;
  const periodMs = options.periodMs ?? PERIOD_MS;
  if (!options.local) {
    return idleSampler(
      { host, periodMs },
      'the Docker host is remote, or the controller is in a container that does not see it',
    );
  }
  const files = openProcFiles(deps.procRoot ?? '/proc');
  if (files.cpuTicks() === undefined || files.memoryAvailableBytes() === undefined) {
    return idleSampler({ host, periodMs }, 'this host has no Linux /proc/stat and /proc/meminfo');
  }
  const stopping = new AbortController();
  const until = AbortSignal.any([deps.signal, stopping.signal]);
  const samples: HostSampleRecord[] = [];
  const ownProcesses = createOwnProcesses({
    *[Symbol.iterator]() {
      yield process.pid;
      yield* options.ownPids;
    },
  });
  const loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  loopDelay.enable();
  let last = takeReading(files, clock.monotonicMs());
  ownProcesses.advance(files.processes(ownProcesses.reusable));

  const sample = (): void => {
    const reading = takeReading(files, clock.monotonicMs());
    const { own, kernel } = ownProcesses.advance(files.processes(ownProcesses.reusable));
    const delayMs = loopDelay.percentile(99) / NANOSECONDS_PER_MS - LOOP_RESOLUTION_MS;
    loopDelay.reset();
    const compared = compareReadings(last, reading, own, kernel);
    last = reading;
    if (compared === undefined || samples.length >= SAMPLES_MAX) return;
    samples.push({
      host,
      at: clock.now(),
      ...compared,
      controllerLoopDelayMsP99: Number.isFinite(delayMs) ? Math.max(0, delayMs) : 0,
    });
  };

  void (async () => {
    for (let dueMs = last.atMs + periodMs; ; dueMs = Math.max(dueMs, last.atMs) + periodMs) {
      const waitMs = Math.max(0, dueMs - clock.monotonicMs());
      await clock.sleep(waitMs, { signal: until }).catch(() => undefined);
      if (until.aborted) return;
      sample();
    }
  })();

  return {
    stop() {
      if (!stopping.signal.aborted) {
        stopping.abort();
        if (clock.monotonicMs() - last.atMs >= periodMs * LAST_PERIOD_SHARE_MIN) sample();
        loopDelay.disable();
      }
      return { host, samples, periodMs, unavailable: missingSources(last), unobserved: null };
    },
  };
}

function idleSampler(of: Pick<HostOutcome, 'host' | 'periodMs'>, unobserved: string): HostSampler {
  const outcome: HostOutcome = { ...of, samples: [], unavailable: [], unobserved };
  return { stop: () => outcome };
}

interface Reading {
  readonly atMs: number;
  readonly cpu: CpuTicks | undefined;
  readonly psiCpu: PressureTotals | undefined;
  readonly psiMemory: PressureTotals | undefined;
  readonly psiIo: PressureTotals | undefined;
  readonly memoryAvailableBytes: number | undefined;
  readonly swapInPages: number | undefined;
}

function takeReading(files: ProcFiles, atMs: number): Reading {
  return {
    atMs,
    cpu: files.cpuTicks(),
    psiCpu: files.pressure('cpu'),
    psiMemory: files.pressure('memory'),
    psiIo: files.pressure('io'),
    memoryAvailableBytes: files.memoryAvailableBytes(),
    swapInPages: files.swapInPages(),
  };
}

function missingSources(reading: Reading): readonly string[] {
  const sources: readonly (readonly [string, unknown])[] = [
    ['CPU pressure (/proc/pressure/cpu)', reading.psiCpu],
    ['memory pressure (/proc/pressure/memory)', reading.psiMemory],
    ['I/O pressure (/proc/pressure/io)', reading.psiIo],
    ['swap activity (/proc/vmstat)', reading.swapInPages],
  ];
  return sources.filter(([, value]) => value === undefined).map(([name]) => name);
}

type Compared = Omit<HostSampleRecord, 'host' | 'at' | 'controllerLoopDelayMsP99'>;

/** @returns undefined if no CPU time passed between the two, or /proc went away */
function compareReadings(
  before: Reading,
  after: Reading,
  ownTicks: number,
  kernelTicks: number,
): Compared | undefined {
  const { cpu: cpuBefore } = before;
  const { cpu, memoryAvailableBytes } = after;
  const periodMs = after.atMs - before.atMs;
  if (cpuBefore === undefined || cpu === undefined || memoryAvailableBytes === undefined) {
    return undefined;
  }
  const total = cpu.total - cpuBefore.total;
  if (total <= 0 || periodMs <= 0) return undefined;
  const busy = clampTo(cpu.busy - cpuBefore.busy, total);
  const interrupts = Math.max(0, cpu.interrupts - cpuBefore.interrupts);
  const own = shareOwn({ busy, own: ownTicks, shared: interrupts + kernelTicks });
  return {
    periodMs,
    cpuBusyRatio: busy / total,
    cpuOwnRatio: own / total,
    cpuForeignRatio: (busy - own) / total,
    cpuStealRatio: clampTo(cpu.steal - cpuBefore.steal, total) / total,
    psiCpuSomeRatio: stalledRatio(before.psiCpu?.someMicros, after.psiCpu?.someMicros, periodMs),
    psiMemorySomeRatio: stalledRatio(
      before.psiMemory?.someMicros,
      after.psiMemory?.someMicros,
      periodMs,
    ),
    psiIoFullRatio: stalledRatio(before.psiIo?.fullMicros, after.psiIo?.fullMicros, periodMs),
    memoryAvailableBytes,
    swapInPages: Math.max(0, (after.swapInPages ?? 0) - (before.swapInPages ?? 0)),
  };
}

/**
 * Interrupts and ksoftirqd carry packets for whoever sends them: their time is divided between
 * own and foreign in the proportion of the time that is in somebody's name.
 * @returns own ticks including that share, at most `busy`
 */
export function shareOwn(ticks: {
  readonly busy: number;
  readonly own: number;
  readonly shared: number;
}): number {
  const named = Math.max(0, ticks.busy - ticks.shared);
  const foreign = Math.max(0, named - ticks.own);
  if (ticks.own <= 0) return 0;
  const share = ticks.own / (ticks.own + foreign);
  return clampTo(ticks.own + ticks.shared * share, ticks.busy);
}

function stalledRatio(
  beforeMicros: number | null | undefined,
  afterMicros: number | null | undefined,
  periodMs: number,
): number | null {
  if (typeof beforeMicros !== 'number' || typeof afterMicros !== 'number') return null;
  return clampTo((afterMicros - beforeMicros) / (periodMs * 1000), 1);
}

function clampTo(value: number, most: number): number {
  return Math.min(Math.max(0, value), most);
}
