import { analyseRun } from '../../analyse/analyse-run.ts';
import { resultOf } from '../../conduct/load-result.ts';
import { jsonResult, renderReport } from '../../conduct/write-results.ts';
import type { RunId } from '../../model/ids.ts';
import type { RunRecord } from '../../model/record.ts';
import type { RunSummary } from '../../model/run-summary.ts';
import { compareRuns } from '../../report/compare-runs.ts';
import type { RunEntry } from '../api/runs.ts';
import { reportPolicy } from '../http/answer.ts';
import type { Handlers } from '../http/call.ts';
import type { ServerParts } from '../server-parts.ts';

type RunHandlers = Pick<Handlers, 'listRuns' | 'getRun' | 'getReport' | 'compareRuns'>;

/** Stored runs: the list, one, two side by side. */
export function createRunHandlers({ store, clock, warn }: ServerParts): RunHandlers {
  // Ids are checked by the schema of the route.
  const load = async (id: string) => (await store.get()).store.loadRun(id as RunId);
  return {
    listRuns: async ({ query }) => {
      const { after, before, search, nodes, ...rest } = query;
      const found = await (await store.get()).store.searchRuns({
        ...rest,
        text: search === '' ? undefined : search,
        nodeCount: nodes,
        startedFrom: after === undefined ? undefined : new Date(after),
        startedBefore: before === undefined ? undefined : new Date(before),
      });
      return { kind: 'json', value: { runs: found.runs.map(entryOf), total: found.total } };
    },
    getRun: async ({ params }) => {
      const result = await resultOf(await load(params.run), (await store.get()).store, warn);
      return { kind: 'json', value: jsonResult(result) };
    },
    getReport: async ({ params }) => {
      const result = await resultOf(await load(params.run), (await store.get()).store, warn);
      return {
        kind: 'text',
        type: 'text/html; charset=utf-8',
        text: renderReport(result, { clock }),
        headers: { 'content-security-policy': reportPolicy },
      };
    },
    compareRuns: async ({ query }) => {
      const a = analyseRun(await load(query.a));
      const b = analyseRun(await load(query.b));
      return {
        kind: 'json',
        value: { a: nameOf(a.run), b: nameOf(b.run), ...compareRuns(a, b) },
      };
    },
  };
}

function entryOf({ repetitionsValid: _, failureMessage, ...run }: RunSummary): RunEntry {
  return {
    ...run,
    sizes: [...run.sizes],
    startedAt: run.startedAt.toISOString(),
    endedAt: run.endedAt?.toISOString() ?? null,
    failure: failureMessage,
  };
}

function nameOf({ id, name, startedAt, runtime, plan }: RunRecord) {
  return { id, name, startedAt: startedAt.toISOString(), runtime, shaper: plan.shaper };
}
