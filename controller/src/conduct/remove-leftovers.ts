import type { Clock } from '../lib/clock.ts';
import { outerRuntimes } from '../model/runtime-traits.ts';
import { isHarmlessLeftover } from '../runtime/harmless-leftover.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Workshop } from './ports.ts';

export interface LeftoverDependencies {
  readonly workshop: Pick<Workshop, 'clean'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told what was met or removed, in a sentence. */
  readonly note: (text: string) => void;
}

/** A wait longer than this is explained. */
const quietMs = 2_000;

/**
 * What a killed controller left behind would compete with the run for the host. On the runtime
 * of this run it has to go; elsewhere it is tried.
 */
export async function removeLeftovers(runtime: Runtime, deps: LeftoverDependencies): Promise<void> {
  const { workshop, signal, note } = deps;
  const others = outerRuntimes.filter((kind) => kind !== runtime.kind);
  for (const kind of [runtime.kind, ...others]) {
    const { removed, failures, notes } = await announced(
      `Looking for what dead runs left behind (${kind}) ...`,
      deps,
      workshop.clean({ runtimes: [kind], runId: null, force: false, dryRun: false, signal }),
    );
    const failure = failures.find((error) => !isHarmlessLeftover(error));
    if (failure !== undefined && kind === runtime.kind) throw failure;
    for (const { message } of failures) note(`warning: ${message}`);
    for (const text of notes) note(text);
    const what = removed.length === 1 ? 'an object' : `${removed.length} objects`;
    if (removed.length > 0) note(`removed ${what} that dead runs had left behind`);
  }
}

/** A person is told what is waited for, but not if it is over at once. */
async function announced<T>(
  text: string,
  { clock, note }: LeftoverDependencies,
  work: Promise<T>,
): Promise<T> {
  const over = new AbortController();
  clock.sleep(quietMs, { signal: over.signal }).then(
    () => note(text),
    () => {}, // it was over in time
  );
  try {
    return await work;
  } finally {
    over.abort();
  }
}
