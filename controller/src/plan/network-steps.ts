/** The steps by which events of the network begin and end, in order of time. */
import type { ChangeKind, Cut } from '../model/network.ts';
import type { ChangeAction, ChangeSpec } from '../model/network-spec.ts';
import { describeAction, describePlaces } from './describe-action.ts';
import {
  type Disturbances,
  type Ground,
  nodesAt,
  regionsAt,
  undisturbed,
} from './network-state.ts';

export interface Step {
  /** Position of the event among those of the network. */
  readonly owner: number;
  readonly atMs: number;
  readonly kind: ChangeKind;
  readonly text: string;
  readonly apply: (before: Disturbances, ground: Ground) => Disturbances;
}

/** Stable: of two at one time, the one that the scenario names first comes first. */
export function listSteps(changes: readonly ChangeSpec[]): readonly Step[] {
  return changes.flatMap((change, owner) => stepsOf(change, owner)).sort((a, b) => a.atMs - b.atMs);
}

function stepsOf(change: ChangeSpec, owner: number): Step[] {
  const { atMs, forMs, action } = change;
  if (action.kind === 'flap') return flapSteps(action, atMs, owner);
  const step = { owner, atMs, kind: action.kind, text: describeAction(action) };
  const begin = { ...step, apply: beginOf(action, owner, forMs !== undefined) };
  if (forMs === undefined) return [begin];
  const end = { ...step, atMs: atMs + forMs, text: `${step.text} (end)`, apply: endOf(owner) };
  return [begin, end];
}

/** What has an end of its own stands beside whatever else holds; a partition without takes a place. */
function beginOf(
  action: Exclude<ChangeAction, { kind: 'flap' }>,
  owner: number,
  hasEnd: boolean,
): Step['apply'] {
  switch (action.kind) {
    case 'partition':
      return (before, ground) => {
        const cuts = cutsBetween(
          action.sides.map((side) => nodesAt(ground, side)),
          action.oneWay,
        );
        if (!hasEnd) return { ...before, partition: cuts };
        return { ...before, cuts: new Map([...before.cuts, [owner, cuts]]) };
      };
    case 'heal':
      return () => undisturbed;
    case 'degrade': {
      const { mode, profile, oneWay } = action;
      return (before, ground) => {
        const [from, to] = [regionsAt(ground, action.from), regionsAt(ground, action.to)];
        const degradation = { owner, from, to, mode, profile, oneWay };
        return { ...before, degradations: [...before.degradations, degradation] };
      };
    }
    case 'profile':
      return (before) => ({
        ...before,
        profiles: [...before.profiles, { owner, profile: action.profile }],
      });
  }
}

/** Takes back what the event did, and nothing else. */
function endOf(owner: number): Step['apply'] {
  const others = <T extends { readonly owner: number }>(all: readonly T[]): readonly T[] =>
    all.some((one) => one.owner === owner) ? all.filter((one) => one.owner !== owner) : all;
  return (before) => ({
    ...before,
    profiles: others(before.profiles),
    degradations: others(before.degradations),
    cuts: new Map([...before.cuts].filter(([of]) => of !== owner)),
  });
}

type Flap = Extract<ChangeAction, { kind: 'flap' }>;

/** Cut at the start of each period, whole after half of it, whole at the end. */
function flapSteps({ ends, everyMs, forMs, oneWay }: Flap, atMs: number, owner: number): Step[] {
  const name = `${describePlaces([ends[0]])} ${oneWay ? '->' : '-'} ${describePlaces([ends[1]])}`;
  const cut: Step['apply'] = (before, ground) => {
    const sides = ends.map((end) => nodesAt(ground, [end]));
    return { ...before, cuts: new Map([...before.cuts, [owner, cutsBetween(sides, oneWay)]]) };
  };
  const steps: Step[] = [];
  for (let startMs = 0; startMs < forMs; startMs += everyMs) {
    const wholeMs = Math.min(startMs + everyMs / 2, forMs);
    const step = { owner, kind: 'flap' } as const;
    steps.push(
      { ...step, atMs: atMs + startMs, text: `flap: ${name} cut`, apply: cut },
      { ...step, atMs: atMs + wholeMs, text: `flap: ${name} whole`, apply: endOf(owner) },
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
