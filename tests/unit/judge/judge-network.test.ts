import { describe, expect, it } from '@jest/globals';
import { judgeNetwork } from '../../../controller/src/judge/judge-network.ts';
import type { NetworkEvidence } from '../../../controller/src/judge/repetition-evidence.ts';
import { createReasonCollector } from '../../../controller/src/judge/verdict-reasons.ts';
import { wordSaturation } from '../../../controller/src/judge/word-host.ts';
import type { LinkShape, PlannedChange } from '../../../controller/src/model/network.ts';
import type {
  DisturbanceRecord,
  HostSampleRecord,
  LinkCheckRecord,
  LinkCounterRecord,
  NetworkChangeRecord,
  NetworkRecord,
} from '../../../controller/src/model/record.ts';

const START = 1_000_000;
const LENGTH = 20_000;
const window = { startUnixMs: START, endUnixMs: START + LENGTH };
const at = (ms: number): Date => new Date(START + ms);

function check(rest: Partial<LinkCheckRecord> = {}): LinkCheckRecord {
  return {
    at: at(-5_000),
    occasion: 'before',
    fromRegion: 'eu',
    toRegion: 'us',
    fromNode: 0,
    toNode: 4,
    quantity: 'rtt-median',
    asked: '80 ms',
    planned: 80,
    measured: 80.3,
    low: 77.6,
    high: 82.4,
    samples: 40,
    isWithin: true,
    ...rest,
  };
}

function counter(rest: Partial<LinkCounterRecord> = {}): LinkCounterRecord {
  const counted = { packets: 10_000, bytes: 1e6, dropped: 0, queueDropped: 0 };
  return { nodeIndex: 1, toRegion: 'us', ...counted, ...rest };
}

function changed(rest: Partial<NetworkChangeRecord> = {}): NetworkChangeRecord {
  return {
    changeIndex: 0,
    kind: 'partition',
    text: 'partition: eu | us',
    plannedAt: at(5_000),
    nodeIndex: 0,
    appliedAt: at(5_040),
    error: null,
    ...rest,
  };
}

const partition: PlannedChange = {
  index: 0,
  atMs: 5_000,
  kind: 'partition',
  text: 'partition: eu | us',
  state: { links: [], cuts: [] },
  nodes: [0, 1],
};

function disturbance(fromMs: number, toMs: number | null, nodeIndex = 3): DisturbanceRecord {
  const shapedAgainAt = toMs === null ? null : at(toMs);
  return { nodeIndex, at: at(fromMs), text: 'It restarted.', shapedAgainAt };
}

function said(
  record: Partial<NetworkRecord> | null,
  rest: Partial<NetworkEvidence> = {},
  over: typeof window | null = window,
): string[] {
  const clean = { checks: [check()], counters: [counter()], changes: [], disturbances: [] };
  const evidence: NetworkEvidence = {
    record: record === null ? null : { shaper: 'netem', ...clean, drift: [], ...record },
    isShaped: true,
    allowMismatch: false,
    initial: { links: [], cuts: [] },
    changesPlanned: [],
    quorumLosses: [],
    ...rest,
  };
  const reasons = createReasonCollector();
  judgeNetwork(evidence, over, reasons);
  return reasons.reasons.map(({ code, verdict, text }) => `${code} ${verdict}: ${text}`);
}

const off = check({ measured: 160, isWithin: false });

describe('judgeNetwork', () => {
  it('has nothing to say of a network that is as planned, or that nobody shapes', () => {
    expect(said({})).toEqual([]);
    expect(said(null, { isShaped: false })).toEqual([]);
    expect(said(null, {}, null)).toEqual([]);
  });

  it('calls a mismatch invalid, and says which link is off by how much', () => {
    expect(said({ checks: [check(), off] })).toEqual([
      'network-mismatch invalid: The network is not as planned: eu to us (nodes 0 and 4) has a median round trip of 160 ms where 80 ms is planned.',
    ]);
  });

  it('says in the same sentence that the host was saturated', () => {
    const sample = { periodMs: 1_000, cpuOwnRatio: 0.31, cpuForeignRatio: 0.66, cpuStealRatio: 0 };
    const hostNote = wordSaturation([sample as HostSampleRecord]);
    expect(said({ checks: [off] }, { hostNote })).toEqual([
      expect.stringMatching(
        /where 80 ms is planned; while it was measured the host was saturated \(of all cores, 31 % by nodes and testbed, 66 % by other programs\), so this may be the host and not the network\.$/,
      ),
    ]);
    expect(wordSaturation([{ ...sample, cpuForeignRatio: 0.3 } as HostSampleRecord])).toBeNull();
  });

  it('says so also where the window never came', () => {
    expect(said({ checks: [off] }, {}, null)).toEqual([
      expect.stringMatching(/^network-mismatch inv/),
    ]);
  });

  it('keeps it as suspect where the run allows it', () => {
    expect(said({ checks: [off] }, { allowMismatch: true })).toEqual([
      expect.stringMatching(/^network-mismatch-allowed suspect/),
    ]);
  });

  it.each([
    [
      'a link was not measured',
      { checks: [check({ measured: null, samples: 0, isWithin: false })] },
    ],
    ['nothing was measured', { checks: [] }],
    ['nothing is known', null],
  ])('calls it suspect that %s', (_what, record) => {
    expect(said(record)).toEqual([expect.stringMatching(/^network-unverified suspect/)]);
  });

  it('accepts that one node alone has nothing to be measured', () => {
    expect(said({ checks: [], counters: [] })).toEqual([]);
  });

  it('calls drift invalid, in the words of what was found', () => {
    const drift = ['Node 2 has no qdisc.', 'b.', 'c.', 'd.', 'e.'];
    expect(said({ drift })).toEqual([
      'network-drift invalid: The shaping changed without a plan. Node 2 has no qdisc. b. c. There are 2 more of this kind.',
    ]);
  });

  it('counts one sentence of drift that is not told in the singular', () => {
    expect(said({ drift: ['a.', 'b.', 'c.', 'd.'] })[0]).toMatch(
      / c\. There is 1 more of this kind\.$/,
    );
  });

  it('says exactly what was not measured', () => {
    const none = { measured: null, samples: 0, isWithin: false } as const;
    const all = { fromRegion: 'all', toRegion: 'all' };
    const lossless = [check(all), check({ ...all, quantity: 'loss', ...none })];
    expect(said({ checks: lossless })).toEqual([
      'network-unverified suspect: Not measured: the loss from all to all. The other check was made.',
    ]);
    const several = ['a', 'b', 'c'].map((toRegion) =>
      check({ toRegion, quantity: 'rate', ...none }),
    );
    expect(said({ checks: [...several, check({ toRegion: 'a', ...none })] })).toEqual([
      'network-unverified suspect: Not measured: the rate from eu to a, from eu to b, and of 1 more pair; the median round trip from eu to a.',
    ]);
  });

  it('does not call a queue full that was handed less than it holds', () => {
    const shape = { queuePackets: 2_500 } as LinkShape;
    const initial = { links: [{ from: 0, to: 1, shape }], cuts: [] };
    const dropping = (packets: number) =>
      said({ counters: [counter({ packets, dropped: 46, queueDropped: 46 })] }, { initial })[0];
    expect(dropping(444)).toMatch(
      /^queue-drops suspect: Links dropped 46 packets that no loss asked for explains, 9.4 % of all, most of them from node 1 to us, whose queue was never full \(it holds at least 2500 packets and was handed 490 in all\): something else/,
    );
    expect(dropping(4_000)).toMatch(
      /^queue-drops suspect: Full queues dropped 46 packets \(the sender's TCP is told of each, and counts no retransmission\), 1.1 % of all/,
    );
  });

  it('calls full queues suspect from 1 packet in 1,000', () => {
    const dropping = (queueDropped: number) =>
      said({
        counters: [counter(), counter({ nodeIndex: 2, dropped: queueDropped, queueDropped })],
      });
    expect(dropping(20)).toEqual([]);
    expect(dropping(30)).toEqual([expect.stringMatching(/^queue-drops suspect: .* node 2 to us/)]);
  });

  it('counts a packet that comes down to a node where it was sent, and its drop all the same', () => {
    const down = counter({ nodeIndex: 2, toRegion: '(down)', dropped: 15, queueDropped: 15 });
    expect(said({ counters: [counter(), down] })).toEqual([
      expect.stringMatching(/^queue-drops suspect: .* on the way down to node 2/),
    ]);
  });

  it.each<[string, DisturbanceRecord[], string | null]>([
    ['before the window', [disturbance(-3_000, -1_000)], null],
    ['into the window', [disturbance(-3_000, 100)], 'suspect'],
    ['for 1.5 % of it', [disturbance(5_000, 5_300)], 'suspect'],
    ['for 3 % of it', [disturbance(5_000, 5_600)], 'invalid'],
    ['twice for 1.5 %', [disturbance(5_000, 5_300), disturbance(9_000, 9_300)], 'invalid'],
    ['two nodes for 1.5 %', [disturbance(5_000, 5_300), disturbance(9_000, 9_300, 1)], 'suspect'],
    ['and never shaped again', [disturbance(5_000, null)], 'invalid'],
    ['after the window', [disturbance(21_000, null)], null],
  ])('judges a node that was disturbed %s', (_when, disturbances, verdict) => {
    const expected =
      verdict === null ? [] : [expect.stringContaining(`network-disturbed ${verdict}`)];
    expect(said({ disturbances })).toEqual(expected);
  });

  it('is content with a change that took effect everywhere in time', () => {
    const changes = [changed(), changed({ nodeIndex: 1 })];
    expect(said({ changes }, { changesPlanned: [partition] })).toEqual([]);
  });

  it('calls a change invalid that a node did not make, with the reason', () => {
    const changes = [
      changed(),
      changed({ nodeIndex: 1, appliedAt: null, error: 'No such device.' }),
    ];
    expect(said({ changes }, { changesPlanned: [partition] })).toEqual([
      'change-not-applied invalid: The change "partition: eu | us" did not take effect at node 1: No such device.',
    ]);
  });

  it('calls a change invalid that was due and is not recorded at all', () => {
    expect(said({}, { changesPlanned: [partition] })).toEqual([
      expect.stringMatching(/^change-not-applied invalid: .* nodes 0 and 1: it was not tried\.$/),
    ]);
    expect(said({}, { changesPlanned: [{ ...partition, atMs: LENGTH }] })).toEqual([]);
  });

  it('calls a change suspect that came late', () => {
    const changes = [changed(), changed({ nodeIndex: 1, appliedAt: at(5_900) })];
    expect(said({ changes }, { changesPlanned: [partition] })).toEqual([
      expect.stringMatching(/^change-late suspect: .* node 1 900 ms after its time/),
    ]);
  });
});
