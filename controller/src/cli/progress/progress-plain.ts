/** Progress as timestamped lines, for pipes and log files. */
import { assertNever } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import { formatDuration } from '../../lib/units.ts';
import type { Progress } from '../../model/progress.ts';
import {
  describeChange,
  describeChecks,
  describeEnd,
  describeLive,
  describeReady,
  describeReasons,
  describeRemaining,
  describeRepetition,
  describeRun,
  describeStarted,
  phaseWords,
} from '../../report/progress-words.ts';
import type { ProgressView } from './progress-view.ts';

/** Figures that change all the time get a line at most this often. */
const repeatMs = 5_000;

export function createPlainProgress(
  write: (line: string) => void,
  { clock }: { readonly clock: Pick<Clock, 'now' | 'monotonicMs'> },
): ProgressView {
  let lastFigureMs = Number.NEGATIVE_INFINITY;
  const isDue = (complete: boolean): boolean => {
    const now = clock.monotonicMs();
    if (!complete && now - lastFigureMs < repeatMs) return false;
    lastFigureMs = now;
    return true;
  };
  const say = (...lines: readonly string[]): void => {
    const time = clock.now().toISOString().slice(11, 19);
    for (const line of lines) write(`${time} ${line}`);
  };
  return {
    onProgress: (event) => {
      if (event.kind === 'phase-started') lastFigureMs = clock.monotonicMs();
      say(...linesOf(event, isDue));
    },
    tell: (text) => say(text),
    end: async () => {},
  };
}

function linesOf(event: Progress, isDue: (complete: boolean) => boolean): string[] {
  switch (event.kind) {
    case 'run-started':
      return [describeRun(event)];
    case 'repetition-started':
      return [describeRepetition(event)];
    case 'phase-started':
      return [`  ${phaseWords[event.phase]}${expected(event.expectedMs)}`];
    case 'nodes-started':
      return isDue(event.started === event.total) ? [`  ${describeStarted(event)}`] : [];
    case 'nodes-ready':
      return isDue(event.ready === event.total) ? [`  ${describeReady(event)}`] : [];
    case 'network-checks':
      return isDue(event.done === event.total) ? [`  ${describeChecks(event)}`] : [];
    case 'network-changed':
      return [`  ${describeChange(event)}`];
    case 'node-event':
      return [`  ${event.text}`];
    case 'live':
      return isDue(false) ? [`  ${describeLive(event)}`] : [];
    case 'nodes-running':
    case 'nodes-seen':
      return [];
    case 'repetition-ended':
      return [
        `${describeEnd(event)}; ${describeRemaining(event.remainingMs)}`,
        ...describeReasons(event).map((reason) => `  ${reason}`),
      ];
    case 'warning':
      return [`warning: ${event.text}`];
    case 'stopping':
      return [`stopping: ${event.reason}`];
    default:
      return assertNever(event);
  }
}

function expected(ms: number | null): string {
  return ms === null || ms === 0 ? '' : `, ${formatDuration(ms)}`;
}
