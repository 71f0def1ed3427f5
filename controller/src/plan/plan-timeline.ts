/** The timeline of a scenario for one size: targets become nodes, and every event has its end. */
import { createHash } from 'node:crypto';
import { createPrng, shuffle } from '../lib/prng.ts';
import type { ByzantineSpec } from '../model/byzantine.ts';
import type { PlannedRegion } from '../model/network.ts';
import type { ChangeSpec } from '../model/network-spec.ts';
import type { Scenario } from '../model/scenario.ts';
import type { EventTarget, PlannedEvent } from '../model/timeline.ts';
import {
  type EventSpec,
  isNodeEvent,
  type NodeEventSpec,
  networkEvents,
} from '../model/timeline-spec.ts';
import { describeAction, describeNodeEvent } from './describe-action.ts';
import { drawByzantine, wholeShare } from './draw-byzantine.ts';
import { nodesAt } from './network-state.ts';
import { listSteps } from './network-steps.ts';

interface Asked extends Pick<Scenario, 'timeline' | 'seed'> {
  readonly byzantine?: ByzantineSpec | undefined;
}

/** @param regions of the cell's network */
export function planTimeline(
  { timeline, seed, byzantine }: Asked,
  regions: readonly Pick<PlannedRegion, 'name' | 'nodes'>[],
): readonly PlannedEvent[] {
  const changes = networkEvents(timeline);
  const owners = listSteps(changes).map(({ owner }) => owner);
  const nodeCount = regions.reduce((sum, { nodes }) => sum + nodes.length, 0);
  const already = drawByzantine(byzantine, nodeCount, seed);
  const targets = resolveTargets(timeline.filter(isNodeEvent), { regions, seed, already });
  const ordered = [...timeline].sort((a, b) => a.atMs - b.atMs);
  return ordered.map((spec, index): PlannedEvent => {
    const { atMs } = spec;
    if (isNodeEvent(spec)) {
      const target = targets.get(spec) ?? { kind: 'leader' };
      const { action } = spec;
      const text = describeNodeEvent(spec, target);
      return { index, atMs, endMs: endOfNode(spec), text, kind: action.kind, target, action };
    }
    const own = changes.indexOf(spec);
    const steps = owners.flatMap((owner, step) => (owner === own ? [step] : []));
    const text = describeAction(spec.action);
    return {
      index,
      atMs,
      endMs: endOf(spec, changes),
      text,
      kind: spec.action.kind,
      changes: steps,
    };
  });
}

function endOfNode({ atMs, forMs }: NodeEventSpec): number | null {
  return forMs === undefined ? null : atMs + forMs;
}

/** Its own end, or else the heal, or the partition, that takes its place; null: none does. */
function endOf(spec: ChangeSpec, changes: readonly ChangeSpec[]): number | null {
  const { atMs, forMs, action } = spec;
  if (action.kind === 'flap') return atMs + action.forMs;
  if (forMs !== undefined) return atMs + forMs;
  if (action.kind === 'heal') return null;
  const next = changes
    .slice(changes.indexOf(spec) + 1)
    .find(
      (one) =>
        one.action.kind === 'heal' ||
        (action.kind === 'partition' && one.action.kind === 'partition' && one.forMs === undefined),
    );
  return next?.atMs ?? null;
}

interface Ground {
  readonly regions: readonly Pick<PlannedRegion, 'name' | 'nodes'>[];
  readonly seed: number;
  /** Byzantine from the start: nobody is made so twice. */
  readonly already: readonly number[];
}

/**
 * Shares are drawn last, from nodes that no other event holds at that time: how they fall must not
 * make a scenario contradict itself.
 */
function resolveTargets(
  specs: readonly NodeEventSpec[],
  { regions, seed, already }: Ground,
): ReadonlyMap<EventSpec, EventTarget> {
  const territories = regions.map((planned) => ({
    planned,
    region: planned.name.split('/')[0] ?? planned.name,
  }));
  const all = regions.flatMap(({ nodes }) => nodes).sort((a, b) => a - b);
  const held: { readonly spec: NodeEventSpec; readonly nodes: readonly number[] }[] = [];
  for (const spec of specs) {
    if (spec.target.kind !== 'places') continue;
    held.push({ spec, nodes: nodesAt({ territories }, spec.target.places) });
  }
  for (const spec of specs) {
    if (spec.target.kind !== 'share') continue;
    const taken = new Set(
      held.filter((one) => overlap(one.spec, spec)).flatMap((one) => one.nodes),
    );
    if (spec.action.kind === 'behaviour') for (const node of already) taken.add(node);
    const free = all.filter((node) => !taken.has(node));
    const count = Math.min(free.length, countOf(spec, spec.target.ratio, all.length));
    const drawn = shuffle(free, createPrng(drawSeed(seed, spec))).slice(0, count);
    held.push({ spec, nodes: drawn.sort((a, b) => a - b) });
  }
  return new Map(held.map(({ spec, nodes }) => [spec, { kind: 'nodes', nodes }]));
}

/** At least one; of members that break the rules never more than asked for. */
function countOf({ action }: NodeEventSpec, ratio: number, nodeCount: number): number {
  const count =
    action.kind === 'behaviour' ? wholeShare(ratio, nodeCount) : Math.round(ratio * nodeCount);
  return Math.max(1, count);
}

/** A function of the event alone: other events leave its draw as it was, unless they are in the way. */
function drawSeed(seed: number, { atMs, action }: NodeEventSpec): number {
  const name = `testbed-target|${seed}|${atMs}|${action.kind}`;
  return createHash('sha256').update(name).digest().readUInt32BE(0);
}

function overlap(a: NodeEventSpec, b: NodeEventSpec): boolean {
  return a.atMs <= lastMs(b) && b.atMs <= lastMs(a);
}

function lastMs(spec: NodeEventSpec): number {
  if (spec.action.kind === 'restart') return spec.atMs;
  return endOfNode(spec) ?? Number.POSITIVE_INFINITY;
}
