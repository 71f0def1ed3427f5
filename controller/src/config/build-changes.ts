/** `changes` of a scenario file -> ChangeSpecs in order of time, and what they contradict. Pure. */
import { formatDuration } from '../lib/units.ts';
import type { ChangeAction, ChangeSpec, NetworkSpec, ProfileSpec } from '../model/network-spec.ts';
import { describeProfile } from '../plan/describe-profile.ts';
import { everywhere } from '../plan/network-state.ts';
import { buildDirection, idealProfile } from './build-profile.ts';
import type { RawChange } from './changes-schema.ts';
import { createPlaces, type Places } from './check-places.ts';
import { type Complain, reading } from './conflict.ts';
import type { Path } from './path.ts';
import type { RawProfile } from './profile-schema.ts';

export interface ChangesSource {
  readonly raw: readonly RawChange[];
  /** Whatever else one change by itself is held against. */
  readonly reads: readonly Path[];
  readonly network: NetworkSpec;
  readonly nodes: readonly number[];
  readonly measureMs: number;
}

const kinds = ['partition', 'heal', 'degrade', 'profile', 'flap'] as const;

export interface BuiltChanges {
  /** In order of time. */
  readonly changes: readonly ChangeSpec[];
  /** Where each of them stands in the file. */
  readonly paths: readonly Path[];
}

export function buildChanges(source: ChangesSource, complain: Complain): BuiltChanges {
  const { raw, reads, measureMs } = source;
  const placed = raw.flatMap((change, index): Placed[] => {
    const path = ['changes', index];
    const keys = [...kinds, 'one-way'].map((key) => [...path, key]);
    const own = reading(complain, ...keys, ...reads);
    if (change.at >= measureMs) {
      own({
        path: [...path, 'at'],
        reads: [
          [...path, 'at'],
          ['phases', 'measure'],
        ],
        message: `${formatDuration(change.at)} after its start, the measured window is over`,
        expected: `less than phases.measure (${formatDuration(measureMs)})`,
      });
    }
    const places = createPlaces(source, own);
    const action = buildAction(change, path, places, own);
    return action === undefined ? [] : [{ path, spec: { atMs: change.at, action } }];
  });
  const ordered = placed.sort((a, b) => a.spec.atMs - b.spec.atMs);
  checkOrder(ordered, measureMs, complain);
  checkAmount(ordered, source.network, complain);
  return { changes: ordered.map(({ spec }) => spec), paths: ordered.map(({ path }) => path) };
}

interface Placed {
  readonly path: Path;
  readonly spec: ChangeSpec;
}

function buildAction(
  raw: RawChange,
  path: Path,
  places: Places,
  complain: Complain,
): ChangeAction | undefined {
  const given = kinds.filter((kind) => raw[kind] !== undefined);
  const [kind, second] = given;
  if (kind === undefined || second !== undefined) {
    complain({
      path: second === undefined ? path : [...path, second],
      reads: [path],
      aim: 'key',
      message:
        second === undefined
          ? 'nothing happens at this time'
          : `one change does one thing, and this one has ${kind} already`,
      expected: `one of ${kinds.join(', ')}`,
    });
    return undefined;
  }
  checkOneWay(raw, kind, path, complain);
  const oneWay = raw['one-way'] === true;
  const inner = [...path, kind];
  if (raw.partition !== undefined) {
    const sides = raw.partition;
    const isKnown = sides.every((side, index) => places.know(side, [...inner, index]));
    if (isKnown) places.checkApart(sides, (index) => [...inner, index]);
    return isKnown ? { kind: 'partition', sides, oneWay } : undefined;
  }
  if (raw.degrade !== undefined) return buildDegrade(raw.degrade, oneWay, inner, places, complain);
  if (raw.profile !== undefined) {
    return { kind: 'profile', profile: buildDirection(raw.profile, idealProfile, inner, complain) };
  }
  if (raw.flap !== undefined) return buildFlap(raw.flap, oneWay, inner, places, complain);
  return { kind: 'heal' };
}

function checkOneWay(
  raw: RawChange,
  kind: (typeof kinds)[number],
  path: Path,
  complain: Complain,
): void {
  if (raw['one-way'] === undefined || (kind !== 'heal' && kind !== 'profile')) return;
  complain({
    path: [...path, 'one-way'],
    aim: 'key',
    message: `${kind} has no direction`,
    expected: 'one-way with partition, degrade or flap only',
  });
}

type RawDegrade = Exclude<RawChange['degrade'], undefined>;

function buildDegrade(
  { from = everywhere, to = everywhere, with: replacement, add }: RawDegrade,
  oneWay: boolean,
  path: Path,
  places: Places,
  complain: Complain,
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

type RawFlap = Exclude<RawChange['flap'], undefined>;

function buildFlap(
  { link, every, for: forMs }: RawFlap,
  oneWay: boolean,
  path: Path,
  places: Places,
  complain: Complain,
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

const flapsMax = 100;

/** Every cut and every return is a state of its own, which the plan holds whole. */
const statesMax = 400;
const linksMax = 40_000;

function checkAmount(
  ordered: readonly Placed[],
  { regions, groups }: NetworkSpec,
  complain: Complain,
): void {
  const states = ordered.reduce((sum, { spec: { action } }) => {
    return sum + (action.kind === 'flap' ? 2 * Math.ceil(action.forMs / action.everyMs) : 1);
  }, 0);
  const parts = regions.length + groups.length;
  const most = Math.min(statesMax, Math.floor(linksMax / (parts * parts)));
  if (states <= most) return;
  complain({
    path: ['changes'],
    aim: 'key',
    message: `the network of ${parts} regions and groups would change ${states} times`,
    expected: `at most ${most} changes of such a network; each cut and each return of a flap is one`,
  });
}

/** Heals need something to heal, and flaps must be over by then and by the end of the window. */
function checkOrder(ordered: readonly Placed[], measureMs: number, complain: Complain): void {
  let isDisturbed = false;
  let flapUntilMs = 0;
  for (const { path, spec } of ordered) {
    const { atMs, action } = spec;
    if (action.kind === 'heal') {
      if (atMs < flapUntilMs) {
        complain({
          path: [...path, 'heal'],
          message: `a link is still flapping until ${formatDuration(flapUntilMs)}`,
          expected: 'a heal after the end of the flap, which leaves its link whole by itself',
        });
      } else if (!isDisturbed) {
        const message = 'there is nothing to heal: the network is as it was at the start';
        complain({ path: [...path, 'heal'], message, expected: 'an earlier change' });
      }
      isDisturbed = false;
    } else if (action.kind === 'flap') {
      const endMs = atMs + action.forMs;
      flapUntilMs = Math.max(flapUntilMs, endMs);
      if (endMs <= measureMs) continue;
      complain({
        path: [...path, 'flap', 'for'],
        message: `the flap ends ${formatDuration(endMs)} after the start of the measured window, which is over by then`,
        expected: `an end before phases.measure (${formatDuration(measureMs)})`,
      });
    } else isDisturbed = true;
  }
}
