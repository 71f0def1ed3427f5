import { reasonCodes } from '../../model/reason-kinds.ts';
import { flag, type VerdictLimit } from '../verdict-limit.ts';

/** What came of it: logs, nodes and what they handed over. */
export const outcomeLimits = {
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
} as const satisfies Record<string, VerdictLimit>;
