/** What the network's own events contradict between them. Pure. */
import { formatDuration } from '../lib/units.ts';
import type { ChangeSpec, NetworkSpec } from '../model/network-spec.ts';
import { isNodeEvent } from '../model/timeline-spec.ts';
import type { Complain } from './conflict.ts';
import type { Path } from './path.ts';
import type { PlacedEvent, TimelineGround } from './placed-event.ts';

/** @param ordered by time */
export function checkNetworkOrder(
  ordered: readonly PlacedEvent[],
  { network, measureMs }: Pick<TimelineGround, 'network' | 'measureMs'>,
  complain: Complain,
): void {
  const changes = ordered.flatMap(({ path, spec }): PlacedChange[] =>
    isNodeEvent(spec) ? [] : [{ path, spec }],
  );
  checkOrder(changes, measureMs, complain);
  checkAmount(changes, network, complain);
}

interface PlacedChange {
  readonly path: Path;
  readonly spec: ChangeSpec;
}

/** Every cut and every return is a state of its own, which the plan holds whole. */
const statesMax = 400;
const linksMax = 40_000;

function checkAmount(
  ordered: readonly PlacedChange[],
  { regions, groups }: NetworkSpec,
  complain: Complain,
): void {
  const states = ordered.reduce((sum, { spec: { action, forMs } }) => {
    if (action.kind === 'flap') return sum + 2 * Math.ceil(action.forMs / action.everyMs);
    return sum + (forMs === undefined ? 1 : 2);
  }, 0);
  const parts = regions.length + groups.length;
  const most = Math.min(statesMax, Math.floor(linksMax / (parts * parts)));
  if (states <= most) return;
  complain({
    path: ['timeline'],
    aim: 'key',
    message: `the network of ${parts} regions and groups would change ${states} times`,
    expected: `at most ${most} changes of such a network; each cut and each return of a flap is one`,
  });
}

/** Heals need something to heal, and what has an end of its own must be over by then. */
function checkOrder(ordered: readonly PlacedChange[], measureMs: number, complain: Complain): void {
  let isDisturbed = false;
  let busy: Busy = { untilMs: 0, isFlap: false };
  for (const { path, spec } of ordered) {
    const { atMs, forMs, action } = spec;
    if (action.kind === 'heal') {
      checkHeal({ path, atMs, isDisturbed, busy }, complain);
      isDisturbed = false;
      continue;
    }
    const lengthMs = action.kind === 'flap' ? action.forMs : forMs;
    if (lengthMs === undefined) {
      isDisturbed = true;
      continue;
    }
    const endMs = atMs + lengthMs;
    if (endMs > busy.untilMs) busy = { untilMs: endMs, isFlap: action.kind === 'flap' };
    if (action.kind !== 'flap' || endMs <= measureMs) continue;
    complain({
      path: [...path, 'flap', 'for'],
      message: `the flap ends ${formatDuration(endMs)} after the start of the measured window, which is over by then`,
      expected: `an end before phases.measure (${formatDuration(measureMs)})`,
    });
  }
}

/** Until when something goes on that ends by itself. */
interface Busy {
  readonly untilMs: number;
  readonly isFlap: boolean;
}

function checkHeal(
  {
    path,
    atMs,
    isDisturbed,
    busy,
  }: {
    readonly path: Path;
    readonly atMs: number;
    readonly isDisturbed: boolean;
    readonly busy: Busy;
  },
  complain: Complain,
): void {
  if (atMs < busy.untilMs) {
    const until = formatDuration(busy.untilMs);
    complain({
      path: [...path, 'heal'],
      message: busy.isFlap
        ? `a link is still flapping until ${until}`
        : `an event with an end of its own holds until ${until}`,
      expected: busy.isFlap
        ? 'a heal after the end of the flap, which leaves its link whole by itself'
        : 'a heal after it, which is taken back by itself',
    });
  } else if (!isDisturbed) {
    const message = 'there is nothing to heal: the network is as it was at the start';
    complain({ path: [...path, 'heal'], message, expected: 'an earlier change' });
  }
}
