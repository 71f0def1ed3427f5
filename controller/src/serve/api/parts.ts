/**
 * The words of the API, as schemas: what the server sends and takes, what the page and the command
 * line read, and what docs/openapi.json is made from. Times are ISO 8601 in UTC, units are in the
 * names, what does not exist is null. Whoever only needs types imports them with `import type`.
 */
import { z } from 'zod';
import { runIdPattern } from '../../model/ids.ts';
import { runtimeKinds } from '../../model/runtime-traits.ts';

export const time = z.iso.datetime().describe('ISO 8601, UTC');
export const runId = z.string().regex(runIdPattern).describe('Run id: yyyymmdd-hhmmss-xxxx');
export const count = z.int().min(0);
export const verdict = z.enum(['valid', 'suspect', 'invalid']);
export const runtime = z.enum(runtimeKinds);
export const shaper = z.enum(['netem', 'userspace', 'none']);
export const phase = z.enum([
  'start',
  'shape',
  'ready',
  'warmup',
  'measure',
  'drain',
  'collect',
  'stop',
]);

/** Everything that goes wrong is answered with this. */
export const errorReply = z
  .object({
    error: z.object({
      code: z.string().describe('Permanent; docs/errors.md. BUG for what nobody expects'),
      message: z.string().describe('What happened and why, in sentences'),
      hint: z.string().nullable().describe('What to do next'),
      exitCode: z.int().describe('What the command line would end with'),
      docs: z.string().nullable().describe('Where it is described'),
      details: z.record(z.string(), z.unknown()),
    }),
  })
  .meta({ id: 'Error' });
export type ErrorReply = z.infer<typeof errorReply>;

/** One thing that is wrong with a scenario, as the command line says it. */
export const problem = z
  .object({
    code: z.string().describe('Kind of problem: unknown-key, out-of-range, ...'),
    path: z.string().describe('Field, dots between levels; empty for the text as a whole'),
    line: z.int().min(1).nullable().describe('From 1; null where it is of no line'),
    column: z.int().min(1).nullable().describe('From 1, in UTF-16 code units'),
    message: z.string(),
    expected: z.string().nullable(),
    suggestion: z.string().nullable().describe('The known word nearest to an unknown one'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;
