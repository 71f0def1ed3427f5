/** The live state as a hook: every message of the stream through the reducer, drawn once a frame at most. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Live, takeUpdate } from '../logic/live-state.ts';
import type { ApiProblem } from './call-api.ts';
import { followLive, type LiveMessage } from './follow-live.ts';

export interface LiveView {
  readonly live: Live | null;
  readonly connection:
    | { readonly kind: 'connecting' }
    | { readonly kind: 'open' }
    | { readonly kind: 'away'; readonly problem: ApiProblem; readonly retryAt: number | null };
}

const start: LiveView = { live: null, connection: { kind: 'connecting' } };

/** @param session another value opens the stream anew: after signing in */
export function useLive(session: number): LiveView {
  const [view, setView] = useState<LiveView>(start);
  const latest = useRef<LiveView>(start);
  useEffect(() => {
    const abort = new AbortController();
    let frame = 0;
    void followLive((message) => {
      latest.current = take(latest.current, message);
      // A page that nobody sees gets no frames: it draws the newest state when it is seen again.
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setView(latest.current);
      });
    }, abort.signal);
    return () => {
      abort.abort();
      cancelAnimationFrame(frame);
    };
  }, [session]);
  return view;
}

function take(view: LiveView, message: LiveMessage): LiveView {
  switch (message.kind) {
    case 'open':
      return { ...view, connection: { kind: 'open' } };
    case 'snapshot':
      return { live: message.snapshot, connection: { kind: 'open' } };
    case 'update':
      // Before its snapshot an update means nothing.
      return view.live === null ? view : { ...view, live: takeUpdate(view.live, message.update) };
    case 'away':
      return { ...view, connection: message };
  }
}
