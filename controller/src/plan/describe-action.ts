/** What an event does, for people: `partition: eu | us, asia`. */
import { formatBytes, formatDuration } from '../lib/units.ts';
import { nameNodes } from '../model/name-nodes.ts';
import type { ChangeAction, Place, ProfileSpec } from '../model/network-spec.ts';
import type { EventTarget } from '../model/timeline.ts';
import type { NodeEventSpec } from '../model/timeline-spec.ts';
import { describeBehaviours } from './describe-behaviours.ts';
import { describeProfile } from './describe-profile.ts';

export function describeAction(action: ChangeAction): string {
  switch (action.kind) {
    case 'partition': {
      const [first, ...others] = action.sides.map(describePlaces);
      const between = action.oneWay ? ' -> ' : ' | ';
      return `partition: ${first}${between}${others.join(' | ')}`;
    }
    case 'heal':
      return 'heal: as at the start';
    case 'degrade': {
      const arrow = action.oneWay ? '->' : '-';
      const link = `${describePlaces(action.from)} ${arrow} ${describePlaces(action.to)}`;
      return `degrade: ${link} ${action.mode} ${profileText(action.profile)}`;
    }
    case 'profile':
      return `profile: ${profileText(action.profile)}`;
    case 'flap':
      return `flap: ${describePlaces(action.ends)}`;
  }
}

export function describePlaces(places: readonly Place[]): string {
  return places.map((place) => (typeof place === 'number' ? `node ${place}` : place)).join(', ');
}

function profileText(profile: ProfileSpec): string {
  return profile.name ?? describeProfile(profile);
}

/** `crash: 30 % (nodes 1, 4)`, `cpu: eu to 0.2 cores`. */
export function describeNodeEvent(
  { target: asked, action }: NodeEventSpec,
  target: EventTarget,
): string {
  const drawn = target.kind === 'nodes' ? nameNodes(target.nodes) : 'the leader';
  const who =
    asked.kind === 'places'
      ? describePlaces(asked.places)
      : asked.kind === 'share'
        ? `${Number((asked.ratio * 100).toFixed(2))} % (${drawn})`
        : 'leader';
  switch (action.kind) {
    case 'crash':
    case 'stop':
    case 'restart':
      return `${action.kind}: ${who}${action.state === 'empty' ? ', with an empty state' : ''}`;
    case 'pause':
      return `pause: ${who}`;
    case 'cpu':
      return `cpu: ${who} to ${action.cpus} ${action.cpus === 1 ? 'core' : 'cores'}`;
    case 'memory':
      return `memory: ${who} to ${formatBytes(action.memoryBytes)}`;
    case 'behaviour':
      return `behaviour: ${describeBehaviours(action.behaviours)} by ${who}`;
    case 'clock': {
      const by = formatDuration(Math.abs(action.offsetMs));
      // An engine's clock never runs backwards.
      return `clock: ${who} by ${action.offsetMs < 0 ? `-${by}, standing still first` : `+${by}`}`;
    }
  }
}
