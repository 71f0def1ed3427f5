import type { RoundTripProbe } from '../shape/shaper.ts';

/** Probes made to fit into the time that there is. Pure. */

/** What passes for one sample: fewer say nothing about a median at 99 %. */
export const STREAM_MIN = 12;
/** Of a burst. */
const LEAST_SHARE = 0.05;
/** What a call of the prober may take beside its probes, on a host that is slow. */
export const CALL_MS_MAX = 700;

/** A probe, and how long its last answer is waited for as a rule: no longer than its timeout. */
export interface TimedProbe {
  readonly probe: RoundTripProbe;
  readonly waitMs: number;
}

export interface Needs {
  /** With so few requests that fewer would say nothing. */
  readonly leastMs: number;
  readonly wantedMs: number;
}

/** How long a call takes that sends these side by side and waits for their answers. */
export function callNeeds(probes: readonly TimedProbe[]): Needs {
  if (probes.length === 0) return { leastMs: 0, wantedMs: 0 };
  const takesMs = (countOf: (probe: RoundTripProbe) => number): number =>
    CALL_MS_MAX +
    Math.max(...probes.map(({ probe, waitMs }) => countOf(probe) * probe.intervalMs + waitMs));
  return { leastMs: takesMs(leastCount), wantedMs: takesMs(({ count }) => count) };
}

/** The same with fewer requests where they would take longer; 0 where too few would be left. */
export function fitCall(probes: readonly TimedProbe[], limitMs: number): readonly RoundTripProbe[] {
  return probes.map(({ probe, waitMs }) => {
    const sendingMs = limitMs - CALL_MS_MAX - waitMs;
    const count = Math.min(probe.count, Math.max(0, Math.floor(sendingMs / probe.intervalMs)));
    return { ...probe, count: count < leastCount(probe) ? 0 : count };
  });
}

/** Fewer requests of a probe say nothing; what was planned does, however few. */
export function leastCount({ count }: RoundTripProbe): number {
  return Math.min(count, Math.max(STREAM_MIN, Math.ceil(LEAST_SHARE * count)));
}
