import { type ReasonCode, reasonCodes } from '../model/reason-kinds.ts';

/**
 * Every limit a repetition is held against, in one table. docs/verdicts.md explains each code; a
 * test fails when the two differ. `B14` and `B9` name the sections of that document in which the
 * method behind a limit is described; `derived` gives the reason in a word.
 */
export interface VerdictLimit {
  /** Stable; stored with each reason. Several limits may speak for one code. */
  readonly code: ReasonCode;
  /** What is measured, as a noun phrase. */
  readonly quantity: string;
  /** yes/no: the thing itself is the reason, and there is no number. */
  readonly unit: 'ratio' | 'ms' | 'times' | 'pages' | 'yes/no';
  /** On which side of the limit it is bad. */
  readonly bad: 'above' | 'below';
  /** Null: never suspect (or, for `invalid`, never invalid) because of this. */
  readonly suspect: number | null;
  readonly invalid: number | null;
  /**
   * Share of the median latency from the actual send up to which the quantity is not suspect all
   * the same: what is lost against 340 ms is half of 10 ms.
   */
  readonly orOfLatency?: number;
  readonly source: string;
}

export const verdictLimits = {
  logsDiffer: flag(
    reasonCodes.safetyViolation,
    'two nodes committed different logs',
    'invalid',
    'B9',
  ),
  logsUnverified: flag(
    reasonCodes.safetyUnverified,
    'the log of a node could not be held against the others',
    'suspect',
    'derived: agreement that was not checked is not agreement',
  ),
  evidenceAgainstHonest: flag(
    reasonCodes.evidenceAgainstHonest,
    'evidence that was checked shows that an honest node signed two things that contradict each other',
    'invalid',
    'derived: with such a node no protocol promises agreement',
  ),
  evidenceUnproven: flag(
    reasonCodes.evidenceUnproven,
    'an honest node holds evidence that proves nothing',
    'suspect',
    'derived: it accuses somebody on no ground, or the keys are not those that were used',
  ),
  failed: flag(
    reasonCodes.repetitionFailed,
    'the repetition ended before its measured window was over',
    'invalid',
    'derived: there is no whole window to report',
  ),
  nodeDied: flag(
    reasonCodes.nodeDied,
    'a node ended while it was needed',
    'invalid',
    'derived: the network measured is not the network planned',
  ),
  nodeOutOfMemory: flag(
    reasonCodes.nodeOutOfMemory,
    'the kernel killed a node for memory',
    'invalid',
    'derived: as node-died',
  ),
  nodeRestarted: flag(
    reasonCodes.nodeRestarted,
    'a counter of a node went down',
    'invalid',
    'derived: its counters and histograms began anew inside the window',
  ),
  resultsMissing: flag(
    reasonCodes.resultsMissing,
    'a node handed over no results',
    'invalid',
    'derived: totals would lack its share',
  ),
  resultsUnusable: flag(
    reasonCodes.resultsUnusable,
    'what a node handed over is outside the contract, or cannot be',
    'invalid',
    'derived: totals and percentiles would lack its share',
  ),
  repliesDisagree: {
    code: reasonCodes.repliesDisagree,
    quantity: 'largest difference of two numbers of one node that must agree, over the larger',
    unit: 'ratio',
    bad: 'above',
    suspect: 0,
    invalid: 0.01,
    source: 'derived: one of the two is wrong, and a figure rests on one of them',
  },
  noProgress: flag(
    reasonCodes.noProgress,
    'of the transactions of the window none was committed, or most were not and nothing was in its second half',
    'invalid',
    'B9: a halted chain',
  ),
  nodeStalled: flag(
    reasonCodes.nodeStalled,
    'a node committed no block in the window while others did, and it was not cut off, down or frozen on purpose',
    'suspect',
    'derived: it took no part in what was measured',
  ),
  networkMismatch: flag(
    reasonCodes.networkMismatch,
    'a link was measured and is not as planned, twice',
    'invalid',
    'derived: the network measured is not the network planned',
  ),
  networkMismatchAllowed: flag(
    reasonCodes.networkMismatchAllowed,
    'a link is not as planned, and the run allows that',
    'suspect',
    'derived: as network-mismatch, but wanted',
  ),
  networkUnverified: flag(
    reasonCodes.networkUnverified,
    'a link that is shaped was not measured',
    'suspect',
    'derived: shaping that was not checked is not known to be right',
  ),
  networkDrift: flag(
    reasonCodes.networkDrift,
    'the shaping in force was not the one that was set up, at the end or for a time',
    'invalid',
    'derived: the network measured is not the network planned',
  ),
  queueDrops: {
    code: reasonCodes.queueDrops,
    quantity: 'packets dropped beyond the loss asked for over packets handed to the links',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.001,
    invalid: null,
    source: 'derived: full queues lost as much as a lossy link would',
  },
  networkDisturbed: {
    code: reasonCodes.networkDisturbed,
    quantity: 'part of the window in which a node was not shaped',
    unit: 'ratio',
    bad: 'above',
    suspect: 0,
    invalid: 0.02,
    source: 'derived: its traffic took another network in that time',
  },
  changeNotApplied: flag(
    reasonCodes.changeNotApplied,
    'a planned change of the network did not take effect at a node',
    'invalid',
    'derived: the network measured is not the network planned',
  ),
  topologyNotKept: flag(
    reasonCodes.topologyNotKept,
    'nodes had other connections than the topology has',
    'invalid',
    'derived: the network measured is not the network planned',
  ),
  topologyUnverified: flag(
    reasonCodes.topologyUnverified,
    'nodes of a topology that is not full did not tell their connections',
    'suspect',
    'derived: a topology that was not checked is not known to be kept',
  ),
  eventNotDone: flag(
    reasonCodes.eventNotDone,
    'a planned event was not carried out, or not taken back',
    'invalid',
    'derived: what was measured is not what was planned',
  ),
  eventWithoutTrace: flag(
    reasonCodes.eventWithoutTrace,
    'a planned event left no trace in the run',
    'invalid',
    'derived: a run after a fault that never happened says nothing about faults',
  ),
  behaviourWithoutTrace: flag(
    reasonCodes.behaviourWithoutTrace,
    'a member that was to break the rules from the start never did, or could not be asked',
    'invalid',
    'derived: a run with an adversary that never acted says nothing about adversaries',
  ),
  expectationMissed: flag(
    reasonCodes.expectationMissed,
    'what the scenario demands to have happened did not',
    'invalid',
    'derived: the scenario says so itself',
  ),
  windowUncovered: flag(
    reasonCodes.windowUncovered,
    'the plan took every node down at some time of the window',
    'suspect',
    'derived: what a node counts ends with its process, so nobody counted all of it',
  ),
  changeLate: {
    code: reasonCodes.changeLate,
    quantity: 'time from when a change or an event was planned to when the last node had it',
    unit: 'ms',
    bad: 'above',
    suspect: 500,
    invalid: null,
    source: 'derived: for that long, nodes were in different networks',
  },
  foreignLoad: {
    code: reasonCodes.foreignLoad,
    quantity: 'share of all cores used by programs that are not ours',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.1,
    invalid: 0.25,
    source: 'B14',
  },
  canary: {
    code: reasonCodes.canarySlow,
    quantity: 'p95 of the canary over the best this host has shown',
    unit: 'times',
    bad: 'above',
    suspect: 1.2,
    invalid: 1.5,
    source: 'B14',
  },
  steal: {
    code: reasonCodes.steal,
    quantity: 'share of all cores taken by the hypervisor',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.02,
    invalid: 0.05,
    source: 'B14',
  },
  memoryPressure: {
    code: reasonCodes.memoryPressure,
    quantity: 'share of time in which some task waited for memory (PSI)',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.01,
    invalid: 0.05,
    source: 'B14',
  },
  swapIn: {
    code: reasonCodes.swapIn,
    quantity: 'pages read back from swap',
    unit: 'pages',
    bad: 'above',
    suspect: null,
    invalid: 0,
    source: 'B14',
  },
  memoryLow: {
    code: reasonCodes.memoryLow,
    quantity: 'lowest available memory over all memory of the host',
    unit: 'ratio',
    bad: 'below',
    suspect: null,
    invalid: 0.05,
    source: 'B14',
  },
  ownCpu: {
    code: reasonCodes.hostLimited,
    quantity: 'share of all cores used by nodes, controller and container engine',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.8,
    invalid: null,
    source: 'B14',
  },
  cpuPressure: {
    code: reasonCodes.hostLimited,
    quantity: 'share of time in which some task waited for a core (PSI), foreign load being low',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.25,
    invalid: null,
    source: 'B14',
  },
  throttled: {
    code: reasonCodes.hostLimited,
    quantity: 'share of CPU periods in which the most throttled node hit its CPU limit',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.05,
    invalid: null,
    source: 'B14',
  },
  ioPressure: {
    code: reasonCodes.hostLimited,
    quantity: 'share of time in which all tasks waited for a disk (PSI)',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.1,
    invalid: null,
    source: 'B14',
  },
  hostUnobserved: flag(
    reasonCodes.hostUnobserved,
    'the load of the host was not observed',
    'suspect',
    'derived: contamination that was not looked for cannot be excluded',
  ),
  limitsNotEnforced: flag(
    reasonCodes.limitsNotEnforced,
    'the scenario sets limits that this runtime cannot enforce',
    'suspect',
    'derived: the nodes had more than the scenario grants',
  ),
  sendLag: {
    code: reasonCodes.generatorLate,
    quantity: 'p99 from due time to actual send, of the latest node',
    unit: 'ms',
    bad: 'above',
    suspect: 5,
    invalid: 100,
    orOfLatency: 0.1,
    source: 'B14, adapted to a generator inside the node',
  },
  loopDelay: {
    code: reasonCodes.nodeLoopDelay,
    quantity: 'p99 of the event-loop delay of the slowest node',
    unit: 'ms',
    bad: 'above',
    suspect: 20,
    invalid: 100,
    orOfLatency: 0.1,
    source: 'B14',
  },
  sent: {
    code: reasonCodes.scheduleNotKept,
    quantity: 'transactions sent over transactions due in the window',
    unit: 'ratio',
    bad: 'below',
    suspect: null,
    invalid: 0.99,
    source: 'B14',
  },
  scheduled: {
    code: reasonCodes.scheduleNotKept,
    quantity: 'transactions due in the window over rate times window, chance allowed for',
    unit: 'ratio',
    bad: 'below',
    suspect: null,
    invalid: 0.99,
    source: 'B14, adapted to short windows',
  },
  rejected: {
    code: reasonCodes.transactionsRejected,
    quantity: 'transactions rejected over transactions due in the window',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.01,
    invalid: null,
    source: 'derived: p99 covers only what was accepted',
  },
  unfinished: {
    code: reasonCodes.transactionsUnfinished,
    quantity: 'transactions neither committed nor rejected when the drain ended, over those due',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.001,
    invalid: 0.5,
    source: 'derived: the slowest are missing from the latencies, beyond half even from the median',
  },
  roundsTimedOut: {
    code: reasonCodes.roundsTimedOut,
    quantity:
      'rounds that ended by a timeout over rounds entered, no faults or changes being planned',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.05,
    invalid: null,
    source: 'derived: the pace was set by the timeout in one round of twenty',
  },
  messagesDropped: {
    code: reasonCodes.messagesDropped,
    quantity:
      'messages a node dropped over messages it sent, all together, no faults or changes being planned',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.001,
    invalid: null,
    source: 'derived: the network lost what no fault was planned to lose',
  },
  unroutable: {
    code: reasonCodes.messagesUnroutable,
    quantity:
      'messages without a path of live links over those the overlay delivered and they, no faults or changes being planned',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.001,
    invalid: null,
    source: 'derived: the network lost what no fault was planned to lose',
  },
  forged: {
    code: reasonCodes.messagesForged,
    quantity: 'messages that their origin had not signed over those the overlay delivered and they',
    unit: 'ratio',
    bad: 'above',
    suspect: 0,
    invalid: null,
    source: 'derived: a relay altered what it carried, and none was planned to',
  },
  scrapeGaps: {
    code: reasonCodes.scrapeGaps,
    quantity: 'scrapes that brought no page of metrics in time over scrapes due in the window',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.05,
    invalid: 0.2,
    source: 'B14, adapted to short windows',
  },
  scrapeGapsOfNode: {
    code: reasonCodes.scrapeGaps,
    quantity: 'the same, of the one node that was missed most',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.2,
    invalid: null,
    source: 'derived: one dead page among many nodes is few of all scrapes',
  },
  metricsMalformed: flag(
    reasonCodes.metricsMalformed,
    'lines of a metrics page could not be read, or hold what cannot be',
    'suspect',
    'derived: they are left out, so the stored series are not whole',
  ),
  samplesDropped: flag(
    reasonCodes.samplesDropped,
    'samples beyond the bound of the scraper were not kept',
    'suspect',
    'derived: the stored series are not whole',
  ),
  hostSampleGaps: {
    code: reasonCodes.hostSampleGaps,
    quantity: 'part of the window without a host sample',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.05,
    invalid: 0.2,
    source: 'B14, adapted to short windows',
  },
  controllerDelay: {
    code: reasonCodes.controllerLate,
    quantity: 'p99 of the event-loop delay of the controller',
    unit: 'ms',
    bad: 'above',
    suspect: 100,
    invalid: null,
    source: 'B14, adapted: the controller sends no load',
  },
  nodesUnwatched: {
    code: reasonCodes.nodesUnwatched,
    quantity: 'time in which nobody could be asked how the nodes were, over the window',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.05,
    invalid: null,
    source: 'derived: a node may have died and come back unseen',
  },
  clockStep: {
    code: reasonCodes.clockStep,
    quantity: 'difference of wall and monotonic clock over the window, slewing allowed for',
    unit: 'ms',
    bad: 'above',
    suspect: null,
    invalid: 50,
    source: 'B14',
  },
  windowShifted: {
    code: reasonCodes.windowShifted,
    quantity: "distance of a node's window from the planned one, over its length",
    unit: 'ratio',
    bad: 'above',
    suspect: 0.05,
    invalid: 0.2,
    source: 'B14',
  },
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

function flag(
  code: ReasonCode,
  quantity: string,
  verdict: 'suspect' | 'invalid',
  source: string,
): VerdictLimit {
  // A limit of 0 on a count: one is enough.
  const limits =
    verdict === 'suspect' ? { suspect: 0, invalid: null } : { suspect: null, invalid: 0 };
  return { code, quantity, unit: 'yes/no', bad: 'above', ...limits, source };
}
