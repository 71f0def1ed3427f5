import { readMisbehaviour } from '../faults/read-misbehaviour.ts';
import type { WatchGap } from '../judge/repetition-evidence.ts';
import { collectFromSurvivors } from '../load/collect-results.ts';
import { wordCell } from '../model/word-cell.ts';
import type { RunningNetwork } from '../runtime/runtime.ts';
import { bringUp } from './bring-up.ts';
import { loadNetwork } from './load-network.ts';
import { type NetworkUnderTest, putUnderTest, watchNetwork } from './network-under-test.ts';
import { whileObserved } from './observe-network.ts';
import { type Ended, inTurn, whole } from './phase.ts';
import type { Findings } from './repetition-outcome.ts';
import type { Turn } from './repetition-request.ts';

const LAST_COLLECTION_MS = 10_000;

/**
 * The stages of one repetition in order: deploy and shape, observe, load, drain, collect. However
 * far it comes, what the watch, the shaper and the surviving nodes know is found in the end.
 */
export async function measureNetwork(
  network: RunningNetwork,
  turn: Turn,
  before: Findings,
): Promise<Ended<Findings>> {
  turn.deps.onProgress({ kind: 'nodes-running', pages: network.clients });
  await using watched = watchNetwork(network, turn);
  const test = putUnderTest(network, watched, turn);
  const measured = await inTurn(
    bringUp(test),
    whileObserved(test, (scraper) => loadNetwork(test, scraper)),
  )(before);
  const told = await inTurn<Findings>(
    async (found) => whole(withGaps(found, watched.watch.gaps(), turn)),
    async (found) => whole(measured.failure === null ? found : await collectLast(test, found)),
    async (found) => whole({ ...found, misbehaviour: await askForMisbehaviour(test, found) }),
    async (found) => whole({ ...found, ...(await endShaping(test, found)) }),
  )(measured.found);
  return { found: told.found, failure: measured.failure ?? told.failure };
}

/** That nobody watched is told also where it was too short for a verdict, or before the window. */
function withGaps(
  found: Findings,
  gaps: readonly WatchGap[],
  { request: { cell, planned }, log }: Turn,
): Findings {
  const texts = gaps.map(({ from, to, why }) => {
    const seconds = ((to.getTime() - from.getTime()) / 1_000).toFixed(1);
    return `Nothing watched the nodes for ${seconds} s: ${why.replace(/\.$/, '')}.`;
  });
  for (const text of texts) log.note('unwatched', text);
  const where = `${wordCell(cell)}, repetition ${planned.repetition + 1}`;
  const notices = texts.map((text) => `${where}: ${text}`);
  return { ...found, unwatched: gaps, notices: [...found.notices, ...notices] };
}

/**
 * Whatever failed: what is left still knows whether the logs agree, and a fork is worse than any
 * failure. Before the nodes had been joined nobody could commit.
 */
async function collectLast(
  { network, deps: { clock, kill } }: NetworkUnderTest,
  found: Findings,
): Promise<Findings> {
  if (kill.aborted || found.deployment === null) return found;
  const signal = AbortSignal.any([kill, clock.timeoutSignal(LAST_COLLECTION_MS)]);
  const collected = await collectFromSurvivors(network.clients, found.collected, { signal });
  return { ...found, collected };
}

/** Of every repetition, also of one in which nobody was to misbehave. */
async function askForMisbehaviour(
  { network, deps: { clock, kill } }: NetworkUnderTest,
  { deployment }: Findings,
): Promise<Findings['misbehaviour']> {
  if (kill.aborted || deployment === null) return null;
  const signal = AbortSignal.any([kill, clock.timeoutSignal(LAST_COLLECTION_MS)]);
  return readMisbehaviour(network.clients, deployment.identities, { signal });
}

/** What is known of the network when nobody shapes it any more. */
async function endShaping(
  { shaping, network, watched }: NetworkUnderTest,
  { timeline }: Findings,
): Promise<Pick<Findings, 'timeline' | 'away' | 'network' | 'hostNote'>> {
  await shaping?.end();
  const all = [...timeline, ...((await shaping?.timeline()) ?? [])];
  const { isDown } = watched.events.holds;
  return {
    timeline: all.sort((a, b) => a.eventIndex - b.eventIndex),
    away: network.nodes.flatMap(({ nodeIndex }) => (isDown(nodeIndex) ? [nodeIndex] : [])),
    network: shaping?.record() ?? null,
    hostNote: shaping?.hostNote ?? null,
  };
}
