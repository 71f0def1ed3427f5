/** What events of a timeline contradict between them, at every size. Pure. */
import { formatDuration } from '../lib/units.ts';
import { nameNodes } from '../model/name-nodes.ts';
import type { PlannedEvent } from '../model/timeline.ts';
import { isNodeEvent } from '../model/timeline-spec.ts';
import { assignNodes } from '../plan/assign-nodes.ts';
import { type NodeSpan, nodeSpans } from '../plan/node-spans.ts';
import { planTimeline } from '../plan/plan-timeline.ts';
import { checkNetworkOrder } from './check-network-order.ts';
import type { Complain } from './conflict.ts';
import type { PlacedEvent, TimelineGround } from './placed-event.ts';

/** @param ordered by time */
export function checkTimeline(
  ordered: readonly PlacedEvent[],
  ground: TimelineGround,
  complain: Complain,
): void {
  checkNetworkOrder(ordered, ground, complain);
  if (!ordered.some(({ spec }) => isNodeEvent(spec))) return;
  const told = new Set<PlacedEvent>();
  for (const nodeCount of new Set(ground.nodes)) {
    const assignment = assignNodes(ground.network, nodeCount);
    if (assignment.kind === 'refused') continue; // told of elsewhere
    const timeline = planTimeline(
      { ...ground, timeline: ordered.map(({ spec }) => spec) },
      assignment.neighbourhoods,
    );
    for (const { event, ...finding } of findClashes(timeline, nodeCount)) {
      const at = ordered[event];
      if (at === undefined || told.has(at)) continue;
      told.add(at);
      complain({ path: [...at.path, timeline[event]?.kind ?? 'at'], ...finding });
    }
  }
}

interface Clash {
  /** Position of the event that cannot be. */
  readonly event: number;
  readonly message: string;
  readonly expected: string;
}

function findClashes(timeline: readonly PlannedEvent[], nodeCount: number): Clash[] {
  const spans = nodeSpans(timeline);
  return [
    ...timeline.flatMap((event) => findEmpty(event, nodeCount)),
    ...spans.flatMap((span, index) =>
      spans.slice(0, index).flatMap((earlier) => clashOf(earlier, span, nodeCount)),
    ),
    ...findExtinction(spans, nodeCount),
  ];
}

function findEmpty(event: PlannedEvent, nodeCount: number): Clash[] {
  if (!('target' in event)) return [];
  const { index, target } = event;
  if (target.kind === 'leader' || target.nodes.length > 0) return [];
  const message = `with ${nodeCount} nodes there is nobody left for this: other events hold all of them`;
  return [{ event: index, message, expected: 'a target that has a node, at every size' }];
}

/** What a node cannot be asked to do while it is held by an event of another kind. */
const impossible: Readonly<Record<NodeSpan['state'], readonly NodeSpan['state'][]>> = {
  down: ['down', 'pause', 'clock', 'cpu', 'memory', 'behaviour'],
  pause: ['down', 'pause', 'clock', 'behaviour'],
  clock: ['down', 'pause', 'clock'],
  // Limits outlive the process.
  cpu: ['cpu'],
  memory: ['memory'],
  // What it was told ends with its process, and one that is frozen is not told when to stop.
  behaviour: ['down', 'pause'],
};

const words: Readonly<Record<NodeSpan['state'], string>> = {
  down: 'is down then',
  pause: 'is frozen then',
  clock: 'has its clock off then, which a new process would not',
  cpu: 'has fewer cores then',
  memory: 'has less memory then',
  behaviour: 'breaks the rules then, which a new process would not',
};

/** @param earlier in the order of the timeline */
function clashOf(earlier: NodeSpan, span: NodeSpan, nodeCount: number): Clash[] {
  if (span.fromMs >= earlier.toMs || !clashes(earlier, span)) return [];
  const both = span.nodes.filter((node) => earlier.nodes.includes(node));
  const [node] = both;
  if (node === undefined) return [];
  const until = Number.isFinite(earlier.toMs) ? `to ${formatDuration(earlier.toMs)}` : 'to the end';
  const word =
    earlier.state === 'clock' && span.state === 'clock'
      ? 'has its clock off then'
      : words[earlier.state];
  return [
    {
      event: span.event,
      message: `node ${node} of ${nodeCount} ${word}: "${earlier.text}" holds from ${formatDuration(earlier.fromMs)} ${until}`,
      expected: 'another node, or another time',
    },
  ];
}

function clashes(earlier: NodeSpan, span: NodeSpan): boolean {
  const isLimited = earlier.state === 'cpu' || earlier.state === 'memory';
  return (isLimited && span.isEmptied) || impossible[earlier.state].includes(span.state);
}

/** Someone must be left who runs; a leader that is not known yet is one more. */
function findExtinction(spans: readonly NodeSpan[], nodeCount: number): Clash[] {
  const down = spans.filter(({ state }) => state === 'down');
  const first = down.find(({ fromMs }) => {
    const held = down.filter((one) => one.fromMs <= fromMs && fromMs < one.toMs);
    const known = new Set(held.flatMap(({ nodes }) => nodes)).size;
    const leaders = held.filter(({ isLeader }) => isLeader).length;
    return known + leaders >= nodeCount;
  });
  if (first === undefined) return [];
  const all = nameNodes(Array.from({ length: nodeCount }, (_, node) => node));
  return [
    {
      event: first.event,
      message: `from ${formatDuration(first.fromMs)} on nobody is left: ${all} ${nodeCount === 1 ? 'is' : 'are'} down`,
      expected: 'a node that goes on, at every size',
    },
  ];
}
