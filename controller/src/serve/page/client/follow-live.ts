/**
 * The live stream, kept up: after a break it comes back with Last-Event-ID, so that nothing is
 * missed. By fetch, not EventSource: that tells nobody why it was refused, and forgets where it was.
 */
import type { Snapshot, Update } from '../../api/live.ts';
import { createEventParser, type StreamMessage } from '../logic/parse-events.ts';
import { ApiError, type ApiProblem, problemOf, readProblem } from './call-api.ts';

export type LiveMessage =
  | { readonly kind: 'open' }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'update'; readonly update: Update }
  /** The stream broke; tried again at `retryAt` (Unix time in ms), null for not by itself. */
  | { readonly kind: 'away'; readonly problem: ApiProblem; readonly retryAt: number | null };

const firstWaitMs = 500;
const longestWaitMs = 5_000;
/** A heartbeat comes every 15 s; a stream that says nothing for longer is dead. */
const silenceMs = 40_000;

/** Ends with `signal`. A token that is missing or wrong ends it too: sign in, then call again. */
export async function followLive(
  onMessage: (message: LiveMessage) => void,
  signal: AbortSignal,
): Promise<void> {
  const parser = createEventParser();
  let waitMs = firstWaitMs;
  while (!signal.aborted) {
    const problem = await readStream(parser, signal, (message) => {
      waitMs = firstWaitMs;
      onMessage(message);
    });
    if (signal.aborted) return;
    const isRefused = problem.status === 401 || problem.status === 403;
    onMessage({ kind: 'away', problem, retryAt: isRefused ? null : Date.now() + waitMs });
    if (isRefused) return;
    await sleep(waitMs, signal);
    waitMs = Math.min(2 * waitMs, longestWaitMs);
  }
}

/** @returns why it ended */
async function readStream(
  parser: ReturnType<typeof createEventParser>,
  signal: AbortSignal,
  onMessage: (message: LiveMessage) => void,
): Promise<ApiProblem> {
  const watchdog = new AbortController();
  let timer = setTimeout(() => watchdog.abort(), silenceMs);
  try {
    const id = parser.lastEventId();
    const response = await fetch('/api/v1/events', {
      headers: { Accept: 'text/event-stream', ...(id === '' ? {} : { 'Last-Event-ID': id }) },
      signal: AbortSignal.any([signal, watchdog.signal]),
      cache: 'no-store',
    });
    if (!response.ok || response.body === null) throw new ApiError(await readProblem(response));
    onMessage({ kind: 'open' });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      clearTimeout(timer);
      timer = setTimeout(() => watchdog.abort(), silenceMs);
      if (done) break;
      for (const message of parser.push(value)) deliver(message, onMessage);
    }
    return {
      ...problemOf(null),
      code: 'SERVER_AWAY',
      message: 'The server ended the stream.',
      hint: null,
    };
  } catch (error) {
    const problem = problemOf(error);
    return problem.code === 'BUG'
      ? {
          ...problem,
          code: 'SERVER_AWAY',
          message: 'The server does not answer.',
          hint: 'see whether testbed serve still runs',
        }
      : problem;
  } finally {
    clearTimeout(timer);
  }
}

function deliver({ event, data }: StreamMessage, onMessage: (message: LiveMessage) => void): void {
  if (event === 'snapshot') onMessage({ kind: 'snapshot', snapshot: JSON.parse(data) as Snapshot });
  if (event === 'update') onMessage({ kind: 'update', update: JSON.parse(data) as Update });
}

function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}
