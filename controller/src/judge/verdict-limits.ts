import { hostLimits } from './limits/host-limits.ts';
import { loadLimits } from './limits/load-limits.ts';
import { networkLimits } from './limits/network-limits.ts';
import { outcomeLimits } from './limits/outcome-limits.ts';
import { timelineLimits } from './limits/timeline-limits.ts';
import { watchingLimits } from './limits/watching-limits.ts';
import type { VerdictLimit } from './verdict-limit.ts';

/**
 * Every limit a repetition is held against, in one table. docs/verdicts.md explains each code; a
 * test fails when the two differ.
 */
export const verdictLimits = {
  ...outcomeLimits,
  ...networkLimits,
  ...timelineLimits,
  ...hostLimits,
  ...loadLimits,
  ...watchingLimits,
} as const satisfies Record<string, VerdictLimit>;

export type VerdictLimitName = keyof typeof verdictLimits;

/**
 * Fewer missing scrapes or host samples than this are no gap: in a window of 10 s a single one is
 * already 10 %, and one answer that comes 1 ms late would spoil the repetition.
 */
export const missingMin = 2;

/** Standard deviations of a Poisson count allowed for: 4 are crossed by chance once in 30,000. */
export const scheduleDeviations = 4;

/** A clock that is being slewed may run 0.05 % fast or slow (adjtimex(2)); twice that is allowed. */
export const slewRatioMax = 0.001;
