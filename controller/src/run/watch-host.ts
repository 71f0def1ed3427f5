import type { Clock } from '../lib/clock.ts';
import { runtimeTraits } from '../model/runtime-traits.ts';
import { startHostSampler } from '../observe/host-sampler.ts';
import type { HostSampler } from '../observe/observation.ts';
import type { RunningNetwork } from '../runtime/runtime.ts';
import type { RepetitionRequest } from './repetition-request.ts';

/**
 * Samples the host that this controller sees, if it sees one, and knows which of its processes are
 * ours.
 */
export function watchHost(
  network: RunningNetwork,
  { plan, hosts, ownPids }: RepetitionRequest,
  deps: { readonly clock: Clock; readonly signal: AbortSignal },
): HostSampler {
  const all: Iterable<number> = {
    *[Symbol.iterator]() {
      for (const { pid } of network.nodes) if (pid !== null) yield pid;
      yield* ownPids;
    },
  };
  // What simulated nodes take of this machine is no concern of theirs.
  const seen = runtimeTraits[plan.runtime].isSimulated ? -1 : hosts.findIndex(({ local }) => local);
  return startHostSampler({ host: Math.max(0, seen), local: seen >= 0, ownPids: all }, deps);
}
