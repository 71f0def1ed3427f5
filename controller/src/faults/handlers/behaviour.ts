import type { Behaviour, BehaviourName } from '../../../../node-image/src/contract/index.ts';
import type { Misbehaviours } from '../../model/byzantine.ts';
import type { Witness } from '../../model/timeline.ts';
import type { FaultHandler } from '../fault.ts';

const CALL_TIMEOUT_MS = 5_000;
/** Long enough for a count that still rises to be seen to. */
const STILL_MS = 200;

/**
 * The node breaks the rules besides whatever else it is to do. Its own count says that it did: it
 * rose while the event held, and stands still afterwards.
 */
export const behaviour: FaultHandler<'behaviour'> = (
  { nodeIndex, client, behaviours: desk, clock },
  action,
) => {
  let takeBack: (() => void) | null = null;
  let before: Misbehaviours | null = null;
  const order = (call: Parameters<typeof client.setBehaviour>[1]) =>
    client.setBehaviour(desk.orderOf(nodeIndex), call);
  return {
    async begin(options) {
      const call = { ...options, timeoutMs: CALL_TIMEOUT_MS };
      before = (await client.behaviour(call)).misbehaviours;
      takeBack = desk.hold(nodeIndex, action.behaviours);
      await order(call);
      // What it did is known when it is over.
      return null;
    },
    async end(options) {
      const call = { ...options, timeoutMs: CALL_TIMEOUT_MS };
      const counts = async () => (await client.behaviour(call)).misbehaviours;
      const isNew = takeBack !== null;
      takeBack?.();
      // Where it never began nothing holds.
      if (!isNew) return null;
      await order(call);
      const ended = await counts();
      await clock.sleep(STILL_MS, options);
      const still = desk.orderOf(nodeIndex).behaviours.map(({ name }) => name);
      return (
        before &&
        misbehaviourWitness(action.behaviours, { before, ended, later: await counts() }, still)
      );
    },
  };
};

export interface Counts {
  readonly before: Misbehaviours;
  /** When the node had been told to stop. */
  readonly ended: Misbehaviours;
  readonly later: Misbehaviours;
}

/** @param still what the node is to do all the same, because of its role or of another event */
export function misbehaviourWitness(
  behaviours: readonly Behaviour[],
  { before, ended, later }: Counts,
  still: readonly BehaviourName[],
): Witness {
  const seen = behaviours.map(({ name }) => ({
    name,
    rise: growth(before[name], ended[name]),
    after: still.includes(name) ? 0 : growth(ended[name], later[name]),
  }));
  const restless = seen.find(({ after }) => after > 0);
  if (restless !== undefined) {
    return {
      quantity: 'misbehaviours-after',
      text: `it went on with ${restless.name} after it had been told to stop: ${times(restless.after)}`,
      value: restless.after,
      limit: 0,
      isSeen: false,
    };
  }
  const least = Math.min(...seen.map(({ rise }) => rise));
  const list = seen.map(({ name, rise }) => `${name} ${times(rise)}`).join(', ');
  return {
    quantity: 'misbehaviours',
    text: `it misbehaved: ${list}`,
    value: least,
    limit: 1,
    isSeen: least >= 1,
  };
}

/** Of a process that began anew meanwhile: since then. */
function growth(from = 0, to = 0): number {
  return to < from ? to : to - from;
}

function times(count: number): string {
  return count === 0 ? 'never' : count === 1 ? 'once' : `${count} times`;
}
