/** What one event of a timeline does to the network -> ChangeAction, and what it contradicts. Pure. */
import { formatDuration } from '../lib/units.ts';
import type { ChangeAction, ProfileSpec } from '../model/network-spec.ts';
import type { NetworkEventKind } from '../model/timeline.ts';
import { describeProfile } from '../plan/describe-profile.ts';
import { everywhere } from '../plan/network-state.ts';
import { buildDirection, idealProfile } from './build-profile.ts';
import type { Places } from './check-places.ts';
import type { Complain } from './conflict.ts';
import type { Path } from './path.ts';
import type { RawProfile } from './profile-schema.ts';
import type { RawEvent } from './timeline-schema.ts';

const flapsMax = 100;

/** @returns undefined if it cannot be built; then something was told */
export function buildNetworkAction(
  raw: RawEvent,
  kind: NetworkEventKind,
  { path, places, complain }: EventPlace,
): ChangeAction | undefined {
  checkOneWay(raw, kind, path, complain);
  const oneWay = raw['one-way'] === true;
  const inner = [...path, kind];
  const within = { path: inner, places, complain };
  if (raw.partition !== undefined) {
    const sides = raw.partition;
    const isKnown = sides.every((side, index) => places.know(side, [...inner, index]));
    if (isKnown) places.checkApart(sides, (index) => [...inner, index]);
    return isKnown ? { kind: 'partition', sides, oneWay } : undefined;
  }
  if (raw.degrade !== undefined) return buildDegrade(raw.degrade, oneWay, within);
  if (raw.profile !== undefined) {
    return { kind: 'profile', profile: buildDirection(raw.profile, idealProfile, inner, complain) };
  }
  if (raw.flap !== undefined) return buildFlap(raw.flap, oneWay, within);
  return { kind: 'heal' };
}

/** One event: where it stands, what it can name, and who hears of its flaws. */
export interface EventPlace {
  readonly path: Path;
  readonly places: Places;
  readonly complain: Complain;
}

function checkOneWay(raw: RawEvent, kind: NetworkEventKind, path: Path, complain: Complain): void {
  if (raw['one-way'] === undefined || (kind !== 'heal' && kind !== 'profile')) return;
  complain({
    path: [...path, 'one-way'],
    aim: 'key',
    message: `${kind} has no direction`,
    expected: 'one-way with partition, degrade or flap only',
  });
}

type RawDegrade = Exclude<RawEvent['degrade'], undefined>;

function buildDegrade(
  { from = everywhere, to = everywhere, with: replacement, add }: RawDegrade,
  oneWay: boolean,
  { path, places, complain }: EventPlace,
): ChangeAction | undefined {
  const ends = [
    places.knowRegion(from, [...path, 'from']) ? from : undefined,
    places.knowRegion(to, [...path, 'to']) ? to : undefined,
  ] as const;
  const mode = add === undefined ? 'with' : 'add';
  const raw: RawProfile | undefined = add ?? replacement;
  if (raw === undefined || (add !== undefined && replacement !== undefined)) {
    complain({
      path: raw === undefined ? path : [...path, 'with'],
      aim: 'key',
      message: raw === undefined ? 'nothing gets worse here' : 'add is given as well',
      expected: 'either add (on top of what the links have) or with (in its place)',
    });
    return undefined;
  }
  const profile: ProfileSpec = buildDirection(raw, idealProfile, [...path, mode], complain);
  if (mode === 'add' && describeProfile(profile) === 'ideal') {
    const message = 'this adds nothing to the links';
    complain({ path: [...path, 'add'], message, expected: 'a round trip, a loss or a rate' });
  }
  const [one, other] = ends;
  if (one === undefined || other === undefined) return undefined;
  return { kind: 'degrade', from: [one], to: [other], mode, profile, oneWay };
}

type RawFlap = Exclude<RawEvent['flap'], undefined>;

function buildFlap(
  { link, every, for: forMs }: RawFlap,
  oneWay: boolean,
  { path, places, complain }: EventPlace,
): ChangeAction | undefined {
  const [first, second] = link;
  if (first === undefined || second === undefined) return undefined;
  const isKnown = places.know(link, [...path, 'link']);
  if (isKnown) places.checkApart([[first], [second]], (index) => [...path, 'link', index]);
  if (forMs < every / 2) {
    complain({
      path: [...path, 'for'],
      message: `after ${formatDuration(forMs)} the link would not have come back once`,
      expected: `at least half of every (${formatDuration(every / 2)})`,
    });
  }
  if (forMs / every > flapsMax) {
    complain({
      path: [...path, 'every'],
      message: `the link would go ${Math.ceil(forMs / every)} times`,
      expected: `at most ${flapsMax} times`,
    });
    return undefined;
  }
  return isKnown
    ? { kind: 'flap', ends: [first, second], everyMs: every, forMs, oneWay }
    : undefined;
}
