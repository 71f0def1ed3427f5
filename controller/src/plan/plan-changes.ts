/** The changes of a scenario as whole states, in order of time. */
import type { ChangeKind, Cut, NetworkState, PlannedChange } from '../model/network.ts';
import type { ChangeAction, ChangeSpec, Place, ProfileSpec } from '../model/network-spec.ts';
import { describeProfile } from './describe-profile.ts';
import {
  type Disturbances,
  type Ground,
  nextState,
  nodesAt,
  regionsAt,
  undisturbed,
} from './network-state.ts';

interface Step {
  readonly atMs: number;
  readonly kind: ChangeKind;
  readonly text: string;
  readonly apply: (before: Disturbances) => Disturbances;
}

export function planChanges(
  changes: readonly ChangeSpec[],
  ground: Ground,
  initial: NetworkState,
): PlannedChange[] {
  const steps = changes.flatMap((change, index) => stepsOf(change, index, ground));
  // Stable: of two at one time, the one that the scenario names first comes first.
  steps.sort((a, b) => a.atMs - b.atMs);
  let before = { disturbances: undisturbed, state: initial };
  return steps.map(({ atMs, kind, text, apply }, index) => {
    const disturbances = apply(before.disturbances);
    const state = nextState(ground, before, disturbances);
    const nodes = nodesConcerned(before.state, state, ground);
    before = { disturbances, state };
    return { index, atMs, kind, text, state, nodes };
  });
}

function stepsOf({ atMs, action }: ChangeSpec, index: number, ground: Ground): Step[] {
  const step = (apply: Step['apply']): Step[] => [
    { atMs, kind: action.kind, text: describeAction(action), apply },
  ];
  switch (action.kind) {
    case 'partition': {
      const partition = cutsBetween(
        action.sides.map((side) => nodesAt(ground, side)),
        action.oneWay,
      );
      return step((before) => ({ ...before, partition }));
    }
    case 'heal':
      return step(() => undisturbed);
    case 'degrade': {
      const [from, to] = [regionsAt(ground, action.from), regionsAt(ground, action.to)];
      const { mode, profile, oneWay } = action;
      const degradation = { from, to, mode, profile, oneWay };
      return step((before) => ({
        ...before,
        degradations: [...before.degradations, degradation],
      }));
    }
    case 'profile':
      return step((before) => ({ ...before, profile: action.profile }));
    case 'flap':
      return flapSteps(action, { atMs, index }, ground);
  }
}

type Flap = Extract<ChangeAction, { kind: 'flap' }>;

/** Cut at the start of each period, whole after half of it, whole at the end. */
function flapSteps(
  { ends, everyMs, forMs, oneWay }: Flap,
  { atMs, index }: { readonly atMs: number; readonly index: number },
  ground: Ground,
): Step[] {
  const cuts = cutsBetween(
    ends.map((end) => nodesAt(ground, [end])),
    oneWay,
  );
  const name = `${describePlaces([ends[0]])} ${oneWay ? '->' : '-'} ${describePlaces([ends[1]])}`;
  const steps: Step[] = [];
  for (let startMs = 0; startMs < forMs; startMs += everyMs) {
    const wholeMs = Math.min(startMs + everyMs / 2, forMs);
    steps.push(
      {
        atMs: atMs + startMs,
        kind: 'flap',
        text: `flap: ${name} cut`,
        apply: (before) => ({ ...before, flaps: new Map([...before.flaps, [index, cuts]]) }),
      },
      {
        atMs: atMs + wholeMs,
        kind: 'flap',
        text: `flap: ${name} whole`,
        apply: (before) => ({
          ...before,
          flaps: new Map([...before.flaps].filter(([of]) => of !== index)),
        }),
      },
    );
  }
  return steps;
}

/** From each side to all others; one way, from the first only. */
function cutsBetween(sides: readonly (readonly number[])[], oneWay: boolean): Cut[] {
  const cuts = sides.map((from, index) => ({
    from,
    to: sides
      .filter((_, other) => other !== index)
      .flat()
      .sort((a, b) => a - b),
  }));
  return oneWay ? cuts.slice(0, 1) : cuts;
}

/** Nodes whose own egress changes: another shape of a link of theirs, or other cuts. */
function nodesConcerned(before: NetworkState, after: NetworkState, ground: Ground): number[] {
  const changed = new Set(
    before.links === after.links
      ? []
      : after.links
          .filter((link, at) => JSON.stringify(link) !== JSON.stringify(before.links[at]))
          .map(({ from }) => from),
  );
  const [cutBefore, cutAfter] = [cutsByNode(before), cutsByNode(after)];
  return ground.territories
    .flatMap(({ planned }) => planned.nodes.map((node) => ({ node, region: planned.index })))
    .filter(({ node, region }) => changed.has(region) || cutBefore.get(node) !== cutAfter.get(node))
    .map(({ node }) => node)
    .sort((a, b) => a - b);
}

/** What each node is cut off from, as a text that is the same for the same cuts. */
function cutsByNode({ cuts }: NetworkState): Map<number, string> {
  const targets = new Map<number, string[]>();
  for (const { from, to } of cuts) {
    const text = to.join();
    for (const node of from) targets.set(node, [...(targets.get(node) ?? []), text]);
  }
  return new Map([...targets].map(([node, texts]) => [node, [...new Set(texts)].sort().join('|')]));
}

function describeAction(action: ChangeAction): string {
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

function describePlaces(places: readonly Place[]): string {
  return places.map((place) => (typeof place === 'number' ? `node ${place}` : place)).join(', ');
}

function profileText(profile: ProfileSpec): string {
  return profile.name ?? describeProfile(profile);
}
