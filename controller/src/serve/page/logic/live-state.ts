/** What the page knows of the run under way, and how each message of the stream changes it. Pure. */
import type { History, LivePoint, LogLine, Snapshot, Update } from '../../api/live.ts';

/** As many as the server keeps; see api/live.ts. */
const pointsMax = 3_600;
const logMax = 500;
const resultsMax = 1_000;

/** The fields of a snapshot, kept up to date. */
export type Live = Snapshot;

export function takeUpdate(live: Live, update: Update): Live {
  const { isNewRun = false, isNewRepetition = false } = update;
  const before = isNewRepetition ? emptyHistory : live.history;
  return {
    status: update.status,
    queue: update.queue ?? live.queue,
    topology: update.topology === undefined ? live.topology : update.topology,
    nodes: update.nodes === undefined ? live.nodes : update.nodes,
    phases: update.phases ?? live.phases,
    results: append(isNewRun ? [] : live.results, update.results, resultsMax),
    history: isNewRepetition || update.points?.length ? addPoints(before, update.points) : before,
    log: appendLog(isNewRun ? [] : live.log, update.log),
  };
}

export const emptyHistory: History = {
  t: [],
  txPerSec: [],
  offeredTxPerSec: [],
  latencyP50Ms: [],
  latencyP99Ms: [],
  height: [],
  nodesAnswering: [],
  timeouts: [],
};

export const historyFields = Object.keys(emptyHistory) as readonly (keyof History)[];

/** Above the limit every second point of the older half goes: the shape stays, and the present is whole. */
export function addPoints(history: History, points: readonly LivePoint[] = []): History {
  const longer = mapHistory((field) => [...history[field], ...points.map((point) => point[field])]);
  if (longer.t.length <= pointsMax) return longer;
  const half = longer.t.length >> 1;
  return mapHistory((field) => longer[field].filter((_, at) => at >= half || at % 2 === 0));
}

function mapHistory(columnOf: (field: keyof History) => (number | null)[]): History {
  return Object.fromEntries(historyFields.map((field) => [field, columnOf(field)])) as History;
}

function append<T>(old: T[], added: readonly T[] | undefined, max: number): T[] {
  return added === undefined || added.length === 0 ? old : [...old, ...added].slice(-max);
}

/** A line that was sent twice, around a reconnection, is there once. */
function appendLog(old: LogLine[], added: readonly LogLine[] = []): LogLine[] {
  const last = old.at(-1)?.seq ?? -1;
  return append(
    old,
    added.filter(({ seq }) => seq > last),
    logMax,
  );
}
