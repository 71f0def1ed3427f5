/** What is shaded behind the charts: phases of the repetition under way, and planned events. Pure. */
import type { LivePhase, Topology } from '../../api/live.ts';

export interface Band {
  readonly kind: 'phase' | 'event';
  /** Phases that follow each other differ in shade; the measured window has one of its own. */
  readonly tone: 'plain' | 'measured' | 'event';
  readonly text: string;
  /** Unix time in ms. */
  readonly from: number;
  /** Null: it holds still. */
  readonly to: number | null;
}

/** @param position of the repetition whose history is drawn */
export function shadeChart(
  phases: readonly LivePhase[],
  topology: Topology | null,
  position: number | null,
): Band[] {
  const own = phases.filter((phase) => phase.position === (position ?? phases.at(-1)?.position));
  const bands = own.map(({ phase, startedAt, endedAt }): Band => {
    const to = endedAt === null ? null : Date.parse(endedAt);
    const tone = phase === 'measure' ? 'measured' : 'plain';
    return { kind: 'phase', tone, text: phase, from: Date.parse(startedAt), to };
  });
  const window = bands.findLast(({ tone }) => tone === 'measured');
  if (window === undefined || topology === null) return bands;
  const events = topology.events.map(({ atMs, endMs, text }): Band => {
    const to = endMs === null ? window.to : window.from + endMs;
    return { kind: 'event', tone: 'event', text, from: window.from + atMs, to };
  });
  return [...bands, ...events];
}
