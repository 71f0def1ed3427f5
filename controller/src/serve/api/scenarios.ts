/** Scenarios: ready ones, and what the command line would say of a text. */
import { z } from 'zod';
import { isHostileStep } from '../../config/put-value.ts';
import { runtimeKinds } from '../../model/runtime-traits.ts';
import { count, errorReply, problem } from './parts.ts';

/** Bytes, as long as a scenario file may be; a matrix beside it may be longer. */
const scenarioChars = 64 * 1024;
const matrixChars = 512 * 1024;

const step = z
  .string()
  .min(1)
  .max(100)
  .refine((text) => !isHostileStep(text), 'no field is called this');

/** A value that stands in for what the text says, as an option of the command line does. */
export const override = z.strictObject({
  path: z.array(step).min(1).max(10),
  value: z.unknown(),
  option: z.string().max(300).describe('How it is called in messages: `--rate`'),
});

export const scenarioRequest = z.strictObject({
  text: z
    .string()
    .max(scenarioChars)
    .nullable()
    .describe('The scenario, YAML; null if overrides say all of it'),
  name: z.string().max(200).default('scenario').describe('How the text is called in messages'),
  overrides: z.array(override).max(200).default([]),
  files: z
    .record(z.string().max(200), z.string().max(matrixChars))
    .default({})
    .describe('Matrix files that the scenario names, by these names; ready ones need not be sent'),
});
export type ScenarioRequest = z.infer<typeof scenarioRequest>;

export const readyScenarios = z
  .object({
    scenarios: z.array(
      z.object({
        name: z.string().describe('File below topologies/'),
        title: z.string(),
        description: z.string(),
        question: z.string().describe('What it answers, from the head of the file'),
        runtime: z.enum(['auto', ...runtimeKinds]),
        sizes: z.array(z.int()),
      }),
    ),
  })
  .meta({ id: 'ReadyScenarios' });

export const readyScenario = z
  .object({ name: z.string(), text: z.string() })
  .meta({ id: 'ReadyScenario' });

export const validation = z
  .object({
    isValid: z.boolean(),
    message: z.string().nullable().describe('All problems as the command line prints them'),
    problems: z.array(problem),
    summary: z
      .object({ name: z.string(), sizes: z.array(z.int()), cells: count, repetitions: count })
      .nullable()
      .describe('Null unless it is valid'),
  })
  .meta({ id: 'Validation' });
export type Validation = z.infer<typeof validation>;

export const planRequest = scenarioRequest.extend({ strict: z.boolean().default(false) });

/** What `testbed plan` says; `error` where it could not run here. */
export const planReply = z
  .object({
    text: z.string().describe('As the command line prints it, 100 columns'),
    hash: z.string(),
    durationMs: z.number(),
    cells: z.array(
      z.object({ id: z.string(), title: z.string(), nodeCount: count, repetitions: count }),
    ),
    warnings: z.array(z.string()),
    plan: z.looseObject({}).describe('Whole, as `testbed plan --json` gives it'),
    capacity: z.looseObject({}),
    hosts: z.array(z.looseObject({})),
    error: errorReply.shape.error.nullable(),
  })
  .meta({ id: 'Plan' });
