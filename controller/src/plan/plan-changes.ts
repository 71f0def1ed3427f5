/** The changes of a scenario as whole states, in order of time. */
import type { NetworkState, PlannedChange } from '../model/network.ts';
import type { ChangeSpec } from '../model/network-spec.ts';
import { type Ground, nextState, undisturbed } from './network-state.ts';
import { listSteps } from './network-steps.ts';

export function planChanges(
  changes: readonly ChangeSpec[],
  ground: Ground,
  initial: NetworkState,
): PlannedChange[] {
  let before = { disturbances: undisturbed, state: initial };
  return listSteps(changes).map(({ atMs, kind, text, apply }, index) => {
    const disturbances = apply(before.disturbances, ground);
    const state = nextState(ground, before, disturbances);
    const nodes = nodesConcerned(before.state, state, ground);
    before = { disturbances, state };
    return { index, atMs, kind, text, state, nodes };
  });
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
