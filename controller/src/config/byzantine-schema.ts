/** `byzantine` of a scenario, and how members of a `behaviour` event misbehave. */
import { z } from 'zod';
import { type BehaviourName, behaviourNames } from '../../../node-image/src/contract/index.ts';
import { parsePercent } from '../lib/units.ts';
import type { ByzantineMembers } from '../model/byzantine.ts';
import { duration, note, type Parsed, percent, readQuantity, written } from './fields.ts';

/**
 * What a member does if nobody says: of all behaviours the one that every engine and every member
 * has, whether it leads or not, and the least that a fault can be.
 */
export const usualBehaviour: BehaviourName = 'silent';

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
export type RawBehaviours = z.infer<typeof someBehaviours>;

const behavioursForm = `one of ${names}, a block such as {name: delay-leader, delay: 400ms}, or a list of these`;

export const behavioursField = note(someBehaviours, {
  description: 'How they break the rules.',
  form: behavioursForm,
});

export const byzantineBlock = z.strictObject({
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
    defaultText: `\`${usualBehaviour}\``,
  }),
});

const short = written(readMembers).meta({ type: ['integer', 'string'] });

export const byzantineSchema = note(z.union([short, byzantineBlock]).optional(), {
  description: `Members that break the rules from the first message on: a share (rounded down, so never more than asked for), a number, or a block that also names nodes and behaviours. In short they are \`${usualBehaviour}\`: the one behaviour that every member of every engine has. More than f is allowed, and labelled so.`,
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
