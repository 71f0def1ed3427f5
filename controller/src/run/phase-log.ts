import type { Clock } from '../lib/clock.ts';
import type { EventRecord, PhaseName, PhaseRecord } from '../model/record.ts';

/** Notes what happened when, while a repetition runs. */
export interface PhaseLog {
  /** Ends the phase under way, if any, and begins this one. */
  enter(phase: PhaseName): void;
  /** Ends the phase under way. */
  leave(): void;
  note(kind: string, text: string, nodeIndex?: number): void;
  readonly phases: readonly PhaseRecord[];
  readonly events: readonly EventRecord[];
  readonly current: PhaseName | null;
}

export function createPhaseLog(clock: Clock, onPhase: (phase: PhaseName) => void): PhaseLog {
  const phases: PhaseRecord[] = [];
  const events: EventRecord[] = [];
  let open: { phase: PhaseName; startedAt: Date } | null = null;
  const leave = (): void => {
    if (open !== null) phases.push({ ...open, endedAt: clock.now() });
    open = null;
  };
  return {
    enter(phase) {
      leave();
      open = { phase, startedAt: clock.now() };
      onPhase(phase);
    },
    leave,
    note(kind, text, nodeIndex) {
      events.push({ at: clock.now(), kind, nodeIndex: nodeIndex ?? null, text });
    },
    phases,
    events,
    get current() {
      return open?.phase ?? null;
    },
  };
}
