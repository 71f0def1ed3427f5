/** The form of `vary` and `skip` in a scenario file; what they come to is in expand-vary.ts. */
import { z } from 'zod';
import { note } from './fields.ts';

export const varyLimits = {
  axesMax: 8,
  valuesMax: 50,
  /** Of a plan, after `skip`. */
  cellsMax: 400,
  /** Before `skip`: what is only left out again has to be written out first. */
  combinationsMax: 20_000,
} as const;

export const varySchema = note(z.record(z.string(), z.array(z.unknown())).optional(), {
  description:
    'What is varied besides the size: any field but those of the run (name, description, seed, repetitions, runtime, thresholds), dots between levels, with the values it takes. Every combination with every size is a cell; repetitions are shuffled over all of them.',
  form: 'a block such as {network: [lan, wan], load.rate: [200, 1000]}',
});

export const skipSchema = note(z.array(z.record(z.string(), z.unknown())).optional(), {
  description:
    'Combinations that are left out: every cell that has all the values of one of these blocks.',
  form: 'a list of blocks such as {nodes: 16, load.rate: 1000}',
});
