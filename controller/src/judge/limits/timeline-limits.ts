import { reasonCodes } from '../../model/reason-kinds.ts';
import { flag, type VerdictLimit } from '../verdict-limit.ts';

/** Events of the timeline. */
export const timelineLimits = {
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
} as const satisfies Record<string, VerdictLimit>;
