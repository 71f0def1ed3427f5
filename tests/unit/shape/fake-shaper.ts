import type { NetworkState } from '../../../controller/src/model/network.ts';
import type { Acknowledgement, Shaper } from '../../../controller/src/shape/shaper.ts';

/** Notes what it is told. Answers that every node did it at once, unless `answer` says otherwise. */
export interface FakeShaper extends Shaper {
  readonly calls: {
    readonly call: 'apply' | 'change';
    readonly state: NetworkState;
    readonly nodes: readonly number[];
  }[];
}

export function createFakeShaper(
  now: () => Date,
  answer: (
    call: 'apply' | 'change',
    node: number,
    attempt: number,
  ) => Partial<Acknowledgement> | Error | null = () => null,
  probing: Pick<Shaper, 'probeRoundTrips'> | null = null,
): FakeShaper {
  const calls: FakeShaper['calls'] = [];
  const answerAll = (
    call: 'apply' | 'change',
    state: NetworkState,
    nodes: readonly number[],
  ): readonly Acknowledgement[] => {
    calls.push({ call, state, nodes });
    return nodes.map((nodeIndex) => {
      const special = answer(call, nodeIndex, calls.length);
      if (special instanceof Error) throw special;
      return { nodeIndex, appliedAt: now(), error: null, ...special };
    });
  };
  const none = async (): Promise<never> => {
    throw new Error('not part of this test');
  };
  return {
    kind: 'netem',
    calls,
    apply: async (state, nodes) => answerAll('apply', state, nodes),
    change: async (_from, to, nodes) => answerAll('change', to, nodes),
    probeRoundTrips: probing?.probeRoundTrips ?? none,
    probeRates: none,
    counters: none,
    inspect: none,
  };
}
