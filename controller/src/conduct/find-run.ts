import { TestbedError } from '../errors/testbed-error.ts';
import { parseRunId, type RunId } from '../model/ids.ts';
import type { Store } from '../store/store.ts';

/** How many runs are looked through for the beginning of an id. */
const searchedMax = 10_000;

/**
 * The run that a person means: an id, the beginning of exactly one, or `latest`.
 * @throws TestbedError RUN_UNKNOWN, USAGE if the beginning fits several
 */
export async function findRun(text: string, store: Pick<Store, 'listRuns'>): Promise<RunId> {
  const exact = parseRunId(text);
  if (exact !== undefined) return exact;
  const runs = await store.listRuns(text === 'latest' ? 1 : searchedMax);
  const found = runs.filter(({ id }) => text === 'latest' || id.startsWith(text));
  const [first, second] = found;
  if (first === undefined) {
    const why = runs.length === 0 ? 'no runs are stored yet' : `no stored run is called "${text}"`;
    throw new TestbedError('RUN_UNKNOWN', `There is nothing to show: ${why}.`, {
      hint:
        runs.length === 0
          ? 'Make one: testbed run topologies/quickstart.yaml'
          : 'List them: testbed runs',
    });
  }
  if (second !== undefined) {
    throw new TestbedError('USAGE', `"${text}" is the beginning of ${found.length} runs.`, {
      hint: `For example ${first.id} and ${second.id}. List them: testbed runs`,
    });
  }
  return first.id;
}
