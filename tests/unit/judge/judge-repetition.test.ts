import { describe, expect, it } from '@jest/globals';
import { judgeRepetition } from '../../../controller/src/judge/judge-repetition.ts';
import type {
  HostEvidence,
  NodeEvidence,
  RepetitionEvidence,
} from '../../../controller/src/judge/repetition-evidence.ts';
import { verdictLimits } from '../../../controller/src/judge/verdict-limits.ts';
import type { HostSampleRecord, LinkCheckRecord } from '../../../controller/src/model/record.ts';
import type { EncodedHistogram, NodeResults } from '../../../node-image/src/contract/index.ts';

/** A clean repetition of 4 nodes, 1000 tx/s, 20 s; each test spoils one thing. */
const START = 1_000_000;
const LENGTH = 20_000;
const window = { startUnixMs: START, endUnixMs: START + LENGTH };
const empty: EncodedHistogram = { encoding: 'counts', counts: [] };

function hostSample(second: number, rest: Partial<HostSampleRecord> = {}): HostSampleRecord {
  return {
    host: 0,
    at: new Date(START + second * 1000),
    periodMs: 1000,
    cpuBusyRatio: 0.4,
    cpuOwnRatio: 0.38,
    cpuForeignRatio: 0.02,
    cpuStealRatio: 0,
    psiCpuSomeRatio: 0.1,
    psiMemorySomeRatio: 0,
    psiIoFullRatio: 0,
    memoryAvailableBytes: 4e9,
    swapInPages: 0,
    controllerLoopDelayMsP99: 1,
    ...rest,
  };
}

const hostSamples = (rest: Partial<HostSampleRecord> = {}): HostSampleRecord[] =>
  Array.from({ length: 20 }, (_, index) => hostSample(index + 1, rest));

function results(
  rest: Partial<Omit<NodeResults, 'counters'>> = {},
  counters: Partial<NodeResults['counters']> = {},
): NodeResults {
  return {
    window,
    scheduledInWindow: 5000,
    committedOfWindow: 5000,
    rejectedOfWindow: 0,
    committedInWindow: 5000,
    counters: {
      blocksCommitted: 500,
      blocksProposed: 125,
      transactionsCommitted: 20_000,
      roundsEntered: 500,
      roundsTimedOut: 0,
      messagesSent: 10_000,
      messagesReceived: 10_000,
      bytesSent: 1e6,
      bytesReceived: 1e6,
      messagesDropped: 0,
      signaturesVerified: 1000,
      cpuMicros: 2e6,
      memoryBytesMax: 7e7,
      cpuPeriods: 200,
      cpuPeriodsThrottled: 0,
      memoryLimitBytes: null,
      eventLoopDelayMsP99: 2,
      ...counters,
    },
    histograms: {
      commitLatency: empty,
      serviceLatency: empty,
      sendLag: empty,
      blockLatency: empty,
    },
    series: { periodMs: 1000, scheduled: [], committed: [] },
    ...rest,
  };
}

function node(nodeIndex: number, rest: Partial<NodeEvidence> = {}): NodeEvidence {
  return {
    nodeIndex,
    name: `node-${nodeIndex}`,
    host: 0,
    results: results(),
    refused: null,
    impossible: [],
    disagreements: [],
    loadStatus: null,
    sendLagMsP99: 1.5,
    sentOfWindow: rest.results?.scheduledInWindow ?? 5000,
    exit: null,
    ...rest,
  };
}

/** Node 2 is the one that is spoiled. */
const nodes = (rest: Partial<NodeEvidence> = {}): NodeEvidence[] =>
  [0, 1, 2, 3].map((nodeIndex) => node(nodeIndex, nodeIndex === 2 ? rest : {}));

const rounds = (answered: (second: number) => number) =>
  Array.from({ length: 20 }, (_, second) => ({
    at: new Date(START + second * 1000),
    due: 4,
    answered: answered(second),
    missed: [0, 1, 2, 3].slice(answered(second)),
  }));

const scrapes: RepetitionEvidence['scrapes'] = {
  rounds: rounds(() => 4),
  missed: [],
  dropped: [],
  malformed: [],
  resets: [],
  safetyViolationsReported: 0,
};

function host(rest: Partial<HostEvidence> = {}): HostEvidence {
  return {
    name: null,
    isSimulated: false,
    cores: 4,
    memoryBytes: 8e9,
    samples: hostSamples(),
    periodMs: 1000,
    unobserved: null,
    canaryRatio: 1.05,
    ...rest,
  };
}

const quietNetwork: RepetitionEvidence['network'] = {
  record: null,
  isShaped: false,
  allowMismatch: false,
  initial: { links: [], cuts: [] },
  changesPlanned: [],
  quorumLosses: [],
};

/** @param host the only one, where it is no list of them */
function evidence({
  host: only = host(),
  ...rest
}: Partial<RepetitionEvidence> & { readonly host?: HostEvidence } = {}): RepetitionEvidence {
  return {
    window,
    rateTxPerSec: 1000,
    latencyMsP50: null,
    nodes: nodes(),
    hosts: [only],
    scrapes,
    logs: { violation: null, comparedHeight: 500, notCompared: [] },
    clocks: { wallMs: 20_003, monotonicMs: 20_000 },
    unwatched: [],
    failure: null,
    network: quietNetwork,
    timeline: { planned: [], records: [], expected: [], catchUps: 0 },
    graph: { readings: [], isFull: true },
    byzantine: { members: [], evidence: [], faultyMax: 1 },
    limitsNotEnforced: [],
    ...rest,
  };
}

const withHost = (rest: Partial<HostSampleRecord>): RepetitionEvidence =>
  evidence({ host: host({ samples: hostSamples(rest) }) });

/** `code verdict` of each reason. */
function said(of: RepetitionEvidence): string[] {
  return judgeRepetition(of).reasons.map(({ code, verdict }) => `${code} ${verdict}`);
}

describe('judgeRepetition on a network that is not the one asked for', () => {
  const mismatch = { code: 'NETWORK_MISMATCH', message: 'The network is not the one asked for.' };
  const noLogs = {
    violation: null,
    comparedHeight: 0,
    notCompared: [{ nodeIndex: 0, kind: 'no-log' as const, reason: 'handed over no digests' }],
  };
  const off: LinkCheckRecord = {
    at: new Date(START),
    occasion: 'before',
    fromRegion: 'eu',
    toRegion: 'us',
    fromNode: 0,
    toNode: 2,
    quantity: 'rtt-median',
    asked: '80 ms',
    planned: 80,
    measured: 160,
    low: 77,
    high: 83,
    samples: 100,
    isWithin: false,
  };
  const record = {
    shaper: 'netem' as const,
    checks: [off],
    counters: [],
    changes: [],
    disturbances: [],
    drift: [],
  };

  it('says it once, and nothing about logs that could not be there yet', () => {
    const network = { ...quietNetwork, isShaped: true, record };
    const judged = evidence({ window: null, failure: mismatch, network, logs: noLogs });
    expect(said(judged)).toEqual(['network-mismatch invalid']);
  });

  it('is invalid also where the measurements behind the failure were lost', () => {
    const network = { ...quietNetwork, isShaped: true, record: null };
    const judged = evidence({ window: null, failure: mismatch, network, logs: noLogs });
    expect(said(judged)).toEqual(['repetition-failed invalid']);
  });
});

describe('judgeRepetition on a clean repetition', () => {
  it('is valid, without a reason', () => {
    expect(judgeRepetition(evidence())).toEqual({ verdict: 'valid', reasons: [] });
  });

  it('is valid without load, where nothing is due', () => {
    const idle = { scheduledInWindow: 0, committedOfWindow: 0, committedInWindow: 0 };
    const quiet = [0, 1, 2, 3].map((index) =>
      node(index, { results: results(idle), sendLagMsP99: null, sentOfWindow: 0 }),
    );
    expect(judgeRepetition(evidence({ rateTxPerSec: 0, nodes: quiet })).verdict).toBe('valid');
  });

  it('takes the worst reason as the verdict and names it first', () => {
    const judged = judgeRepetition(
      evidence({
        host: host({ canaryRatio: 1.3, samples: hostSamples({ cpuForeignRatio: 0.3 }) }),
      }),
    );
    expect(judged.verdict).toBe('invalid');
    expect(judged.reasons.map(({ code }) => code)).toEqual(['foreign-load', 'canary-slow']);
  });

  it('gives value, limit and a whole sentence', () => {
    const [reason] = judgeRepetition(withHost({ cpuForeignRatio: 0.314 })).reasons;
    expect(reason).toMatchObject({ code: 'foreign-load', verdict: 'invalid', limit: 0.25 });
    expect(reason?.value).toBeCloseTo(0.314);
    expect(reason?.text).toBe('Programs that are not ours used 31.4 % of all cores (limit 25 %).');
  });
});

describe('judgeRepetition on contamination', () => {
  it.each<[string, Partial<HostSampleRecord>, string[]]>([
    ['foreign load of 10 %', { cpuForeignRatio: 0.1 }, []],
    ['foreign load of 11 %', { cpuForeignRatio: 0.11 }, ['foreign-load suspect']],
    ['foreign load of 26 %', { cpuForeignRatio: 0.26 }, ['foreign-load invalid']],
    ['steal of 3 %', { cpuStealRatio: 0.03 }, ['steal suspect']],
    ['steal of 6 %', { cpuStealRatio: 0.06 }, ['steal invalid']],
    ['memory pressure of 2 %', { psiMemorySomeRatio: 0.02 }, ['memory-pressure suspect']],
    ['memory pressure of 6 %', { psiMemorySomeRatio: 0.06 }, ['memory-pressure invalid']],
    ['unknown memory pressure', { psiMemorySomeRatio: null }, []],
    ['pages swapped in', { swapInPages: 1 }, ['swap-in invalid']],
    ['4 % of memory available', { memoryAvailableBytes: 0.32e9 }, ['memory-low invalid']],
    ['a controller 150 ms late', { controllerLoopDelayMsP99: 150 }, ['controller-late suspect']],
  ])('judges %s', (_what, rest, expected) => {
    expect(said(withHost(rest))).toEqual(expected);
  });

  it.each([
    [1.2, []],
    [1.21, ['canary-slow suspect']],
    [1.51, ['canary-slow invalid']],
    [null, []],
  ])('judges a canary ratio of %p', (canaryRatio, expected) => {
    expect(said(evidence({ host: host({ canaryRatio }) }))).toEqual(expected);
  });

  it('looks only at samples inside the measured window', () => {
    const outside = [-3, -2, -1, 0, 22, 23].map((second) =>
      hostSample(second, { cpuForeignRatio: 0.9 }),
    );
    const samples = [...outside, ...hostSamples()];
    expect(said(evidence({ host: host({ samples }) }))).toEqual([]);
  });

  it('weights one bad second by its share of the window', () => {
    const samples = hostSamples();
    samples[4] = hostSample(5, { cpuForeignRatio: 1 });
    // 19 seconds at 2 % and one at 100 % are 6.9 %.
    expect(said(evidence({ host: host({ samples }) }))).toEqual([]);
  });

  it('says that a remote host was not observed', () => {
    const remote = host({ samples: [], unobserved: 'the nodes run on a remote Docker host' });
    const [reason] = judgeRepetition(evidence({ host: remote })).reasons;
    expect(reason).toMatchObject({ code: 'host-unobserved', verdict: 'suspect', value: null });
    expect(reason?.text).toContain('remote Docker host');
  });

  it('judges each of several hosts by its own samples and nodes, and says which it is', () => {
    const hosts = [
      host({ name: 'here' }),
      host({ name: 'there', canaryRatio: null, samples: hostSamples({ cpuForeignRatio: 0.3 }) }),
    ];
    const [reason, ...others] = judgeRepetition(evidence({ hosts })).reasons;
    expect(others).toEqual([]);
    expect(reason).toMatchObject({ code: 'foreign-load', verdict: 'invalid' });
    expect(reason?.text).toMatch(/^there: Programs that are not ours used 30 % of all cores/);
    const unobserved = host({ name: 'there', cores: 1, samples: [], unobserved: 'it is far' });
    const busy = nodes().map((one) => ({ ...one, host: one.nodeIndex % 2 }));
    const cpu = busy.map((one) => ({ ...one, results: results({}, { cpuMicros: 9.9e6 }) }));
    const codes = said(evidence({ hosts: [host({ name: 'here' }), unobserved], nodes: cpu }));
    // Two of the nodes fill the core of their host; the other two are seen to have room.
    expect(codes).toEqual(['host-limited suspect', 'host-unobserved suspect']);
  });

  it('names gaps in the host samples, but not a single missing one', () => {
    const without = (count: number) =>
      evidence({ host: host({ samples: hostSamples().slice(count) }) });
    expect(said(without(1))).toEqual([]);
    expect(said(without(2))).toEqual(['host-sample-gaps suspect']);
    expect(said(without(5))).toEqual(['host-sample-gaps invalid']);
  });

  it('does not take long sampling periods for gaps', () => {
    const samples = [4, 8, 12, 16, 20].map((second) => hostSample(second, { periodMs: 4000 }));
    expect(said(evidence({ host: host({ samples }) }))).toEqual([]);
  });
});

describe('judgeRepetition on a saturated host', () => {
  it.each<[string, Partial<HostSampleRecord>, string[]]>([
    ['81 % of the cores used by us', { cpuOwnRatio: 0.81 }, ['host-limited suspect']],
    ['80 % of the cores used by us', { cpuOwnRatio: 0.8 }, []],
    ['CPU pressure of 26 %', { psiCpuSomeRatio: 0.26 }, ['host-limited suspect']],
    ['disk pressure of 11 %', { psiIoFullRatio: 0.11 }, ['host-limited suspect']],
    [
      'CPU pressure under foreign load',
      { psiCpuSomeRatio: 0.5, cpuForeignRatio: 0.12 },
      ['foreign-load suspect'],
    ],
  ])('judges %s', (_what, rest, expected) => {
    expect(said(withHost(rest))).toEqual(expected);
  });

  it('judges the most throttled node', () => {
    const throttled = results({}, { cpuPeriodsThrottled: 11 });
    const [reason] = judgeRepetition(evidence({ nodes: nodes({ results: throttled }) })).reasons;
    expect(reason).toMatchObject({ code: 'host-limited', value: 0.055, limit: 0.05 });
    expect(reason?.text).toContain('Node 2');
  });

  it('does not know throttling outside limited containers', () => {
    const unlimited = results({}, { cpuPeriods: null, cpuPeriodsThrottled: null });
    expect(said(evidence({ nodes: nodes({ results: unlimited }) }))).toEqual([]);
  });

  it('takes the CPU time of the nodes where the host is not observed', () => {
    const busy = results({}, { cpuMicros: 17e6 });
    const judged = evidence({
      nodes: [0, 1, 2, 3].map((index) => node(index, { results: busy })),
      host: host({ samples: [], unobserved: 'remote' }),
    });
    // 4 x 17 s of 80 core seconds.
    expect(said(judged)).toEqual(['host-limited suspect', 'host-unobserved suspect']);
  });

  it('keeps lateness that comes of saturation as suspect', () => {
    const late = nodes({ sendLagMsP99: 300, results: results({}, { eventLoopDelayMsP99: 250 }) });
    expect(said(evidence({ nodes: late }))).toEqual([
      'generator-late invalid',
      'node-loop-delay invalid',
    ]);
    const saturated = evidence({
      nodes: late,
      host: host({ samples: hostSamples({ cpuOwnRatio: 0.97 }) }),
    });
    expect(said(saturated)).toEqual([
      'host-limited suspect',
      'generator-late suspect',
      'node-loop-delay suspect',
    ]);
    expect(judgeRepetition(saturated).reasons[1]?.text).toBe(
      'Node 2 sent its transactions up to 300 ms (p99) after they were due (limit 100 ms). ' +
        'Kept, because the host was saturated by the network itself.',
    );
  });
});

describe('judgeRepetition on the load', () => {
  it.each([
    [5, []],
    [5.1, ['generator-late suspect']],
    [101, ['generator-late invalid']],
  ])('judges a send lag of %p ms', (sendLagMsP99, expected) => {
    expect(said(evidence({ nodes: nodes({ sendLagMsP99 }) }))).toEqual(expected);
  });

  it.each([
    [340, 17, []],
    [340, 35, ['generator-late suspect']],
    [340, 101, ['generator-late invalid']],
    [5000, 101, ['generator-late invalid']],
    [10, 5.1, ['generator-late suspect']],
    [10, 101, ['generator-late invalid']],
  ])('against a latency of %p ms judges a send lag of %p ms', (latencyMsP50, late, expected) => {
    const judged = evidence({ latencyMsP50, nodes: nodes({ sendLagMsP99: late }) });
    expect(said(judged)).toEqual(expected);
  });

  it('holds the event loop against the latency as well, and says the limit that held', () => {
    const slow = (eventLoopDelayMsP99: number) =>
      evidence({
        latencyMsP50: 340,
        nodes: nodes({ results: results({}, { eventLoopDelayMsP99 }) }),
      });
    expect(said(slow(33))).toEqual([]);
    expect(judgeRepetition(slow(35)).reasons[0]?.text).toContain('(limit 34 ms)');
  });

  it.each([
    [20, []],
    [21, ['node-loop-delay suspect']],
    [101, ['node-loop-delay invalid']],
  ])('judges an event-loop delay of %p ms', (eventLoopDelayMsP99, expected) => {
    const slow = results({}, { eventLoopDelayMsP99 });
    expect(said(evidence({ nodes: nodes({ results: slow }) }))).toEqual(expected);
  });

  it('is invalid if less than 99 % of what was due was sent', () => {
    expect(said(evidence({ nodes: nodes({ sentOfWindow: 4800 }) }))).toEqual([]);
    expect(said(evidence({ nodes: nodes({ sentOfWindow: 4799 }) }))).toEqual([
      'schedule-not-kept invalid',
    ]);
  });

  it('is invalid if a node had far less due than its share, chance allowed for', () => {
    const due = (count: number) => {
      const less = { scheduledInWindow: count, committedOfWindow: count };
      return evidence({ nodes: nodes({ results: results(less), sentOfWindow: count }) });
    };
    // 20,000 expected; 1 % and four times the square root are 200 + 566.
    expect(said(due(4300))).toEqual([]);
    expect(said(due(4200))).toEqual(['schedule-not-kept invalid']);
  });

  it('does not fault a short Poisson window for chance', () => {
    const short = { startUnixMs: START, endUnixMs: START + 2000 };
    const few = results({
      window: short,
      scheduledInWindow: 4,
      committedOfWindow: 4,
      committedInWindow: 4,
    });
    const judged = evidence({
      window: short,
      rateTxPerSec: 10,
      nodes: [0, 1, 2, 3].map((index) => node(index, { results: few, sentOfWindow: 4 })),
      host: host({ samples: hostSamples().slice(0, 2) }),
    });
    expect(said(judged)).toEqual([]);
  });

  it('is suspect if more than 1 % was rejected', () => {
    const share = (rejectedOfWindow: number) => {
      const rest = { rejectedOfWindow, committedOfWindow: 5000 - rejectedOfWindow };
      return evidence({ nodes: nodes({ results: results(rest) }) });
    };
    expect(said(share(200))).toEqual([]);
    expect(said(share(201))).toEqual(['transactions-rejected suspect']);
  });

  it('counts what is neither committed nor rejected as unfinished', () => {
    const left = (count: number) =>
      evidence({ nodes: nodes({ results: results({ committedOfWindow: 5000 - count }) }) });
    expect(said(left(20))).toEqual([]);
    expect(said(left(21))).toEqual(['transactions-unfinished suspect']);
    const most = results({ committedOfWindow: 2400 });
    const all = evidence({ nodes: [0, 1, 2, 3].map((index) => node(index, { results: most })) });
    expect(said(all)).toEqual(['transactions-unfinished invalid']);
  });

  it('is invalid without progress', () => {
    const halted = results({ committedOfWindow: 0, committedInWindow: 0 }, { blocksCommitted: 0 });
    const all = evidence({ nodes: [0, 1, 2, 3].map((index) => node(index, { results: halted })) });
    expect(said(all)).toEqual(['no-progress invalid', 'transactions-unfinished invalid']);
  });

  it('takes what the warm-up left for no progress, and names the cut that took the quorum', () => {
    const committed = [3, 1, ...new Array<number>(18).fill(0)];
    const series = { periodMs: 1000, scheduled: [], committed };
    const rest = { committedOfWindow: 1, committedInWindow: 4, series };
    const halted = results(rest, { blocksCommitted: 0 });
    const all = (network: RepetitionEvidence['network']) =>
      judgeRepetition(
        evidence({ nodes: [0, 1, 2, 3].map((index) => node(index, { results: halted })), network }),
      ).reasons[0];
    expect(all(quietNetwork)).toMatchObject({
      code: 'no-progress',
      text: 'Only 4 of 20000 transactions due in the window were committed, and nothing after its first 2 s.',
    });
    const loss = { fromMs: 0, toMs: null, text: 'partition: a | b', sides: [2, 2] };
    const quorumLosses = [{ ...loss, quorum: 3, nodeCount: 4 }];
    expect(all({ ...quietNetwork, quorumLosses })).toMatchObject({
      code: 'no-progress',
      verdict: 'invalid',
      text: 'No side had a quorum after "partition: a | b" (3 of 4 nodes are a quorum, the sides have 2 and 2): only 4 of 20000 transactions due in the window were committed, and nothing after its first 2 s.',
    });
  });

  it('sees progress where a cut was healed in time', () => {
    const committed = [...new Array<number>(12).fill(0), ...new Array<number>(8).fill(600)];
    const series = { periodMs: 1000, scheduled: [], committed };
    const healed = results({ committedInWindow: 4800, series });
    const all = evidence({ nodes: [0, 1, 2, 3].map((index) => node(index, { results: healed })) });
    expect(said(all)).toEqual([]);
  });
});

describe('judgeRepetition on nodes', () => {
  it('names nodes that died, were killed for memory, or began anew', () => {
    const exits = [
      node(0),
      node(1, { exit: { code: 3, oomKilled: false } }),
      node(2, { exit: { code: 137, oomKilled: true } }),
      node(3),
    ];
    const at = new Date(START);
    const resets = [
      { nodeIndex: 3, at },
      { nodeIndex: 3, at },
    ];
    expect(said(evidence({ nodes: exits, scrapes: { ...scrapes, resets } }))).toEqual([
      'node-died invalid',
      'node-out-of-memory invalid',
      'node-restarted invalid',
    ]);
  });

  it('is invalid if results are missing, and does not fault the others for the share', () => {
    const silent = nodes({ results: null, sendLagMsP99: null, sentOfWindow: null });
    expect(said(evidence({ nodes: silent }))).toEqual(['results-missing invalid']);
  });

  it('says why results are missing, and tells an unusable answer from none', () => {
    const without = (kind: 'missing' | 'unusable', text: string) =>
      judgeRepetition(evidence({ nodes: nodes({ results: null, refused: { kind, text } }) }))
        .reasons[0];
    expect(without('missing', 'n2 refused: NO_RESULTS.')?.text).toBe(
      'No results were handed over by node 2: n2 refused: NO_RESULTS.',
    );
    expect(without('unusable', 'n2 answered: /committedInWindow is -3.')).toMatchObject({
      code: 'results-unusable',
      verdict: 'invalid',
      text: 'What nodes handed over cannot be used: n2 answered: /committedInWindow is -3.',
    });
  });

  it('holds numbers that must agree against each other', () => {
    const off = (ratio: number) =>
      said(evidence({ nodes: nodes({ disagreements: [{ text: '/a is 1, /b is 2', ratio }] }) }));
    expect(off(0.01)).toEqual(['replies-disagree suspect']);
    expect(off(0.011)).toEqual(['replies-disagree invalid']);
    const loadStatus = {
      state: 'done' as const,
      scheduled: 1000,
      committed: 900,
      rejected: 0,
      pending: 0,
    };
    const [reason] = judgeRepetition(evidence({ nodes: nodes({ loadStatus }) })).reasons;
    expect(reason).toMatchObject({ code: 'replies-disagree', verdict: 'invalid', value: 0.1 });
    expect(reason?.text).toContain('in GET /v1/load of node 2 /committed, /rejected and /pending');
  });

  it('is suspect if a node stood still while others went on', () => {
    const still = results({}, { blocksCommitted: 0 });
    expect(said(evidence({ nodes: nodes({ results: still }) }))).toEqual(['node-stalled suspect']);
  });

  it('judges timeouts and dropped messages over all nodes', () => {
    const worse = (counters: Partial<NodeResults['counters']>) =>
      said(evidence({ nodes: nodes({ results: results({}, counters) }) }));
    expect(worse({ roundsTimedOut: 100 })).toEqual([]);
    expect(worse({ roundsTimedOut: 101 })).toEqual(['rounds-timed-out suspect']);
    expect(worse({ messagesDropped: 40 })).toEqual([]);
    expect(worse({ messagesDropped: 41 })).toEqual(['messages-dropped suspect']);
  });

  it('judges a window that lies off the planned one', () => {
    const off = (ms: number) => {
      const moved = { startUnixMs: window.startUnixMs + ms, endUnixMs: window.endUnixMs };
      return said(evidence({ nodes: nodes({ results: results({ window: moved }) }) }));
    };
    expect(off(1000)).toEqual([]);
    expect(off(1100)).toEqual(['window-shifted suspect']);
    expect(off(-4100)).toEqual(['window-shifted invalid']);
  });
});

describe('judgeRepetition on observation', () => {
  const gaps = (answered: (second: number) => number) =>
    said(evidence({ scrapes: { ...scrapes, rounds: rounds(answered) } }));

  it('judges gaps in the scrapes of the window', () => {
    expect(gaps((second) => (second < 4 ? 3 : 4))).toEqual([]);
    expect(gaps((second) => (second < 5 ? 3 : 4))).toEqual(['scrape-gaps suspect']);
    expect(gaps((second) => (second < 5 ? 0 : 4))).toEqual(['scrape-gaps invalid']);
  });

  it('does not fault a short window for one missed scrape', () => {
    const few = rounds(() => 4).slice(0, 2);
    const one = [
      { ...few[0], at: new Date(START), due: 4, answered: 3, missed: [3] },
      ...few.slice(1),
    ];
    expect(said(evidence({ scrapes: { ...scrapes, rounds: one } }))).toEqual([]);
  });

  const missedBy = (lastError: string) => ({
    ...scrapes,
    rounds: rounds(() => 3),
    missed: [{ nodeIndex: 3, count: 20, lastError }],
  });

  it('names the node whose page is missing, and why', () => {
    const [reason] = judgeRepetition(
      evidence({ scrapes: missedBy('page larger than 4 MiB') }),
    ).reasons;
    expect(reason).toMatchObject({ code: 'scrape-gaps', verdict: 'invalid', value: 0.25 });
    expect(reason?.text).toContain('in time: node 3, 20 times (page larger than 4 MiB)');
  });

  it('tells of one dead page among twenty', () => {
    const many = rounds(() => 4).map((round) => ({ ...round, due: 20, answered: 19, missed: [7] }));
    const missed = [{ nodeIndex: 7, count: 20, lastError: 'no whole answer in 1000 ms' }];
    const [reason] = judgeRepetition(
      evidence({ scrapes: { ...scrapes, rounds: many, missed } }),
    ).reasons;
    expect(reason).toMatchObject({ code: 'scrape-gaps', verdict: 'suspect', value: 1 });
    expect(reason?.text).toContain('20 of 20 scrapes of node 7');
    expect(reason?.text).toContain('no whole answer in 1000 ms');
  });

  it('names the metrics of samples that were not kept', () => {
    const dropped = [
      { metric: 'consensus_round', count: 5 },
      { metric: 'network_bytes_sent_total', count: 7 },
    ];
    const [reason] = judgeRepetition(evidence({ scrapes: { ...scrapes, dropped } })).reasons;
    expect(reason?.code).toBe('samples-dropped');
    expect(reason?.text).toContain('of network_bytes_sent_total (7), consensus_round (5)');
  });

  it('tells what of a page could not be used', () => {
    const malformed = [{ nodeIndex: 2, count: 20, first: 'consensus_round is -3' }];
    const [reason] = judgeRepetition(evidence({ scrapes: { ...scrapes, malformed } })).reasons;
    expect(reason?.code).toBe('metrics-malformed');
    expect(reason?.text).toMatch(/^Of the metrics of node 2, 20 lines .* consensus_round is -3\.$/);
  });

  it.each([
    [70, []],
    [71, ['clock-step invalid']],
    [-71, ['clock-step invalid']],
  ])('judges clocks %p ms apart after 20 s', (apartMs, expected) => {
    const clocks = { wallMs: 20_000 + apartMs, monotonicMs: 20_000 };
    expect(said(evidence({ clocks }))).toEqual(expected);
  });

  it.each([
    [0, 0.9, []],
    [2, 7, ['nodes-unwatched suspect']],
    [-10, 0.5, []],
    [18, 90, ['nodes-unwatched suspect']],
  ])(
    'judges a daemon that was away from %p s to %p s of the window',
    (fromSec, toSec, expected) => {
      const at = (sec: number): Date => new Date(START + sec * 1_000);
      const unwatched = [{ from: at(fromSec), to: at(toSec), why: 'No Docker daemon answers.' }];
      expect(said(evidence({ unwatched }))).toEqual(expected);
    },
  );

  it('names limits that were not enforced', () => {
    const judged = evidence({ limitsNotEnforced: ['a limit of 0.5 cores', 'Of memory too.'] });
    const [reason] = judgeRepetition(judged).reasons;
    expect(reason).toMatchObject({ code: 'limits-not-enforced', verdict: 'suspect' });
    expect(reason?.text).toBe(
      'Not everything asked for could be enforced: a limit of 0.5 cores; Of memory too.',
    );
  });
});

describe('judgeRepetition on agreement', () => {
  const violation = {
    height: 7,
    groups: [
      { digestHex: 'aa', nodes: [0, 1] },
      { digestHex: 'bb', nodes: [2] },
    ],
  };

  it('is invalid where logs differ, and says so before anything else', () => {
    const judged = judgeRepetition(
      evidence({
        logs: { violation, comparedHeight: 9, notCompared: [] },
        host: host({ canaryRatio: 2 }),
      }),
    );
    expect(judged.verdict).toBe('invalid');
    expect(judged.reasons[0]).toMatchObject({
      code: 'safety-violation',
      text: 'The committed logs differ at height 7: nodes 0 and 1 against node 2.',
    });
  });

  it('is invalid where a node itself reports a violation', () => {
    expect(said(evidence({ scrapes: { ...scrapes, safetyViolationsReported: 1 } }))).toEqual([
      'safety-violation invalid',
    ]);
  });

  it('is suspect where agreement was not checked, but not for a node without a log', () => {
    const notCompared = (kind: 'empty' | 'no-common-height') =>
      evidence({
        logs: {
          violation: null,
          comparedHeight: 9,
          notCompared: [{ nodeIndex: 3, kind, reason: 'x' }],
        },
      });
    expect(said(notCompared('no-common-height'))).toEqual(['safety-unverified suspect']);
    expect(said(notCompared('empty'))).toEqual([]);
  });
});

describe('judgeRepetition on a repetition that failed', () => {
  const failure = { code: 'NODES_NOT_READY', message: 'Only 3 of 4 nodes were ready.' };

  it('is invalid with the failure as its reason, and judges nothing of a window', () => {
    const [reason, ...others] = judgeRepetition(
      evidence({ failure, window: null, host: host({ samples: [], canaryRatio: 3 }) }),
    ).reasons;
    expect(reason?.code).toBe('repetition-failed');
    expect(reason?.text).toBe(
      'The repetition failed with NODES_NOT_READY: Only 3 of 4 nodes were ready.',
    );
    expect(others).toEqual([]);
  });

  it('still says that logs differ and which node died', () => {
    const judged = evidence({
      failure,
      nodes: nodes({ results: null, exit: { code: 1, oomKilled: false } }),
      logs: {
        violation: { height: 1, groups: [] },
        comparedHeight: 1,
        notCompared: [],
      },
    });
    expect(said(judged)).toEqual([
      'safety-violation invalid',
      'repetition-failed invalid',
      'node-died invalid',
    ]);
  });

  it('is invalid if the window never began', () => {
    expect(said(evidence({ window: null }))).toEqual(['repetition-failed invalid']);
  });
});

describe('verdictLimits', () => {
  it('has the suspect limit of each on the milder side of the invalid one', () => {
    for (const { bad, suspect, invalid } of Object.values(verdictLimits)) {
      if (suspect === null || invalid === null) continue;
      expect(bad === 'above' ? suspect < invalid : suspect > invalid).toBe(true);
    }
  });
});

describe('judgeRepetition where node 2 is Byzantine', () => {
  const member = { behaviours: [], events: [1], misbehaviours: null, differsAtHeight: null };
  const members = [{ nodeIndex: 2, ...member }];
  const byzantine = { members, evidence: [], faultyMax: 1 };

  const none = { messagesRelayed: 0, bytesRelayed: 0, hopsTravelled: 0, duplicates: 0 };
  const forgedOverlay = { ...none, messagesDelivered: 9, forged: 9, unroutable: 0 };
  const elsewhere = { startUnixMs: START - LENGTH, endUnixMs: START };
  it.each<[string, Partial<NodeEvidence>]>([
    ['sent late', { sendLagMsP99: 9_000 }],
    ['was late itself', { results: results({}, { eventLoopDelayMsP99: 9_000 }) }],
    ['measured at another time', { results: results({ window: elsewhere }) }],
    ['has no results', { results: null }],
    ['says what cannot be', { impossible: ['no number'] }],
    ['disagrees with itself', { disagreements: [{ text: 'two sums differ', ratio: 1 }] }],
    ['was forged to', { results: results({}, { overlay: forgedOverlay }) }],
  ])('lets it not decide by its own word that it %s', (_, rest) => {
    expect(judgeRepetition(evidence({ nodes: nodes(rest) })).verdict).not.toBe('valid');
    expect(said(evidence({ nodes: nodes(rest), byzantine }))).toEqual([]);
  });

  it('does not take its word for a view change that was expected', () => {
    const timeline = { planned: [], records: [], expected: ['view-change' as const], catchUps: 0 };
    const claims = nodes({ results: results({}, { roundsTimedOut: 3 }) });
    expect(said(evidence({ nodes: claims, timeline }))).toEqual([]);
    expect(said(evidence({ nodes: claims, timeline, byzantine }))).toEqual([
      'expectation-missed invalid',
    ]);
  });

  it('is told all the same that it died', () => {
    const dead = nodes({ exit: { code: 1, oomKilled: false } });
    expect(said(evidence({ nodes: dead, byzantine }))).toEqual(['node-died invalid']);
  });
});
