import * as z from 'zod';
import { chainedParameters } from '../chained/parameters.ts';

/** Meaning and defaults: docs/scenario.md. */
export const hotstuffParameters = z.object({
  protocol: z.literal('hotstuff'),
  ...chainedParameters,
});
