/** The shape of `resources`: the limits of one node. */
import { z } from 'zod';
import { cpus, note, sizeOrNone } from './fields.ts';
import { resourceNames } from './ready-profiles.ts';

const resourcesBlock = z.strictObject({
  profile: note(z.enum(resourceNames).optional(), {
    description:
      'Ready limits: minimal (1 core, 512 MiB), light (2, 1 GiB), standard (4, 2 GiB), heavy (8, 4 GiB), extreme (16, 8 GiB). The other keys change them.',
    form: `one of ${resourceNames.join(', ')}`,
    defaultText: 'none of them',
  }),
  cpus: note(cpus().optional(), {
    description:
      'Processor cores that one node may use; `fair` is the cores of the host over the largest size, so that sizes of one sweep compare; `none` lifts the limit. The process runtime cannot limit.',
    form: 'a number of cores from 0.01 to 1024, such as 0.5, or fair, or none',
    defaultText: '`1` on docker, `none` on process',
  }),
  memory: note(sizeOrNone(6 * 1024 ** 2, 1024 ** 4).optional(), {
    description: 'Memory that one node may use before the kernel kills it; `none` lifts the limit.',
    form: 'a size from 6MiB to 1024GiB, such as 256MiB, or none',
    defaultText: '`256MiB` on docker, `none` on process',
  }),
  pids: note(z.int().min(16).max(32768).optional(), {
    description: 'Processes and threads that one node may have (docker only).',
    form: 'a whole number from 16 to 32768',
    defaultText: '`256`',
  }),
});
export const resourcesNote = {
  description: 'Limits of one node.',
  form: `one of ${resourceNames.join(', ')}, or a block with cpus, memory and pids`,
};

/** `resources: light`, or a block. */
export const limitsSchema = z.union([z.enum(resourceNames), resourcesBlock]);

export const resourcesSchema = note(limitsSchema.prefault({}), resourcesNote);
export type RawResources = z.infer<typeof resourcesSchema>;
