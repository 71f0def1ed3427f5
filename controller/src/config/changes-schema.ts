/** The shape of `changes` in a scenario file; what contradicts itself is in build-changes.ts. */
import { z } from 'zod';
import { duration, note } from './fields.ts';
import { profileForm, profileSchema } from './profile-schema.ts';

const changesMax = 100;

const place = z.union([nameWithGroup(), z.int().min(0)]);
const placeForm = 'the name of a region or group, such as eu or asia/edge, or the index of a node';

export const changeSchema = z.strictObject({
  at: note(duration(0, 24 * 3600e3), {
    description: 'When, after the start of the measured window.',
    form: 'a duration such as 10s, less than phases.measure',
  }),
  partition: note(z.array(z.array(place).min(1)).min(2).optional(), {
    description:
      'Cuts all links between these sides: `[[eu], [us, asia]]`. Regions, groups or node indexes; nodes in no side reach everybody. Takes the place of an earlier partition.',
    form: `a list of at least two lists, each of them of ${placeForm}`,
  }),
  heal: note(z.literal(true).optional(), {
    description: 'Makes the network what it was at the start.',
    form: 'true',
  }),
  degrade: note(
    z
      .strictObject({
        from: note(place.optional(), {
          description: 'One end.',
          form: 'the name of a region or group',
          defaultText: 'all',
        }),
        to: note(place.optional(), {
          description: 'The other end.',
          form: 'the name of a region or group',
          defaultText: 'all',
        }),
        with: note(profileSchema.optional(), {
          description: 'The profile that takes the place of that of the links.',
          form: profileForm,
        }),
        add: note(profileSchema.optional(), {
          description: 'What comes on top: delays add up, losses compound, the lower rate counts.',
          form: profileForm,
        }),
      })
      .optional(),
    {
      description:
        'Worsens the links between two regions: `{from: eu, to: us, add: {rtt: 100ms, loss: 2%}}`, or `with:` for a profile in place of theirs.',
      form: 'a block with from, to, and either add or with',
    },
  ),
  profile: note(profileSchema.optional(), {
    description: 'Another profile for every link.',
    form: profileForm,
  }),
  flap: note(
    z
      .strictObject({
        link: note(z.array(place).length(2), {
          description: 'The two ends.',
          form: 'a list of two, such as [eu, us]',
        }),
        every: note(duration(200, 3600e3), {
          description: 'One period: cut for its first half, whole for the second.',
          form: 'a duration from 200ms to 1h, such as 2s',
        }),
        for: note(duration(100, 24 * 3600e3), {
          description: 'How long.',
          form: 'a duration from 100ms, such as 10s',
        }),
      })
      .optional(),
    {
      description: 'A link that goes and comes: `{link: [eu, us], every: 2s, for: 10s}`.',
      form: 'a block with link, every and for',
    },
  ),
  'one-way': note(z.boolean().optional(), {
    description:
      'Of a partition: only packets from the first side to the others are cut. Of degrade and flap: only from the first end to the second.',
    form: 'true or false',
    defaultText: '`false`',
  }),
});
export type RawChange = z.infer<typeof changeSchema>;

export const changesSchema = note(z.array(changeSchema).max(changesMax).default([]), {
  description: 'What happens to the network while it is measured.',
  form: 'a list of at most 100 blocks such as {at: 10s, partition: [[eu], [us, asia]]}',
  defaultText: 'none',
});

function nameWithGroup() {
  return z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,30}(\/[A-Za-z][A-Za-z0-9_-]{0,30})?$/);
}
