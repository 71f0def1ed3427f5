/** The shape of `timeline` in a scenario file; what contradicts itself is in build-timeline.ts. */
import { z } from 'zod';
import { expectations } from '../model/timeline-spec.ts';
import { behavioursField } from './byzantine-schema.ts';
import { duration, note, size } from './fields.ts';
import { profileForm, profileSchema } from './profile-schema.ts';
import { offset, placeName, target, targetForm } from './target-field.ts';

const eventsMax = 100;

const place = z.union([z.string().regex(placeName), z.int().min(0)]);
const placeForm = 'the name of a region or group, such as eu or asia/edge, or the index of a node';

const nodes = note(target(), { description: 'Whose.', form: targetForm });

export const eventSchema = z.strictObject({
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
  crash: note(target().optional(), {
    description:
      'Kills these nodes (SIGKILL). After `for` they are started again; without it they stay away.',
    form: targetForm,
  }),
  stop: note(target().optional(), {
    description: 'The same, asking them to end (SIGTERM).',
    form: targetForm,
  }),
  restart: note(target().optional(), {
    description: 'Kills these nodes and starts them again at once.',
    form: targetForm,
  }),
  state: note(z.enum(['kept', 'empty']).optional(), {
    description:
      'Of crash, stop and restart: what a node finds when it is started again, the state that it had stored or an empty one.',
    form: 'one of kept, empty',
    defaultText: '`kept`',
  }),
  pause: note(target().optional(), {
    description:
      'Freezes these nodes for the time of `for`: the processes stay, and do not run. Their links stay up, as far as their peers know.',
    form: targetForm,
  }),
  cpu: note(
    z
      .strictObject({
        nodes,
        to: note(z.number().min(0.01).max(1024), {
          description: 'Cores of each of them meanwhile.',
          form: 'a number of cores from 0.01 to 1024, such as 0.2',
        }),
      })
      .optional(),
    {
      description: 'Fewer cores for the time of `for` (docker only): `{nodes: 3, to: 0.2}`.',
      form: 'a block with nodes and to',
    },
  ),
  memory: note(
    z
      .strictObject({
        nodes,
        to: note(size(6 * 1024 ** 2, 1024 ** 4), {
          description: 'Memory of each of them meanwhile; the kernel kills one that has more.',
          form: 'a size from 6MiB to 1024GiB, such as 200MiB',
        }),
      })
      .optional(),
    {
      description: 'Less memory for the time of `for` (docker only): `{nodes: 3, to: 200MiB}`.',
      form: 'a block with nodes and to',
    },
  ),
  clock: note(
    z
      .strictObject({
        nodes,
        by: note(offset(3600e3), {
          description:
            'How far the clock that their engine sees is off; negative: behind. An engine is promised that its clock never runs backwards: one that is set back stands still first, for as long as it is set back.',
          form: 'a duration from 1ms to 1h, such as 500ms or -2s',
        }),
      })
      .optional(),
    {
      description:
        'Sets the clock of these nodes wrong for the time of `for`: `{nodes: 3, by: 500ms}`.',
      form: 'a block with nodes and by',
    },
  ),
  behaviour: note(z.strictObject({ nodes, behaviours: behavioursField }).optional(), {
    description:
      'Makes these nodes break the rules, besides whatever they do already: `{nodes: leader, behaviours: silent}`. Without `for` to the end of the window.',
    form: 'a block with nodes and behaviours',
  }),
  for: note(duration(1, 24 * 3600e3).optional(), {
    description:
      'How long: then exactly this event is taken back. Of partition, degrade and profile (without it they hold until a heal), crash and stop (without it they hold to the end); needed by pause, cpu, memory and clock.',
    form: 'a duration such as 5s, over before the end of the measured window',
    defaultText: 'none',
  }),
});
export type RawEvent = z.infer<typeof eventSchema>;

export const timelineSchema = note(z.array(eventSchema).max(eventsMax).default([]), {
  description: 'What happens to network and nodes while they are measured.',
  form: 'a list of at most 100 blocks such as {at: 10s, crash: leader, for: 5s}',
  defaultText: 'none',
});

export const expectSchema = note(z.array(z.enum(expectations)).default([]), {
  description:
    'What must have happened, or else the repetition is invalid: `view-change`, rounds ended by a timeout; `catch-up`, a node that was behind had everything again.',
  form: 'a list of view-change and catch-up',
  defaultText: 'nothing',
});
