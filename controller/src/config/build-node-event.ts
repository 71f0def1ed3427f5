/** What one event of a timeline does to nodes -> target and action, and what it contradicts. Pure. */
import { runtimeTraits } from '../model/runtime-traits.ts';
import type { RuntimeChoice } from '../model/scenario.ts';
import type { NodeAction, NodeEventKind } from '../model/timeline.ts';
import type { NodeEventSpec, TargetSpec } from '../model/timeline-spec.ts';
import { buildBehaviours } from './build-byzantine.ts';
import type { EventPlace } from './build-network-event.ts';
import type { Complain } from './conflict.ts';
import type { Path } from './path.ts';
import type { RawEvent } from './timeline-schema.ts';

type Asked = Pick<NodeEventSpec, 'target' | 'action'>;

/** Those that end by themselves or not at all; the others need to be told for how long. */
const lasting: ReadonlySet<NodeEventKind> = new Set(['pause', 'cpu', 'memory', 'clock']);

/** @returns undefined if a target is unknown; then that was told */
export function buildNodeEvent(
  raw: RawEvent,
  kind: NodeEventKind,
  runtime: RuntimeChoice,
  place: EventPlace,
): Asked | undefined {
  const { path, complain } = place;
  const inner = [...path, kind];
  if (lasting.has(kind) && raw.for === undefined) {
    complain({
      path: inner,
      aim: 'key',
      message: `it is not said for how long: a ${kind} event is taken back after a time`,
      expected: 'for as well, such as for: 5s',
    });
  }
  checkState(raw, kind, place);
  checkRuntime(kind, runtime, place);
  const asked = readAsked(raw, kind, inner, complain);
  const isKnown = knowTarget(asked.target, asked.path, place);
  return isKnown ? { target: asked.target, action: asked.action } : undefined;
}

function readAsked(
  raw: RawEvent,
  kind: NodeEventKind,
  path: Path,
  complain: Complain,
): Asked & { path: Path } {
  const state = raw.state ?? 'kept';
  const whole = (target: TargetSpec | undefined, action: NodeAction): Asked & { path: Path } => ({
    target: target ?? { kind: 'leader' },
    action,
    path,
  });
  const nodes = [...path, 'nodes'];
  switch (kind) {
    case 'crash':
    case 'stop':
    case 'restart':
      return whole(raw[kind], { kind, state });
    case 'pause':
      return whole(raw.pause, { kind });
    case 'cpu':
      return { ...whole(raw.cpu?.nodes, { kind, cpus: raw.cpu?.to ?? 1 }), path: nodes };
    case 'memory':
      return {
        ...whole(raw.memory?.nodes, { kind, memoryBytes: raw.memory?.to ?? 0 }),
        path: nodes,
      };
    case 'clock':
      return { ...whole(raw.clock?.nodes, { kind, offsetMs: raw.clock?.by ?? 0 }), path: nodes };
    case 'behaviour': {
      const { behaviours = [] } = raw.behaviour ?? {};
      const built = buildBehaviours(behaviours, [...path, 'behaviours'], complain);
      return { ...whole(raw.behaviour?.nodes, { kind, behaviours: built }), path: nodes };
    }
  }
}

/** A target may be one place without a list around it. */
function knowTarget(target: TargetSpec, path: Path, { places }: EventPlace): boolean {
  if (target.kind !== 'places') return true;
  const [only, second] = target.places;
  if (only !== undefined && second === undefined) return places.knowOne(only, path);
  return places.know(target.places, path);
}

function checkState(raw: RawEvent, kind: NodeEventKind, { path, complain }: EventPlace): void {
  if (raw.state === undefined) return;
  const comesBack = kind === 'restart' || raw.for !== undefined;
  if ((kind === 'crash' || kind === 'stop' || kind === 'restart') && comesBack) return;
  const never = kind === 'crash' || kind === 'stop';
  complain({
    path: [...path, 'state'],
    aim: 'key',
    message: never ? 'nobody is started again here' : `${kind} starts nobody`,
    expected: never ? 'for as well, after which the nodes are started again' : 'no such key',
  });
}

function checkRuntime(
  kind: NodeEventKind,
  runtime: RuntimeChoice,
  { path, complain }: EventPlace,
): void {
  const why = runtime === 'auto' ? undefined : runtimeTraits[runtime].cannot[kind];
  if (why === undefined) return;
  complain({
    path: [...path, kind],
    reads: [['runtime'], [...path, kind]],
    aim: 'key',
    message: `the ${runtime} runtime cannot do this: ${why}`,
    expected: 'no such event, or runtime: docker',
  });
}
