/** What a step of a run is in the event log; null for what changes all the time. Pure. */
import { assertNever } from '../../lib/assert.ts';
import type { Progress } from '../../model/progress.ts';
import {
  describeChange,
  describeEnd,
  describeReasons,
  describeRepetition,
  describeRun,
  phaseWords,
} from '../../report/progress-words.ts';
import type { LogLine } from '../api/live.ts';

export function wordProgress(event: Progress): Pick<LogLine, 'kind' | 'text'> | null {
  switch (event.kind) {
    case 'run-started':
      return { kind: 'run', text: describeRun(event) };
    case 'repetition-started':
      return { kind: 'repetition', text: describeRepetition(event) };
    case 'repetition-ended':
      return {
        kind: 'repetition',
        text: [describeEnd(event), ...describeReasons(event)].join('; '),
      };
    case 'phase-started':
      return { kind: 'phase', text: phaseWords[event.phase] };
    case 'network-changed':
      return { kind: 'network', text: describeChange(event) };
    case 'node-event':
      return { kind: 'node', text: event.text };
    case 'warning':
      return { kind: 'warning', text: event.text };
    case 'stopping':
      return { kind: 'stopping', text: event.reason };
    case 'nodes-started':
    case 'nodes-ready':
    case 'network-checks':
    case 'nodes-running':
    case 'nodes-seen':
    case 'live':
      return null;
    default:
      return assertNever(event);
  }
}
