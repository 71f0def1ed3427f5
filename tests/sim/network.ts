import type { Prng } from '../../controller/src/lib/prng.ts';
import type { Scenario } from './scenario.ts';

/**
 * Decides the fate of one message: the delays of its copies, none if it is lost. Independent
 * delays mean reordering.
 */
export function copyDelaysMs(
  scenario: Scenario,
  prng: Prng,
  message: { readonly from: number; readonly to: number; readonly nowMs: number },
): readonly number[] {
  const { from, to, nowMs } = message;
  const isHealed = nowMs >= scenario.healMs;
  const link = isHealed ? scenario.calm : scenario.chaos;
  if (!isHealed && isSplit(scenario, from, to, nowMs)) return [];
  if (link.lossRatio > 0 && prng.next() < link.lossRatio) return [];
  const delays = [delayMs(link, prng)];
  if (link.duplicateRatio > 0 && prng.next() < link.duplicateRatio) {
    delays.push(delayMs(link, prng));
  }
  return delays;
}

function delayMs(link: Scenario['chaos'], prng: Prng): number {
  const base = link.delayMsMin + prng.next() * (link.delayMsMax - link.delayMsMin);
  if (link.tailRatio === 0 || prng.next() >= link.tailRatio) return base;
  return base - Math.log(1 - prng.next()) * link.tailMsMean;
}

function isSplit(scenario: Scenario, from: number, to: number, nowMs: number): boolean {
  for (const { fromMs, toMs, sides } of scenario.partitions) {
    if (nowMs >= fromMs && nowMs < toMs && sides[from] !== sides[to]) return true;
  }
  return false;
}
