/** From when to when the events of a timeline hold which nodes. */
import type { NodeEventKind, PlannedEvent } from '../model/timeline.ts';

export interface NodeSpan {
  /** Position in the timeline. */
  readonly event: number;
  readonly text: string;
  readonly state: 'down' | Exclude<NodeEventKind, 'crash' | 'stop' | 'restart'>;
  /** After the start of the measured window; `toMs` is no part of it, Infinity: to the end. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Empty for a leader, who is not known before. */
  readonly nodes: readonly number[];
  readonly isLeader: boolean;
  /** Started again with nothing of its own: Docker makes it anew, with its first limits. */
  readonly isEmptied: boolean;
}

/** A restart takes as long as it takes: at least this. */
const RESTART_MS = 1;

/** In the order of the timeline. */
export function nodeSpans(timeline: readonly PlannedEvent[]): readonly NodeSpan[] {
  return timeline.flatMap((event): NodeSpan[] => {
    if (!('target' in event)) return [];
    const { index, text, kind, atMs, endMs, target, action } = event;
    const isDown = kind === 'crash' || kind === 'stop' || kind === 'restart';
    const toMs = kind === 'restart' ? atMs + RESTART_MS : (endMs ?? Number.POSITIVE_INFINITY);
    return [
      {
        event: index,
        text,
        state: isDown ? 'down' : kind,
        fromMs: atMs,
        toMs,
        nodes: target.kind === 'nodes' ? target.nodes : [],
        isLeader: target.kind === 'leader',
        isEmptied: 'state' in action && action.state === 'empty',
      },
    ];
  });
}
