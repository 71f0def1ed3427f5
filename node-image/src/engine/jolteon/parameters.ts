import * as z from 'zod';
import { chainedParameters } from '../chained/parameters.ts';

/** Meaning and defaults: docs/scenario.md. */
export const jolteonParameters = z.object({
  protocol: z.literal('jolteon'),
  ...chainedParameters,
});
