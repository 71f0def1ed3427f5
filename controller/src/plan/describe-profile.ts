import type { ProfileSpec } from '../model/network-spec.ts';
import { formatBitRate, formatMs, formatRange, formatRatio } from './format-link.ts';
import { meanLossRatio } from './loss-ratio.ts';

/** A profile in a few words: `50-100 ms, 0.1 % loss, 10 Mbit/s`; `ideal` for one without any. */
export function describeProfile(profile: ProfileSpec): string {
  const { rtt, loss, duplicateRatio, corruptRatio, reorders, upBitsPerSec, downBitsPerSec } =
    profile;
  const parts: string[] = [];
  if (rtt.meanMs > 0 || rtt.jitterMs > 0) parts.push(describeRtt(rtt));
  const lossRatio = meanLossRatio(loss);
  if (lossRatio > 0) {
    parts.push(
      `${formatRatio(lossRatio)} loss${loss.kind === 'gilbert-elliott' ? ' in bursts' : ''}`,
    );
  }
  if (duplicateRatio > 0) parts.push(`${formatRatio(duplicateRatio)} twice`);
  if (corruptRatio > 0) parts.push(`${formatRatio(corruptRatio)} corrupt`);
  if (reorders) parts.push('reordered');
  if (upBitsPerSec !== null) parts.push(formatBitRate(upBitsPerSec));
  if (downBitsPerSec !== null && downBitsPerSec !== upBitsPerSec) {
    parts.push(`${formatBitRate(downBitsPerSec)} down`);
  }
  return parts.length === 0 ? 'ideal' : parts.join(', ');
}

function describeRtt({ distribution, meanMs, jitterMs }: ProfileSpec['rtt']): string {
  if (distribution === 'fixed' || jitterMs === 0) return `${formatMs(meanMs)} ms`;
  if (distribution === 'uniform') return formatRange(meanMs - jitterMs, meanMs + jitterMs);
  return `${formatMs(meanMs)} ms (${distribution}, ${formatMs(jitterMs)} ms)`;
}
