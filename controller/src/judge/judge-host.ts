import { type HostSummary, samplesInWindow, summariseHost } from '../analyse/summarise-host.ts';
import type { HostEvidence, NodeEvidence } from './repetition-evidence.ts';
import { missingMin, verdictLimits } from './verdict-limits.ts';
import { formatValue, type ReasonCollector } from './verdict-reasons.ts';

/** What the hosts say about a repetition: were they ours alone, and were they enough? Pure. */

interface Window {
  readonly startUnixMs: number;
  readonly endUnixMs: number;
}

const percent = (ratio: number): string => formatValue('ratio', ratio);

/** Somebody else's doing: these numbers would differ on a quiet host. */
export function judgeContamination(
  host: HostEvidence,
  window: Window,
  reasons: ReasonCollector,
): void {
  if (host.isSimulated) {
    reasons.give('simulatedRun', 'Nodes, links and time were simulated: this is no measurement.');
    return;
  }
  const summary = summariseHost(samplesInWindow(host.samples, window));
  if (summary === null) {
    judgeCanary(host, reasons);
    const why = host.unobserved ?? 'no host sample falls into the window';
    reasons.give('hostUnobserved', `The load of the host was not observed: ${why}.`);
    return;
  }
  reasons.check(
    'foreignLoad',
    summary.cpuForeignRatio,
    `Programs that are not ours used ${percent(summary.cpuForeignRatio)} of all cores`,
  );
  reasons.check(
    'steal',
    summary.cpuStealRatio,
    `The hypervisor took ${percent(summary.cpuStealRatio)} of all cores away`,
  );
  // After what names a culprit: a slow canary says that something was wrong, not what.
  judgeCanary(host, reasons);
  judgeMemory(summary, host.memoryBytes, reasons);
  const lengthMs = window.endUnixMs - window.startUnixMs;
  const missingMs = Math.max(0, lengthMs - summary.coveredMs);
  if (missingMs >= (missingMin - 0.5) * host.periodMs) {
    reasons.check(
      'hostSampleGaps',
      missingMs / lengthMs,
      `No host sample covers ${percent(missingMs / lengthMs)} of the window`,
    );
  }
  reasons.check(
    'controllerDelay',
    summary.controllerLoopDelayMsP99,
    `The controller's event loop was late by ${formatValue('ms', summary.controllerLoopDelayMsP99)} (p99)`,
  );
}

function judgeCanary(host: HostEvidence, reasons: ReasonCollector): void {
  if (host.canaryRatio !== null) {
    reasons.check(
      'canary',
      host.canaryRatio,
      `A fixed piece of arithmetic took ${formatValue('times', host.canaryRatio)} as long (p95) as this host has shown it can`,
    );
  }
}

function judgeMemory(summary: HostSummary, memoryBytes: number, reasons: ReasonCollector): void {
  const { psiMemorySomeRatio, swapInPages } = summary;
  if (psiMemorySomeRatio !== null) {
    reasons.check(
      'memoryPressure',
      psiMemorySomeRatio,
      `Tasks waited for memory during ${percent(psiMemorySomeRatio)} of the window`,
    );
  }
  reasons.check('swapIn', swapInPages, `${swapInPages} pages were read back from swap`);
  if (memoryBytes > 0) {
    const available = summary.memoryAvailableBytesMin / memoryBytes;
    reasons.check(
      'memoryLow',
      available,
      `Only ${percent(available)} of the host's memory was available at the worst moment`,
    );
  }
}

/** Says of each reason which host it is about, where there are several. */
export function ofHost({ name }: HostEvidence, reasons: ReasonCollector): ReasonCollector {
  if (name === null) return reasons;
  return {
    check: (limit, value, text) => reasons.check(limit, value, `${name}: ${text}`),
    give: (limit, text) => reasons.give(limit, `${name}: ${text}`),
    reasons: reasons.reasons,
  };
}

/**
 * Our own doing: the numbers hold, but for these hosts and not for the protocol.
 * @returns true if a host (or a CPU limit) set the pace
 */
export function judgeSaturation(
  hosts: readonly HostEvidence[],
  nodes: readonly NodeEvidence[],
  window: Window,
  reasons: ReasonCollector,
): boolean {
  // Each check adds its own reason, so none may be skipped.
  const full = hosts.map((host, index) => {
    const there = nodes.filter((node) => node.host === index);
    return judgeFull(host, there, window, ofHost(host, reasons));
  });
  return [...full, judgeThrottling(nodes, reasons)].some((limited) => limited);
}

/** @param nodes those on this host */
function judgeFull(
  host: HostEvidence,
  nodes: readonly NodeEvidence[],
  window: Window,
  reasons: ReasonCollector,
): boolean {
  const summary = summariseHost(samplesInWindow(host.samples, window));
  const { cores } = host;
  const lengthMs = window.endUnixMs - window.startUnixMs;
  return [
    summary === null
      ? judgeNodesCpu(nodes, { cores, lengthMs }, reasons)
      : judgeOwnCpu(summary, cores, reasons),
    judgePressure(summary, reasons),
  ].some((limited) => limited);
}

function judgeOwnCpu(
  { cpuOwnRatio }: HostSummary,
  cores: number,
  reasons: ReasonCollector,
): boolean {
  return reasons.check(
    'ownCpu',
    cpuOwnRatio,
    `Nodes, controller and container engine used ${percent(cpuOwnRatio)} of all ${cores} cores: this measures the host`,
  );
}

/** On a host that is not observed, what the nodes counted is a lower bound of our share. */
function judgeNodesCpu(
  nodes: readonly NodeEvidence[],
  { cores, lengthMs }: { readonly cores: number; readonly lengthMs: number },
  reasons: ReasonCollector,
): boolean {
  const usedMs =
    nodes.reduce((sum, { results }) => sum + (results?.counters.cpuMicros ?? 0), 0) / 1000;
  const ratio = usedMs / (cores * lengthMs);
  return reasons.check(
    'ownCpu',
    ratio,
    `The nodes alone used ${percent(ratio)} of all ${cores} cores: this measures the host`,
  );
}

function judgePressure(summary: HostSummary | null, reasons: ReasonCollector): boolean {
  if (summary === null) return false;
  const { psiCpuSomeRatio, psiIoFullRatio, cpuForeignRatio } = summary;
  // With much foreign load the waiting may be its doing; that is said by `foreign-load`.
  const cpu =
    psiCpuSomeRatio !== null &&
    cpuForeignRatio < verdictLimits.foreignLoad.suspect &&
    reasons.check(
      'cpuPressure',
      psiCpuSomeRatio,
      `Some task waited for a core during ${percent(psiCpuSomeRatio)} of the window, with foreign load at ${percent(cpuForeignRatio)}: this measures the host`,
    );
  const io =
    psiIoFullRatio !== null &&
    reasons.check(
      'ioPressure',
      psiIoFullRatio,
      `All tasks waited for a disk during ${percent(psiIoFullRatio)} of the window: this measures the host`,
    );
  return cpu || io;
}

/** The most throttled node counts: with rotating leaders the slowest sets everybody's pace. */
function judgeThrottling(nodes: readonly NodeEvidence[], reasons: ReasonCollector): boolean {
  let worst: { readonly nodeIndex: number; readonly ratio: number } | undefined;
  for (const { nodeIndex, results } of nodes) {
    const periods = results?.counters.cpuPeriods ?? null;
    const throttled = results?.counters.cpuPeriodsThrottled ?? null;
    if (periods === null || throttled === null || periods <= 0) continue;
    const ratio = throttled / periods;
    if (worst === undefined || ratio > worst.ratio) worst = { nodeIndex, ratio };
  }
  if (worst === undefined) return false;
  return reasons.check(
    'throttled',
    worst.ratio,
    `Node ${worst.nodeIndex} was held back by its CPU limit in ${percent(worst.ratio)} of its periods: this measures the limit`,
  );
}
