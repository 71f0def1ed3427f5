import { downedNodes } from '../model/downed-nodes.ts';
import { nameNodes } from '../model/name-nodes.ts';
import type { EventKind, PlannedEvent, TimelineRecord } from '../model/timeline.ts';
import type { Expectation } from '../model/timeline-spec.ts';
import type { RepetitionEvidence } from './repetition-evidence.ts';
import { formatValue, type ReasonCollector } from './verdict-reasons.ts';

/**
 * Whether what was planned was done, and bit: a green run after a fault that never happened is worse
 * than none. Pure.
 * @param evidence of honest nodes
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
  judgeLateness(records, reasons);
  judgeCover(evidence, reasons);
  judgeExpectations(evidence, reasons);
}

/** Figures are of nodes that lived through the window: that there are none has to be told. */
function judgeCover(
  { timeline: { records }, nodes }: Pick<RepetitionEvidence, 'timeline' | 'nodes'>,
  reasons: ReasonCollector,
): void {
  const downed = downedNodes(records);
  if (nodes.length === 0 || nodes.some(({ nodeIndex }) => !downed.has(nodeIndex))) return;
  const all =
    nodes.length === 1 ? 'The only honest node' : `Each of the ${nodes.length} honest nodes`;
  reasons.give(
    'windowUncovered',
    `${all} was taken down by the plan at some time: nobody saw the whole window. Throughput is of what the first to be back saw, if that is half of it; there is no latency.`,
  );
}

/**
 * How long a node takes to end when it is asked to, or to be there again, is a result. The end of
 * a behaviour includes the time in which it is seen to be over.
 */
const promptBegin: ReadonlySet<EventKind> = new Set([
  'crash',
  'restart',
  'pause',
  'cpu',
  'memory',
  'clock',
  'behaviour',
]);
const promptEnd: ReadonlySet<EventKind> = new Set(['pause', 'cpu', 'memory', 'clock']);

/** Of events on nodes by the rule of those on the network, which are judged change by change. */
function judgeLateness(records: readonly TimelineRecord[], reasons: ReasonCollector): void {
  const [latest] = records
    .flatMap(({ kind, text, nodes, plannedAt, plannedEndAt, begunAt, endedAt }) => {
      const late = (at: Date | null, planned: Date | null, what: string) =>
        at === null || planned === null
          ? []
          : [{ text, nodes, what, lateMs: at.getTime() - planned.getTime() }];
      return [
        ...(promptBegin.has(kind) ? late(begunAt, plannedAt, 'took effect') : []),
        ...(promptEnd.has(kind) ? late(endedAt, plannedEndAt, 'was taken back') : []),
      ];
    })
    .sort((a, b) => b.lateMs - a.lateMs);
  if (latest === undefined) return;
  const { text, nodes, what, lateMs } = latest;
  const where = nodes.length === 0 ? '' : ` at ${nameNodes(nodes)}`;
  reasons.check(
    'changeLate',
    lateMs,
    `The event "${text}" ${what}${where} ${formatValue('ms', lateMs)} after its time`,
  );
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
    'view-change': timeouts > 0 ? null : 'no round ended by a timeout at any honest node',
    'catch-up': catchUps > 0 ? null : 'no node that was behind was seen to have everything again',
  };
  for (const expectation of expected) {
    const why = missed[expectation];
    if (why === null) continue;
    reasons.give('expectationMissed', `A ${expectation} was expected: ${why}.`);
  }
}
