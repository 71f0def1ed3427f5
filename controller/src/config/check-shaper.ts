/** What the chosen shaper cannot do, key by key as it stands in the file. */
import { chosenRuntime, runtimeTraits } from '../model/runtime-traits.ts';
import type { Conflict } from './conflict.ts';
import type { Path } from './path.ts';
import type { RawScenario } from './schema.ts';
import { isBlock } from './value-at.ts';

/** @param isShaped whether the network asks for anything */
export function checkShaper(raw: RawScenario, isShaped: boolean): Conflict[] {
  const { shaper } = raw;
  const { hasOwnNamespaces } = runtimeTraits[chosenRuntime(raw.runtime)];
  const reads: Path[] = [['shaper'], ['runtime'], ['network'], ['timeline']];
  if (shaper === 'netem' && !hasOwnNamespaces) {
    return [
      {
        path: ['shaper'],
        reads,
        message: 'netem shapes containers, and the process runtime has none',
        expected: 'userspace or auto, or runtime: docker',
      },
    ];
  }
  if (shaper === 'none' && isShaped) {
    return [
      {
        path: ['shaper'],
        reads,
        message: 'nobody would shape the network that is asked for',
        expected:
          'auto, netem or userspace; or network: ideal and nothing in the timeline that changes it',
      },
    ];
  }
  if (shaper !== 'userspace' && hasOwnNamespaces) return [];
  const found = [...findKeys(raw.network, ['network']), ...findKeys(raw.timeline, ['timeline'])];
  return found.map(({ path, what }) => ({
    path,
    aim: 'key',
    reads: [['shaper'], ['runtime'], path],
    message: `the userspace shaper cannot ${what}`,
    expected: 'no such key, or shaper: netem on docker',
  }));
}

const beyond: Readonly<Record<string, string>> = {
  corrupt: 'corrupt packets',
  duplicate: 'duplicate packets',
  reorder: 'let packets overtake each other',
  queue: 'limit queues',
};

interface Found {
  readonly path: Path;
  readonly what: string;
}

/** A region may be called `queue`: only keys with a value that asks for something count. */
function findKeys(value: unknown, path: Path): Found[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => findKeys(one, [...path, index]));
  if (!isBlock(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const what = Object.hasOwn(beyond, key) ? beyond[key] : undefined;
    const asks = inner === true || (typeof inner === 'number' && inner > 0);
    return what !== undefined && asks
      ? [{ path: [...path, key], what }]
      : findKeys(inner, [...path, key]);
  });
}
