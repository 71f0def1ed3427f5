/** A stored run of a server, as if it were stored here. */
import { z } from 'zod';
import { findRun } from '../../conduct/find-run.ts';
import type { RunFinding } from '../../model/finding.ts';
import type { RunId } from '../../model/ids.ts';
import type { RunListing } from '../../model/record.ts';
import { type RunEntry, runList } from '../../serve/api/runs.ts';
import type { ServerClient } from './server-client.ts';

export interface RemoteResult {
  /** As `report --json` prints it. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly finding: RunFinding;
}

const listedMax = 500;

/** @param text an id, its beginning, or `latest` */
export async function findRemoteRun(text: string, client: ServerClient): Promise<RunId> {
  return findRun(text, { listRuns: (limit) => listRemoteRuns(limit, client) });
}

export async function listRemoteRuns(limit: number, client: ServerClient): Promise<RunListing[]> {
  const path = `/api/v1/runs?limit=${Math.min(limit, listedMax)}`;
  const { runs } = await client.get(path, runList);
  return runs.map(listingOf);
}

function listingOf({ verdicts, startedAt, endedAt, ...run }: RunEntry): RunListing {
  return {
    ...run,
    id: run.id as RunId, // checked by its schema
    startedAt: new Date(startedAt),
    endedAt: endedAt === null ? null : new Date(endedAt),
    repetitionsValid: verdicts.valid,
  };
}

export async function loadRemoteResult(id: string, client: ServerClient): Promise<RemoteResult> {
  const document = await client.get(`/api/v1/runs/${id}`, z.looseObject({}));
  const revived = JSON.parse(JSON.stringify(document), reviveTime);
  const { run, headline, cells, warnings } = revived;
  return { document, finding: { run, headline, cells, warnings } };
}

/** Times are ISO 8601 and are called so. */
function reviveTime(key: string, value: unknown): unknown {
  const isTime = (key === 'at' || key.endsWith('At')) && typeof value === 'string';
  return isTime ? new Date(value) : value;
}
