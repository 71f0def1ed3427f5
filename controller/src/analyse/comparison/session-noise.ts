import { mean, median, scaledMad, standardDeviation } from '../describe.ts';
import { sessionsMin } from './compare-history.ts';

/** Spread between sessions of an unchanged system where nobody has measured it. */
export const assumedTau = { shared: 0.05, dedicated: 0.02 } as const;

export interface SessionNoise {
  /** Standard deviation of the session on logarithms, beyond what repetitions explain. */
  readonly tau: number;
  /** Robust coefficient of variation of session means: 1.4826 MAD / median. */
  readonly noise: number;
  /** Fewer than five sessions are known: both are assumed. */
  readonly isAssumed: boolean;
}

/**
 * tau^2 = max(0, var(session means) - mean(s_w^2 / n)), on logarithms.
 * @param sessions values of the repetitions of each comparable session, all > 0
 */
export function measureSessionNoise(
  sessions: readonly (readonly number[])[],
  host: keyof typeof assumedTau = 'shared',
): SessionNoise {
  const usable = sessions.filter((values) => values.length > 0);
  if (usable.length < sessionsMin) {
    return { tau: assumedTau[host], noise: assumedTau[host], isAssumed: true };
  }
  const logs = usable.map((values) => values.map(Math.log));
  const within = logs
    .filter((values) => values.length > 1)
    .map((values) => standardDeviation(values) ** 2 / values.length);
  const between = standardDeviation(logs.map(mean)) ** 2;
  const tau = Math.sqrt(Math.max(0, between - (within.length === 0 ? 0 : mean(within))));
  const means = usable.map(mean);
  return { tau, noise: scaledMad(means) / median(means), isAssumed: false };
}
