import { type HostSummary, summariseHost } from '../analyse/summarise-host.ts';
import { type HostSamplerDependencies, startHostSampler } from './host-sampler.ts';

export interface IdleLoad {
  /** Null where the host is not observed; `unobserved` says why. */
  readonly summary: HostSummary | null;
  readonly unavailable: readonly string[];
  readonly unobserved: string | null;
}

/**
 * How busy this host is while we do nothing, for `doctor`: what is busy now is foreign load in
 * every measurement that follows.
 * @param durationMs at least 500, because CPU time is counted in ticks of 10 ms
 * @param ownPids roots of processes that are ours all the same
 * @throws the signal's reason
 */
export async function measureIdleLoad(
  durationMs: number,
  ownPids: Iterable<number>,
  deps: HostSamplerDependencies,
): Promise<IdleLoad> {
  const periodMs = Math.min(durationMs, 1_000);
  const sampler = startHostSampler({ host: 0, local: true, ownPids, periodMs }, deps);
  try {
    await deps.clock.sleep(durationMs, { signal: deps.signal });
  } finally {
    sampler.stop();
  }
  const { samples, unavailable, unobserved } = sampler.stop();
  return { summary: summariseHost(samples), unavailable, unobserved };
}
