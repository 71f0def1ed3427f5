import { analyseRun } from '../analyse/analyse-run.ts';
import { type CellHistory, collectHistory } from '../analyse/comparison/compare-with-history.ts';
import type { RunFinding } from '../model/finding.ts';
import type { Session } from '../model/session.ts';
import type { Store } from '../store/store.ts';
import { findRun } from './find-run.ts';

export interface HistoryRequest {
  /** Earlier sessions to look at, at most. */
  readonly limit: number;
  /** Keys that may differ. */
  readonly factors: readonly string[];
}

export interface LoadedHistory {
  readonly finding: RunFinding;
  readonly histories: readonly CellHistory[];
  /** Earlier runs of the same name, newest first. */
  readonly sessions: readonly Session[];
}

/**
 * A stored run and what was measured of the same name before it, cell by cell.
 * @param text an id, its beginning, or `latest`
 * @throws TestbedError RUN_UNKNOWN, USAGE, DATABASE_*
 */
export async function loadHistory(
  text: string,
  store: Store,
  { limit, factors }: HistoryRequest,
): Promise<LoadedHistory> {
  const stored = await store.loadRun(await findRun(text, store));
  const finding = analyseRun(stored);
  const sessions = await store.loadSessions({
    name: finding.run.name,
    before: finding.run.startedAt,
    limit,
  });
  return { finding, histories: collectHistory(finding, sessions, factors), sessions };
}
