/** The parts of a live run that are values: empty, described, put together. Pure. */
import type { Cell, Plan } from '../../model/plan.ts';
import type { Progress } from '../../model/progress.ts';
import { wordCell } from '../../model/word-cell.ts';
import type {
  LivePhase,
  LivePoint,
  LiveResult,
  LiveRun,
  LogLine,
  NodeColumns,
  Topology,
} from '../api/live.ts';
import type { EntryState } from '../api/queue.ts';
import { createHistory, type HistoryLog } from './history.ts';

export interface LiveState {
  readonly run: { readonly id: string; readonly name: string } | null;
  readonly startedAt: Date;
  plan: Plan | null;
  cell: Cell | null;
  position: number | null;
  repetition: number | null;
  attempt: number | null;
  /** A repetition has begun and not ended. */
  isUnderWay: boolean;
  /** Repetitions that had their turn. */
  ended: number;
  phase: (Pick<LivePhase, 'phase' | 'startedAt'> & { readonly expectedMs: number | null }) | null;
  inside: LiveRun['progress'];
  /** What was left of the run at a time. */
  remaining: { readonly ms: number; readonly at: Date } | null;
  controlUrls: readonly string[];
  nodesUp: number;
  topology: Topology | null;
  nodes: NodeColumns | null;
  /** A point whose figures of single nodes are still to come. */
  pending: LivePoint | null;
  history: HistoryLog;
  readonly phases: LivePhase[];
  readonly results: LiveResult[];
  readonly log: LogLine[];
}

export function emptyState(run: LiveState['run'], startedAt: Date): LiveState {
  return {
    run,
    startedAt,
    plan: null,
    cell: null,
    position: null,
    repetition: null,
    attempt: null,
    isUnderWay: false,
    ended: 0,
    phase: null,
    inside: null,
    remaining: null,
    controlUrls: [],
    nodesUp: 0,
    topology: null,
    nodes: null,
    pending: null,
    history: createHistory(),
    phases: [],
    results: [],
    log: [],
  };
}

export function describeLive(state: LiveState, entry: EntryState, at: Date): LiveRun | null {
  const { run, plan, phase, remaining } = state;
  if (run === null) return null;
  return {
    id: run.id,
    name: run.name,
    state: entry,
    runtime: plan?.runtime ?? null,
    startedAt: state.startedAt.toISOString(),
    total: plan?.order.length ?? 0,
    position: state.position,
    repetition: state.repetition,
    attempt: state.attempt,
    phase: phase?.phase ?? null,
    phaseStartedAt: phase?.startedAt ?? null,
    phaseExpectedMs: phase?.expectedMs ?? null,
    progress: state.inside,
    remainingMs:
      remaining === null
        ? null
        : Math.max(0, remaining.ms - (at.getTime() - remaining.at.getTime())),
  };
}

export function closePhase({ phases }: LiveState, at: Date): void {
  const last = phases.at(-1);
  if (last?.endedAt === null) phases[phases.length - 1] = { ...last, endedAt: at.toISOString() };
}

/** How far a phase has come, where it counts something. */
export function insideOf(event: Progress): LiveRun['progress'] {
  switch (event.kind) {
    case 'nodes-started':
      return { what: 'nodes started', done: event.started, total: event.total };
    case 'nodes-ready':
      return { what: 'nodes ready', done: event.ready, total: event.total };
    case 'network-checks':
      return { what: 'pairs measured', done: event.done, total: event.total };
    default:
      return null;
  }
}

export function resultOf(
  event: Extract<Progress, { kind: 'repetition-ended' }>,
  cell: Cell | null,
): LiveResult {
  const { kind: _, total: __, remainingMs: ___, reasons, ...figures } = event;
  return {
    ...figures,
    title: cell === null ? event.cellId : wordCell(cell),
    reasons: reasons.map(({ text }) => text),
  };
}

/** The oldest go where there are too many. */
export function push<T>(list: T[], item: T, max: number): void {
  list.push(item);
  if (list.length > max) list.shift();
}
