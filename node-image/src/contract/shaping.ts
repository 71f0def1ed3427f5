import * as z from 'zod';

/**
 * Shaping and probing inside a node: optional parts of the contract (capabilities `shaping` and
 * `probe`). The shaper delays what leaves this node, per peer; each end of a link shapes its own
 * direction. In words, with the model of loss: docs/node-contract.md.
 */

const ratio = z.number().min(0).max(1);
const milliseconds = z.number().nonnegative().max(600_000);

/** One direction of one link. The meaning of each field: docs/scenario.md, network. */
export const linkShapingSchema = z.object({
  peerIndex: z.number().int().min(0),
  delay: z.object({
    distribution: z.enum(['fixed', 'uniform', 'normal', 'pareto']),
    meanMs: milliseconds,
    jitterMs: milliseconds,
    correlationRatio: ratio,
  }),
  loss: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('none') }),
    z.object({ kind: z.literal('independent'), ratio }),
    z.object({
      kind: z.literal('gilbert-elliott'),
      enterBadRatio: ratio,
      leaveBadRatio: ratio,
      badLossRatio: ratio,
      goodLossRatio: ratio,
    }),
  ]),
  /** Null = unlimited. */
  rateBitsPerSec: z.number().positive().nullable(),
  /** Nothing passes: what is sent waits until it is false again, as TCP would make it wait. */
  isCut: z.boolean(),
});
export type LinkShaping = z.infer<typeof linkShapingSchema>;

/**
 * Body of POST /v1/shaping: everything that holds from now on; peers not listed are unshaped.
 * Taken in every state, so that links can be shaped before they exist. `seed` fixes all chance.
 */
export const shapingSchema = z.object({
  seed: z.number().int().min(0),
  links: z.array(linkShapingSchema),
  /** Of all links of this node together; null = unlimited. */
  upBitsPerSec: z.number().positive().nullable(),
  downBitsPerSec: z.number().positive().nullable(),
});
export type Shaping = z.infer<typeof shapingSchema>;

/** Reply of POST /v1/shaping: when it took effect, wall clock of this node. */
export const shapingAppliedSchema = z.object({ appliedUnixMs: z.number().min(0) });
export type ShapingApplied = z.infer<typeof shapingAppliedSchema>;

/**
 * Reply of GET /v1/shaping: what holds, as it was given (before the first order nothing is shaped,
 * and the seed is 0); and growth since the node began, per peer that is or was shaped.
 */
export const shapingStatusSchema = z.object({
  shaping: shapingSchema,
  links: z.array(
    z.object({
      peerIndex: z.number().int().min(0),
      /** Segments of at most 1,448 bytes, and those that were counted as lost once or more. */
      segments: z.number().int().min(0),
      segmentsLost: z.number().int().min(0),
      bytes: z.number().int().min(0),
    }),
  ),
});
export type ShapingStatus = z.infer<typeof shapingStatusSchema>;

/**
 * Body of POST /v1/probe: sends `count` small frames to a peer over the link that consensus uses,
 * one every `intervalMs`, and waits at most `timeoutMs` after the last for answers.
 */
export const probeSchema = z.object({
  peerIndex: z.number().int().min(0),
  count: z.number().int().min(1).max(10_000),
  intervalMs: z.number().min(1).max(10_000),
  timeoutMs: z.number().min(1).max(60_000),
});
export type Probe = z.infer<typeof probeSchema>;

/** Reply of POST /v1/probe. `rttMicros` holds one round trip for each answer, in order. */
export const probeResultSchema = z.object({
  sent: z.number().int().min(0),
  rttMicros: z.array(z.number().nonnegative()),
});
export type ProbeResult = z.infer<typeof probeResultSchema>;

/** Body of POST /v1/probe-rate: fills the link to a peer for `durationMs`. */
export const rateProbeSchema = z.object({
  peerIndex: z.number().int().min(0),
  durationMs: z.number().min(10).max(60_000),
});
export type RateProbe = z.infer<typeof rateProbeSchema>;

/**
 * Reply: what the peer received after the first quarter, headers included as rates count them, and
 * over which time by its clock.
 */
export const rateProbeResultSchema = z.object({
  receivedBytes: z.number().int().min(0),
  elapsedMs: z.number().nonnegative(),
});
export type RateProbeResult = z.infer<typeof rateProbeResultSchema>;
