import { nameNodes } from '../model/name-nodes.ts';
import type { PlannedEvent, TimelineRecord } from '../model/timeline.ts';
import type { Expectation } from '../model/timeline-spec.ts';
import type { RepetitionEvidence } from './repetition-evidence.ts';
import type { ReasonCollector } from './verdict-reasons.ts';

/**
 * Whether what was planned was done, and bit: a green run after a fault that never happened is worse
 * than none. Pure.
 */
export function judgeTimeline(
  evidence: Pick<RepetitionEvidence, 'timeline' | 'nodes'>,
  { startUnixMs, endUnixMs }: { readonly startUnixMs: number; readonly endUnixMs: number },
  reasons: ReasonCollector,
): void {
  const { planned, records } = evidence.timeline;
  const byIndex = new Map(records.map((record) => [record.eventIndex, record]));
  for (const event of planned.filter(({ atMs }) => startUnixMs + atMs < endUnixMs)) {
    judgeEvent(event, byIndex.get(event.index), reasons);
  }
  judgeExpectations(evidence, reasons);
}

function judgeEvent(
  event: PlannedEvent,
  record: TimelineRecord | undefined,
  reasons: ReasonCollector,
): void {
  if (record === undefined) {
    reasons.give('eventNotDone', `The event "${event.text}" was not carried out.`);
    return;
  }
  const { begunAt, error, witness, nodes } = record;
  if (begunAt === null || error !== null) {
    // What the network did not do has a reason of its own, node by node; whether the rest of it bit
    // is seen all the same.
    if ('changes' in event && error !== null) {
      judgeWitness(event, witness, reasons);
      return;
    }
    const where = nodes.length === 0 ? '' : ` at ${nameNodes(nodes)}`;
    const what = begunAt === null ? 'was not done' : 'was not taken back as planned';
    const why = error === null ? '' : `: ${error.replace(/\.$/, '')}`;
    reasons.give('eventNotDone', `The event "${event.text}" ${what}${where}${why}.`);
    return;
  }
  judgeWitness(event, witness, reasons);
}

function judgeWitness(
  event: PlannedEvent,
  witness: TimelineRecord['witness'],
  reasons: ReasonCollector,
): void {
  if (witness === null) {
    const text = `The event "${event.text}" was done, and nobody could see whether it bit.`;
    reasons.give('eventWithoutTrace', text);
  } else if (!witness.isSeen) {
    const text = `The event "${event.text}" was done and left no trace: ${witness.text}.`;
    reasons.give('eventWithoutTrace', text);
  }
}

function judgeExpectations(
  { timeline: { expected, catchUps }, nodes }: Pick<RepetitionEvidence, 'timeline' | 'nodes'>,
  reasons: ReasonCollector,
): void {
  const timeouts = nodes.reduce(
    (sum, { results }) => sum + (results?.counters.roundsTimedOut ?? 0),
    0,
  );
  const missed: Readonly<Record<Expectation, string | null>> = {
    'view-change': timeouts > 0 ? null : 'no round ended by a timeout at any node',
    'catch-up': catchUps > 0 ? null : 'no node that was behind was seen to have everything again',
  };
  for (const expectation of expected) {
    const why = missed[expectation];
    if (why === null) continue;
    reasons.give('expectationMissed', `A ${expectation} was expected: ${why}.`);
  }
}
