import type { RunId } from '../model/ids.ts';

/** What a person should know of stored runs after cleaning. */
export interface Notes {
  add(text: string): void;
  /** A run whose record could not be closed, and why. */
  addUnclosed(runId: RunId, why: string): void;
  all(): readonly string[];
}

/** Says each reason once, however many runs it holds for. */
export function createNotes(): Notes {
  const texts: string[] = [];
  const unclosed = new Map<string, RunId[]>();
  return {
    add: (text) => void texts.push(text),
    addUnclosed: (runId, why) => void unclosed.set(why, [...(unclosed.get(why) ?? []), runId]),
    all: () => [
      ...texts,
      ...[...unclosed].map(([why, [first = '', ...others]]) => {
        const runs = others.length === 0 ? `Run ${first}` : `Runs ${[first, ...others].join(', ')}`;
        return `${runs} may still be stored as running; the next clean looks again. ${why}`;
      }),
    ],
  };
}
