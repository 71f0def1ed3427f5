/**
 * What is known of the run under way, as its steps tell it: one value that snapshots are made of,
 * and what has changed since the last update. Everything in it is bounded. Pure: times are passed in.
 */
import type { Cell } from '../../model/plan.ts';
import type { MetricsSource, Progress } from '../../model/progress.ts';
import { scrapePeriodMs } from '../../observe/scrape-nodes.ts';
import type {
  History,
  LivePhase,
  LivePoint,
  LiveResult,
  LiveRun,
  LogLine,
  NodeColumns,
  Topology,
} from '../api/live.ts';
import type { EntryState } from '../api/queue.ts';
import { columnsOf, emptyColumns } from './columns-of.ts';
import { describeTopology } from './describe-topology.ts';
import { createHistory } from './history.ts';
import { closePhase, describeLive, emptyState, insideOf, push, resultOf } from './live-values.ts';
import { wordProgress } from './log-words.ts';

type Of<K extends Progress['kind']> = Extract<Progress, { kind: K }>;

export interface LiveRunState {
  /** Another run begins, or, with null, none is under way. */
  begin(run: { readonly id: string; readonly name: string } | null, at: Date): void;
  take(event: Progress, at: Date): void;
  /** A line that is of no step: what was met before there was a plan. */
  remark(text: string, at: Date): void;
  run(state: EntryState, at: Date): LiveRun | null;
  /** It has ended; what it told stays until the next begins. */
  finish(at: Date): void;
  /** Repetitions that had their turn, done again or not. */
  repetitionsEnded(): number;
  /** The repetition under way: its cell, and where its nodes answer. */
  current(): CurrentRepetition | null;
  snapshot(): LiveView;
  /** What is new since it was called last. */
  changes(): LiveChanges;
}

export interface CurrentRepetition {
  readonly cell: Cell;
  readonly repetition: number;
  /** Empty until the nodes run, and when they are removed. */
  readonly pages: readonly MetricsSource[];
  readonly nodesUp: number;
}

export interface LiveView {
  readonly topology: Topology | null;
  readonly nodes: NodeColumns | null;
  readonly phases: readonly LivePhase[];
  readonly results: readonly LiveResult[];
  readonly history: History;
  readonly log: readonly LogLine[];
}

export type LiveChanges = {
  -readonly [K in 'topology' | 'nodes' | 'phases' | 'results' | 'log']?: LiveView[K];
} & { points?: readonly LivePoint[]; isNewRepetition?: true; isNewRun?: true };

const PHASES_MAX = 400;
const RESULTS_MAX = 1_000;
const LOG_MAX = 500;

export function createLiveRun(): LiveRunState {
  let state = emptyState(null, new Date(0));
  let seq = 0;
  let fresh: LiveChanges = {};

  const say = (line: Pick<LogLine, 'kind' | 'text'>, at: Date): void => {
    const told: LogLine = { seq, at: at.toISOString(), ...line };
    seq += 1;
    push(state.log, told, LOG_MAX);
    fresh.log = [...(fresh.log ?? []), told].slice(-LOG_MAX);
  };
  const enter = (phase: LivePhase['phase'], expectedMs: number | null, at: Date): void => {
    closePhase(state, at);
    const { position } = state;
    state.phase = { phase, startedAt: at.toISOString(), expectedMs };
    state.inside = null;
    push(
      state.phases,
      { phase, position: position ?? 0, startedAt: at.toISOString(), endedAt: null },
      PHASES_MAX,
    );
    fresh.phases = [...state.phases];
  };
  const startRepetition = (event: Of<'repetition-started'>): void => {
    state.position = event.position;
    state.isUnderWay = true;
    state.repetition = event.repetition;
    state.attempt = event.attempt;
    state.cell = state.plan?.cells.find(({ id }) => id === event.cellId) ?? null;
    state.pages = [];
    state.nodesUp = 0;
    state.history = createHistory();
    const { cell } = state;
    const isOther = state.topology?.cellId !== cell?.id;
    if (isOther && cell !== null) {
      state.topology = describeTopology(cell, scrapePeriodMs(cell.nodeCount));
      fresh.topology = state.topology;
    }
    state.nodes = cell && emptyColumns(cell.nodeCount, 'planned');
    fresh.nodes = state.nodes;
    fresh.points = [];
    fresh.isNewRepetition = true;
  };
  const endRepetition = (event: Of<'repetition-ended'>, at: Date): void => {
    closePhase(state, at);
    state.phase = null;
    state.isUnderWay = false;
    state.remaining = { ms: event.remainingMs, at };
    const result = resultOf(event, state.cell);
    push(state.results, result, RESULTS_MAX);
    state.ended += event.isRepeated ? 0 : 1;
    state.pages = [];
    state.nodesUp = 0;
    fresh.results = [...(fresh.results ?? []), result];
    fresh.phases = [...state.phases];
  };
  const addPoint = (event: Of<'live'>, at: Date): void => {
    state.pending = {
      t: at.getTime(),
      txPerSec: event.txPerSec,
      offeredTxPerSec: event.offeredTxPerSec,
      latencyP50Ms: null,
      latencyP99Ms: null,
      height: event.committedHeight,
      nodesAnswering: event.nodesAnswering,
      nodesTotal: event.nodesTotal,
      timeouts: null,
    };
    state.nodesUp = event.nodesAnswering;
  };
  /** The figures of single nodes follow those of the network at once, and complete them. */
  const seeNodes = ({ nodes, gone }: Of<'nodes-seen'>): void => {
    state.nodes = columnsOf(nodes, gone);
    fresh.nodes = state.nodes;
    if (state.pending === null) return;
    const { latencyP50Ms, latencyP99Ms, timeoutsPerSec } = nodes;
    const point = { ...state.pending, latencyP50Ms, latencyP99Ms, timeouts: timeoutsPerSec };
    state.pending = null;
    state.history.add(point);
    fresh.points = [...(fresh.points ?? []), point];
  };
  const place = ({ pages }: Of<'nodes-running'>): void => {
    state.pages = pages;
    state.nodes = emptyColumns(pages.length, 'waiting');
    fresh.nodes = state.nodes;
  };
  const apply = (event: Progress, at: Date): void => {
    if (event.kind === 'run-started') {
      state.plan = event.plan;
      state.remaining = { ms: event.estimatedMs, at };
    }
    if (event.kind === 'repetition-started') startRepetition(event);
    if (event.kind === 'repetition-ended') endRepetition(event, at);
    if (event.kind === 'phase-started') enter(event.phase, event.expectedMs, at);
    if (event.kind === 'nodes-running') place(event);
    if (event.kind === 'live') addPoint(event, at);
    if (event.kind === 'nodes-seen') seeNodes(event);
    state.inside = insideOf(event) ?? state.inside;
  };
  return {
    begin(run, at) {
      state = emptyState(run, at);
      fresh = { topology: null, nodes: null, phases: [], isNewRun: true, isNewRepetition: true };
    },
    take(event, at) {
      apply(event, at);
      const words = wordProgress(event);
      if (words !== null) say(words, at);
    },
    remark: (text, at) => say({ kind: 'run', text }, at),
    finish(at) {
      closePhase(state, at);
      state.phase = null;
      state.isUnderWay = false;
      state.inside = null;
      fresh.phases = [...state.phases];
    },
    repetitionsEnded: () => state.ended,
    run: (entry, at) => describeLive(state, entry, at),
    current() {
      const { cell, repetition, pages, nodesUp, isUnderWay } = state;
      if (cell === null || repetition === null || !isUnderWay) return null;
      return { cell, repetition, pages, nodesUp };
    },
    snapshot: () => ({
      topology: state.topology,
      nodes: state.nodes,
      phases: [...state.phases],
      results: [...state.results],
      history: state.history.columns(),
      log: [...state.log],
    }),
    changes() {
      const told = fresh;
      fresh = {};
      return told;
    },
  };
}
