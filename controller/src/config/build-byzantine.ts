/** Raw `byzantine` and `behaviours` -> who and how, and what they contradict. Pure. */
import type { z } from 'zod';
import type { Behaviour, BehaviourName } from '../../../node-image/src/contract/index.ts';
import type { ByzantineMembers, ByzantineSpec } from '../model/byzantine.ts';
import {
  type behaviourBlock,
  type byzantineBlock,
  type RawBehaviours,
  type RawByzantine,
  usualBehaviour,
} from './byzantine-schema.ts';
import type { Complain } from './conflict.ts';
import type { Path } from './path.ts';

/** @returns undefined: nobody, whatever the size */
export function buildByzantine(
  raw: RawByzantine,
  nodes: readonly number[],
  complain: Complain,
): ByzantineSpec | undefined {
  if (raw === undefined) return undefined;
  const path = ['byzantine'];
  const members = 'kind' in raw ? raw : membersOf(raw, path, complain);
  if (members === undefined) return undefined;
  const behaviours = buildBehaviours(
    ('kind' in raw ? undefined : raw.behaviours) ?? usualBehaviour,
    [...path, 'behaviours'],
    complain,
  );
  checkMembers(members, nodes, 'kind' in raw ? path : [...path, members.kind], complain);
  return isNobody(members) ? undefined : { members, behaviours };
}

function isNobody(members: ByzantineMembers): boolean {
  return (
    (members.kind === 'share' && members.ratio === 0) ||
    (members.kind === 'count' && members.count === 0)
  );
}

function membersOf(
  { share, count, nodes }: z.infer<typeof byzantineBlock>,
  path: Path,
  complain: Complain,
): ByzantineMembers | undefined {
  const given: ByzantineMembers[] = [
    ...(share === undefined ? [] : [{ kind: 'share', ratio: share } as const]),
    ...(count === undefined ? [] : [{ kind: 'count', count } as const]),
    ...(nodes === undefined ? [] : [{ kind: 'nodes', nodes: sorted(nodes) } as const]),
  ];
  const [only, second] = given;
  if (only !== undefined && second === undefined) return only;
  complain({
    path: second === undefined ? path : [...path, second.kind],
    aim: 'key',
    message: second === undefined ? 'it is not said who' : `${only?.kind} is given as well`,
    expected: 'one of share, count and nodes',
  });
  return undefined;
}

function sorted(nodes: readonly number[]): readonly number[] {
  return [...new Set(nodes)].sort((a, b) => a - b);
}

function checkMembers(
  members: ByzantineMembers,
  nodes: readonly number[],
  path: Path,
  complain: Complain,
): void {
  const smallest = Math.min(...nodes);
  const most = members.kind === 'nodes' ? (members.nodes.at(-1) ?? 0) + 1 : countOf(members);
  if (most <= smallest) return;
  complain({
    path,
    message:
      members.kind === 'nodes'
        ? `the network of ${smallest} nodes has no node ${most - 1}`
        : `the network of ${smallest} nodes has no ${most} members`,
    expected: `what every size has: at most ${members.kind === 'nodes' ? `index ${smallest - 1}` : smallest}`,
  });
}

function countOf(members: Exclude<ByzantineMembers, { kind: 'nodes' }>): number {
  return members.kind === 'count' ? members.count : 0;
}

/** What each may be told; a parameter that means nothing to it would be silently lost. */
const parameters: Readonly<Partial<Record<BehaviourName, readonly string[]>>> = {
  'delay-leader': ['delay'],
  equivocate: ['share'],
  'selective-send': ['share', 'nodes'],
  twin: ['share'],
  'bad-signatures': ['rate'],
  'timeout-spam': ['rate'],
  'sync-flood': ['rate'],
  replay: ['rate'],
  censor: ['nodes'],
};

export function buildBehaviours(
  raw: RawBehaviours,
  path: Path,
  complain: Complain,
): readonly Behaviour[] {
  const isList = Array.isArray(raw);
  const listed = (isList ? raw : [raw]).map((one) =>
    typeof one === 'string' ? { name: one } : one,
  );
  const seen = new Set<BehaviourName>();
  return listed.map((one, index): Behaviour => {
    const at = isList ? [...path, index] : path;
    const { name } = one;
    if (seen.has(name)) {
      complain({ path: at, message: `${name} is listed twice`, expected: 'each behaviour once' });
    }
    seen.add(name);
    return buildBehaviour(one, at, complain);
  });
}

function buildBehaviour(
  raw: z.infer<typeof behaviourBlock>,
  path: Path,
  complain: Complain,
): Behaviour {
  const { name, delay, share, rate, nodes } = raw;
  const known = parameters[name] ?? [];
  for (const key of Object.keys(raw)) {
    if (key === 'name' || known.includes(key)) continue;
    complain({
      path: [...path, key],
      aim: 'key',
      message: `${name} has no ${key}`,
      expected: known.length === 0 ? 'name alone' : `name and ${known.join(', ')}`,
    });
  }
  return {
    name,
    ...(delay === undefined ? {} : { delayMs: delay }),
    ...(share === undefined ? {} : { share }),
    ...(rate === undefined ? {} : { perSec: rate }),
    ...(nodes === undefined ? {} : { nodes: [...sorted(nodes)] }),
  };
}
