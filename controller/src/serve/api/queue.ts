/** The queue: one run at a time, others wait. An entry keeps its run id from the first moment. */
import { z } from 'zod';
import { count, errorReply, runId, time } from './parts.ts';
import { planRequest } from './scenarios.ts';

export const submission = planRequest.extend({
  strict: z.boolean().default(false).describe('Refuse what has to be clamped'),
  allowMismatch: z.boolean().default(false).describe('Go on where the network is not as asked'),
  keepLogs: z.boolean().default(false),
});
export type Submission = z.infer<typeof submission>;

/**
 * waiting -> preparing -> running -> completed | failed | interrupted; stopping and cancelling in
 * between; removed: taken out while it waited. interrupted: somebody stopped it, or the server
 * ended under it, which `error` says.
 */
export const entryState = z.enum([
  'waiting',
  'preparing',
  'running',
  'stopping',
  'cancelling',
  'completed',
  'failed',
  'interrupted',
  'removed',
]);
export type EntryState = z.infer<typeof entryState>;

export const queueEntry = z
  .object({
    id: runId.describe('Of the run that it is, or will be'),
    name: z.string(),
    state: entryState,
    submittedAt: time,
    submittedBy: z.string().describe('Name of the token; `local` without'),
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    isStored: z.boolean().describe('There is a run of this id with results or a reason'),
    error: errorReply.shape.error
      .nullable()
      .describe('Why it is not a success, as the command line would say it'),
    exitCode: z.int().nullable().describe('Of `testbed run`; null before its end'),
  })
  .meta({ id: 'QueueEntry' });
export type QueueEntry = z.infer<typeof queueEntry>;

export const queue = z
  .object({
    current: queueEntry.nullable(),
    waiting: z.array(queueEntry).describe('The next first'),
    ended: z.array(queueEntry).describe('The latest first, at most 50'),
  })
  .meta({ id: 'Queue' });
export type Queue = z.infer<typeof queue>;

export const queueOrder = z.strictObject({
  order: z.array(runId).max(1_000).describe('Every waiting entry, each once; the next first'),
});

export const accepted = z
  .object({
    entry: queueEntry,
    ahead: count.describe('Runs that come first, the current one included'),
  })
  .meta({ id: 'Accepted' });
export type Accepted = z.infer<typeof accepted>;

/** Who did what; the latest first. */
export const auditLog = z
  .object({
    entries: z.array(
      z.object({
        at: time,
        action: z.string().describe('submit, stop, cancel, remove, reorder, sign-in, refused'),
        who: z.string().describe('Name of the token; `local` without'),
        from: z.string().describe('Address'),
        runId: runId.nullable(),
        outcome: z.string().describe('ok, or the code of the error'),
      }),
    ),
  })
  .meta({ id: 'AuditLog' });
