/** `byzantine` of a scenario, and how members of a `behaviour` event misbehave. */
import { z } from 'zod';
import {
  type Behaviour,
  type BehaviourName,
  behaviourNames,
} from '../../../node-image/src/contract/index.ts';
import { parsePercent } from '../lib/units.ts';
import type { ByzantineMembers, ByzantineSpec } from '../model/byzantine.ts';
import type { Complain } from './conflict.ts';
import { duration, note, type Parsed, percent, readQuantity, written } from './fields.ts';
import type { Path } from './path.ts';

/**
 * What a member does if nobody says: of all behaviours the one that every engine and every member
 * has, whether it leads or not, and the least that a fault can be.
 */
const usual: BehaviourName = 'silent';

const names = behaviourNames.join(', ');
const nodeList = z.array(z.int().min(0).max(999)).min(1);

export const behaviourBlock = z.strictObject({
  name: note(z.enum(behaviourNames), { description: 'Which.', form: `one of ${names}` }),
  delay: note(duration(0, 3600e3).optional(), {
    description: 'Of delay-leader: how late it proposes.',
    form: 'a duration such as 400ms',
    defaultText: 'just below the timeout',
  }),
  share: note(percent().optional(), {
    description:
      'Of equivocate, selective-send and twin: the part of the others that sees the first of two.',
    form: 'a share such as 50%',
    defaultText: "the node's own",
  }),
  rate: note(z.number().min(0).max(10_000).optional(), {
    description:
      'Of bad-signatures, timeout-spam, sync-flood and replay: messages per second to each of the others.',
    form: 'a number from 0 to 10000',
    defaultText: "the node's own",
  }),
  nodes: note(nodeList.optional(), {
    description:
      'Of censor: members whose clients are left out. Of selective-send: members that get everything.',
    form: 'a list of node indexes such as [0, 3]',
    defaultText: "the node's own choice",
  }),
});

const oneBehaviour = z.union([z.enum(behaviourNames), behaviourBlock]);
const someBehaviours = z.union([oneBehaviour, z.array(oneBehaviour).min(1)]);
type RawBehaviours = z.infer<typeof someBehaviours>;

const behavioursForm = `one of ${names}, a block such as {name: delay-leader, delay: 400ms}, or a list of these`;

export const behavioursField = note(someBehaviours, {
  description: 'How they break the rules.',
  form: behavioursForm,
});

const byzantineBlock = z.strictObject({
  share: note(percent().optional(), {
    description: 'A part of all nodes, rounded down, drawn with the seed.',
    form: 'a share such as 20%',
  }),
  count: note(z.int().min(0).max(1000).optional(), {
    description: 'So many nodes, drawn with the seed; a part of the same draw as any share.',
    form: 'a whole number',
  }),
  nodes: note(nodeList.optional(), {
    description: 'These nodes.',
    form: 'a list of node indexes such as [1, 4]',
  }),
  behaviours: note(someBehaviours.optional(), {
    description: 'How they break the rules.',
    form: behavioursForm,
    defaultText: `\`${usual}\``,
  }),
});

const short = written(readMembers).meta({ type: ['integer', 'string'] });

export const byzantineSchema = note(z.union([short, byzantineBlock]).optional(), {
  description: `Members that break the rules from the first message on: a share (rounded down, so never more than asked for), a number, or a block that also names nodes and behaviours. In short they are \`${usual}\`: the one behaviour that every member of every engine has. More than f is allowed, and labelled so.`,
  form: 'a share such as 20%, a whole number, or a block such as {share: 20%, behaviours: [equivocate]}',
  defaultText: 'nobody',
});
export type RawByzantine = z.infer<typeof byzantineSchema>;

function readMembers(value: unknown): Parsed<ByzantineMembers> {
  if (typeof value === 'number') {
    const isCount = Number.isInteger(value) && value >= 0 && value <= 1000;
    return isCount
      ? { kind: 'ok', value: { kind: 'count', count: value } }
      : { kind: 'refused', problem: 'out-of-range', why: 'it is no number of nodes' };
  }
  const read = readQuantity(value, parsePercent, { min: 0, max: 1 });
  return read.kind === 'ok' ? { kind: 'ok', value: { kind: 'share', ratio: read.value } } : read;
}

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
    ('kind' in raw ? undefined : raw.behaviours) ?? usual,
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
