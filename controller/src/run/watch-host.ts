import type { Clock } from '../lib/clock.ts';
import { startHostSampler } from '../observe/host-sampler.ts';
import type { HostSampler } from '../observe/observation.ts';
import type { RunningNetwork } from '../runtime/runtime.ts';
import type { RepetitionRequest } from './repetition-request.ts';

/** Samples the host of a network, and knows which of its processes are ours. */
export function watchHost(
  network: RunningNetwork,
  { host, ownPids }: RepetitionRequest,
  deps: { readonly clock: Clock; readonly signal: AbortSignal },
): HostSampler {
  const all: Iterable<number> = {
    *[Symbol.iterator]() {
      for (const { pid } of network.nodes) if (pid !== null) yield pid;
      yield* ownPids;
    },
  };
  return startHostSampler({ local: host.local, ownPids: all }, deps);
}
