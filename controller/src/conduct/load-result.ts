import { analyseRun } from '../analyse/analyse-run.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import type { RunFinding } from '../model/finding.ts';
import type { StoredRun } from '../model/record.ts';
import type { HtmlOptions } from '../report/render-html.ts';
import type { Store } from '../store/store.ts';
import { findRun } from './find-run.ts';
import type { Workshop } from './ports.ts';

/** Everything a report is made of. */
export interface Result {
  readonly stored: StoredRun;
  readonly finding: RunFinding;
  /** Load of the host over the run; empty where it was not observed or cannot be read. */
  readonly hostSamples: NonNullable<HtmlOptions['hostSamples']>;
}

export interface LoadDependencies {
  readonly workshop: Pick<Workshop, 'openStore'>;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
}

/**
 * Reads a stored run and analyses it anew: nothing but records is stored.
 * @param text an id, its beginning, or `latest`
 * @throws TestbedError RUN_UNKNOWN, USAGE, DATABASE_*
 */
export async function loadResult(
  text: string,
  { workshop, signal, note }: LoadDependencies,
): Promise<Result> {
  const { store } = await workshop.openStore({
    signal,
    onWarning: (warning) => note(`warning: ${warning}`),
  });
  try {
    return await resultOf(await store.loadRun(await findRun(text, store)), store, note);
  } finally {
    await store.close();
  }
}

/** A result is worth having without the chart of the host's load, so that may be missing. */
export async function resultOf(
  stored: StoredRun,
  store: Store,
  note: (text: string) => void,
): Promise<Result> {
  const finding = analyseRun(stored);
  try {
    return { stored, finding, hostSamples: await store.loadHostSamples(stored.run.id) };
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    note(`warning: the load of the host is missing from the report: ${error.message}`);
    return { stored, finding, hostSamples: [] };
  }
}
