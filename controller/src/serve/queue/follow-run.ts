/**
 * One run followed from its first step, by the command line: what lasts is kept for those who come
 * later, of what changes all the time the last.
 */
import type { Progress } from '../../model/progress.ts';
import type { Accepted, QueueEntry } from '../api/queue.ts';
import { createEventChannel, type EventChannel } from '../http/event-channel.ts';

export interface RunFollowers {
  readonly channel: EventChannel;
  placed(accepted: Accepted): void;
  progress(event: Progress): void;
  end(entry: QueueEntry): void;
}

const KEPT_MAX = 5_000;

export function createRunFollowers(epoch: string, accepted: Accepted): RunFollowers {
  let placed = accepted;
  const kept: Progress[] = [];
  let last: Progress | null = null;
  const channel = createEventChannel({
    epoch,
    ringBytesMax: 512 * 1024,
    opening: () => [
      ['entry', placed],
      ...[...kept, ...(last === null ? [] : [last])].map((event) => ['progress', event] as const),
    ],
  });
  return {
    channel,
    placed(next) {
      placed = next;
      channel.publish('entry', next);
    },
    progress(event) {
      // Figures of single nodes are for the page, which has a stream of its own.
      if (event.kind === 'nodes-seen' || event.kind === 'nodes-placed') return;
      if (isPassing(event)) last = event;
      else keep(kept, event);
      channel.publish('progress', event);
    },
    end: (entry) => channel.close('end', entry),
  };
}

/** For somebody who asks about a run that is over. */
export function createEndedChannel(epoch: string, entry: QueueEntry): EventChannel {
  return createEventChannel({ epoch, opening: () => [['end', entry]] });
}

function isPassing({ kind }: Progress): boolean {
  return (
    kind === 'live' ||
    kind === 'nodes-started' ||
    kind === 'nodes-ready' ||
    kind === 'network-checks'
  );
}

/** The first says what is run, and stays. */
function keep(kept: Progress[], event: Progress): void {
  kept.push(event);
  if (kept.length > KEPT_MAX) kept.splice(1, 1);
}
