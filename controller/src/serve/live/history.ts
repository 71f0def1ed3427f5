import type { History, LivePoint } from '../api/live.ts';

/** The points of one repetition in columns; where there are too many, every second one goes. Pure. */
export interface HistoryLog {
  add(point: LivePoint): void;
  columns(): History;
}

const POINTS_MAX = 3_600;

export function createHistory(pointsMax = POINTS_MAX): HistoryLog {
  let points: LivePoint[] = [];
  return {
    add(point) {
      points.push(point);
      // The last point stays: it is the one that is now.
      if (points.length > pointsMax) {
        points = points.filter((_, at) => (points.length - 1 - at) % 2 === 0);
      }
    },
    columns: () => ({
      t: points.map(({ t }) => t),
      txPerSec: points.map(({ txPerSec }) => txPerSec),
      offeredTxPerSec: points.map(({ offeredTxPerSec }) => offeredTxPerSec),
      latencyP50Ms: points.map(({ latencyP50Ms }) => latencyP50Ms),
      latencyP99Ms: points.map(({ latencyP99Ms }) => latencyP99Ms),
      height: points.map(({ height }) => height),
      nodesAnswering: points.map(({ nodesAnswering }) => nodesAnswering),
      timeouts: points.map(({ timeouts }) => timeouts),
    }),
  };
}
