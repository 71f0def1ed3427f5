import { pooledNote } from '../model/describe-mismatch.ts';
import { type CheckOptions, checkLoss } from './check-samples.ts';
import type { LossCount, PairCheck } from './judge-pair.ts';

/**
 * With many regions each pair has too few packets to tell a small loss from another. All links of
 * which the same is asked are therefore judged once more as one. Pure.
 */
const POOLED = 'pooled ';

/** @returns for each entry the checks of the pools that it is part of; the same for all members */
export function poolLosses(
  counted: readonly (readonly LossCount[])[],
  options: Pick<CheckOptions, 'level'>,
): readonly (readonly PairCheck[])[] {
  const pools = new Map<string, LossCount[]>();
  for (const count of counted.flat()) {
    const pool = pools.get(poolOf(count));
    if (pool === undefined) pools.set(poolOf(count), [count]);
    else pool.push(count);
  }
  return counted.map((counts) =>
    counts.flatMap(({ fromNode, toNode, isTurned, key, asked, planned }): PairCheck[] => {
      const pool = pools.get(poolOf({ planned })) ?? [];
      if (planned.held.high === 0 || pool.length < 2) return [];
      const lost = pool.reduce((sum, one) => sum + one.lost, 0);
      const sent = pool.reduce((sum, one) => sum + one.sent, 0);
      const check = checkLoss(lost, sent, planned, options);
      const named = { key: `${POOLED}${key}`, asked: `${asked}${pooledNote}` };
      return [{ fromNode, toNode, isTurned, isDetail: true, ...named, check }];
    }),
  );
}

/** A pool that is off is told once: of the member that is farthest off to the same side. */
export function blameWorst(
  found: readonly (readonly PairCheck[])[],
): readonly (readonly PairCheck[])[] {
  const worst = new Map<string, { readonly pooled: PairCheck; readonly distance: number }>();
  for (const checks of found) {
    for (const pooled of checks.filter(isPooled)) {
      const { planned, measured } = pooled.check;
      const own = checks.find(({ key }) => `${POOLED}${key}` === pooled.key)?.check.measured;
      const side = Math.sign((measured ?? 0) - planned);
      const distance = side * ((own ?? planned) - planned);
      const held = worst.get(nameOf(pooled));
      if (held === undefined || distance > held.distance) {
        worst.set(nameOf(pooled), { pooled, distance });
      }
    }
  }
  return found.map((checks) =>
    checks.filter((check) => !isPooled(check) || worst.get(nameOf(check))?.pooled === check),
  );
}

function isPooled({ key }: PairCheck): boolean {
  return key.startsWith(POOLED);
}

function nameOf({ asked, check }: PairCheck): string {
  return `${asked} ${check.planned}`;
}

function poolOf({ planned: { ratio, held, inflation } }: Pick<LossCount, 'planned'>): string {
  return [ratio, held.low, held.high, inflation].join(' ');
}
