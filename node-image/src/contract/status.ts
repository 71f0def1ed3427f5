import * as z from 'zod';

/**
 * What a plan of faults needs of a node: who leads (capability `status`), and a clock that can be
 * put wrong (capability `clock`). In words: docs/node-contract.md.
 */

/**
 * Reply of GET /v1/status: consensus as this node sees it at this moment. Answered in every state;
 * before it takes part round and height are 0.
 */
export const nodeStatusSchema = z.object({
  /** Of whatever the protocol counts its attempts by: round, view. */
  round: z.number().int().min(0),
  /** Index of the member that leads this round; null if nobody does, or it cannot be said. */
  leader: z.number().int().min(0).nullable(),
  committedHeight: z.number().int().min(0),
  /** What was last ordered by POST /v1/clock; 0 before, and after a restart. */
  clockOffsetMs: z.number(),
  /** What the engine takes for the time at this moment, Unix ms; left out by nodes that cannot tell. */
  engineUnixMs: z.number().optional(),
});
export type NodeStatus = z.infer<typeof nodeStatusSchema>;

/** An hour to either side: no timeout of any protocol is longer. */
const clockOffsetMsMax = 60 * 60 * 1_000;

/**
 * Body of POST /v1/clock: from now on the engine is told the time plus this; 0 puts it right. Only
 * the engine: whatever is measured, load included, goes by the true time. An engine's clock never
 * runs backwards: set back, it all but stands still until it has been caught up with.
 */
export const clockOrderSchema = z.object({
  offsetMs: z.number().min(-clockOffsetMsMax).max(clockOffsetMsMax),
});
export type ClockOrder = z.infer<typeof clockOrderSchema>;

/** Reply of POST /v1/clock: when it took effect, true wall clock of this node. */
export const clockAppliedSchema = z.object({ appliedUnixMs: z.number().min(0) });
export type ClockApplied = z.infer<typeof clockAppliedSchema>;
