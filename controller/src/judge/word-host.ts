import { summariseHost } from '../analyse/summarise-host.ts';
import type { HostSampleRecord } from '../model/record.ts';
import { verdictLimits } from './verdict-limits.ts';
import { formatValue } from './verdict-reasons.ts';

/**
 * A host that had no core left while the network was measured, as a clause for the sentence about
 * what was measured. Pure. Round trips grow with the wait for a core, and rates fall with it.
 * @returns null where the host had cores left, or nobody looked
 */
export function wordSaturation(samples: readonly HostSampleRecord[]): string | null {
  const summary = summariseHost(samples);
  if (summary === null) return null;
  const { cpuOwnRatio, cpuForeignRatio, cpuStealRatio } = summary;
  const taken = cpuOwnRatio + cpuForeignRatio + cpuStealRatio;
  const isFull = taken > (verdictLimits.ownCpu.suspect ?? 1);
  const isRobbed = cpuStealRatio > (verdictLimits.steal.invalid ?? 1);
  if (!isFull && !isRobbed) return null;
  const parts = [
    `${percent(cpuOwnRatio)} by nodes and testbed`,
    `${percent(cpuForeignRatio)} by other programs`,
    ...(cpuStealRatio > 0 ? [`${percent(cpuStealRatio)} by the hypervisor`] : []),
  ];
  return (
    `while it was measured the host was saturated (of all cores, ${parts.join(', ')}), ` +
    'so this may be the host and not the network'
  );
}

function percent(ratio: number): string {
  return formatValue('ratio', Math.round(ratio * 100) / 100);
}

/** Puts the clause into the sentence. */
export function withHost(sentence: string, host: string | null): string {
  return host === null ? sentence : `${sentence.replace(/\.$/, '')}; ${host}.`;
}
