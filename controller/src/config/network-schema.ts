/**
 * The shape of `network` in a scenario file. A word, a number with a unit or a block may stand in
 * the same place; what follows from that together is in build-network.ts.
 */
import { z } from 'zod';
import { advisePercent } from '../lib/unit-advice.ts';
import { parsePercent } from '../lib/units.ts';
import type { NodeShare } from '../model/network-spec.ts';
import { note, numberText, type Parsed, readQuantity, written } from './fields.ts';
import { profileForm, profileSchema, profileText, profileWords } from './profile-schema.ts';
import { limitsSchema, resourcesNote } from './resources-schema.ts';

/**
 * What a network is measured in bounds it: each of 1,128 pairs still gets the 12 round trips of a
 * median in a run's 10 s, with no more packets than a host carries. Of 64 regions it would not; the
 * kernel's classes and the addresses of the nodes would do for many more.
 */
export const regionsMax = 48;
/** Regions and groups together, a group in every region counted once for each. */
export const partsMax = 128;

const nodesForm = 'a number of nodes, a share such as 40%, or rest';

/** Starts with a letter, so that it is never taken for a node's index or a quantity. */
export const nameSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,30}$/);

const share = written(readShare).meta({ type: ['integer', 'string'] });
const shareNote = (description: string) => ({ description, form: nodesForm });

export const groupSchema = z.strictObject({
  nodes: note(
    share,
    shareNote('How many nodes of its region (of every region, if none is named).'),
  ),
  region: note(nameSchema.optional(), {
    description: 'The region that the group belongs to.',
    form: 'the name of a region',
    defaultText: 'every region',
  }),
  profile: note(profileSchema.optional(), {
    description:
      'The access link of its nodes, on top of the links between regions. Delay: each packet that crosses it gets a quarter of the round trip, so two nodes of the group are one such round trip apart. Losses compound, the lowest rate counts.',
    form: profileForm,
    defaultText: '`ideal`',
  }),
  resources: note(limitsSchema.optional(), {
    ...resourcesNote,
    defaultText: 'those of the scenario',
  }),
});

const networkBlock = z.strictObject({
  profile: note(profileSchema.optional(), {
    description: 'Every link of a network without regions.',
    form: profileForm,
    defaultText: '`ideal`',
  }),
  regions: note(
    z
      .union([
        z.array(nameSchema).min(1).max(regionsMax),
        z.record(nameSchema, note(share, shareNote('Nodes of the region.'))),
      ])
      .optional(),
    {
      description:
        'Where nodes live, in the order of their indexes: `{eu: 40%, us: 3, asia: rest}`, or a list for equal shares. Percentages alone add up to 100 %, within 1 %. Shares are rounded by largest remainder; for every size, every node must live in one region and every region must have a node.',
      form: `a block such as {eu: 40%, us: 3, asia: rest}, or a list of names; at most ${regionsMax}`,
      defaultText: 'all regions of the matrix, alike',
    },
  ),
  matrix: note(
    z
      .union([
        z.string().min(1).max(500),
        z.record(
          nameSchema,
          note(
            z.record(
              nameSchema,
              note(profileSchema, { description: 'One direction.', form: profileForm }),
            ),
            {
              description: 'From a region to others.',
              form: 'a block such as {us: 80ms, asia: 180-220ms}',
            },
          ),
        ),
      ])
      .optional(),
    {
      description:
        'From one region to another: `{eu: {us: 80ms}}`. Each value is a round trip of which this direction gets half, so that eu-us 80ms and us-eu 120ms ping at 100 ms (see `matrix-values`); a direction that is not given is like its opposite. From a region to itself, 0 says nothing and everything else is what `within` says there. Or the name of a CSV or JSON file beside the scenario ([tables](networks.md#tables-of-delays)), or `cloud`: measured round trips between 12 regions of a public cloud (topologies/cloud-regions.csv).',
      form: 'a block such as {eu: {us: 80ms}}, the name of a .csv, .tsv or .json file, or cloud',
      defaultText: '`between` for all',
    },
  ),
  'matrix-values': note(z.enum(['round-trip', 'one-way']).optional(), {
    description:
      'What the delays of the matrix are: round trips, of which each direction gets half, or one-way delays, which each direction gets as they are: eu-us 38ms and us-eu 38ms ping at 76 ms. Names of profiles are round trips in any case.',
    form: 'one of round-trip, one-way',
    defaultText: '`round-trip`',
  }),
  'matrix-names': note(
    z
      .record(
        nameSchema,
        note(z.string().min(1).max(200), {
          description: 'What the region is called in the table.',
          form: 'a name as it stands in the table',
        }),
      )
      .optional(),
    {
      description:
        'Names of your own for regions of a matrix file: `{paris: EU (Paris) eu-west-3}`. A name of the table that no region can have is otherwise read as the code of a cloud region in it (`eu-west-3`), or else without accents and with hyphens (`Sao-Paulo`).',
      form: 'a block such as {paris: EU (Paris) eu-west-3}',
      defaultText: 'those of the table',
    },
  ),
  between: note(profileSchema.optional(), {
    description:
      'What links between different regions have where the matrix does not say otherwise: `{loss: 0.1%, jitter: 5ms}`.',
    form: profileForm,
    defaultText: 'nothing',
  }),
  within: note(profileSchema.optional(), {
    description:
      'Links between nodes of the same region. Where the matrix says how long a round trip there takes, `within` says the rest.',
    form: profileForm,
    defaultText: '`lan`',
  }),
  groups: note(
    z
      .record(
        nameSchema,
        note(groupSchema, {
          description: 'A group.',
          form: 'a block with nodes, region, profile and resources',
        }),
      )
      .optional(),
    {
      description:
        'Nodes with an access link or limits of their own, as phones among servers: `{edge: {nodes: 30%, region: asia, profile: poor, resources: minimal}}`.',
      form: 'a block such as {edge: {nodes: 30%, profile: poor}}',
      defaultText: 'none',
    },
  ),
});
export type RawNetwork = z.infer<typeof networkBlock>;

export const networkSchema = note(z.union([profileText, networkBlock]).prefault('ideal'), {
  description:
    'How nodes reach each other: a ready profile, a round trip, or a block. ideal 0 ms; lan 1-5 ms, 0.01 % loss; wan 50-100 ms, 0.1 %; intercontinental 150-300 ms, 0.5 %; poor 200-500 ms, 2 %. Delays are the round trip a ping shows, loss is per packet and direction.',
  form: `one of ${profileWords}, a round trip such as 80ms, or a block with profile, or with regions and matrix`,
});

function readShare(value: unknown): Parsed<NodeShare> {
  if (value === 'rest') return { kind: 'ok', value: { kind: 'rest' } };
  if (typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))) {
    const count = Number(value);
    if (Number.isInteger(count) && count >= 1 && count <= 1000) {
      return { kind: 'ok', value: { kind: 'count', count } };
    }
    return {
      kind: 'refused',
      problem: 'out-of-range',
      why: `a number of nodes is whole, from 1 to 1000; ${shareAdvice(count)}`,
    };
  }
  const parsed = readQuantity(value, parsePercent, { min: 0.0001, max: 1 });
  return parsed.kind === 'ok'
    ? { ...parsed, value: { kind: 'share', ratio: parsed.value } }
    : parsed;
}

function shareAdvice(count: number): string {
  const readings = count > 0 && count < 1 ? advisePercent(numberText(count), '').slice(0, 1) : [];
  const [ratio] = readings;
  return ratio === undefined ? 'a share is written with %' : `write ${ratio.text} for a share`;
}
