import * as z from 'zod';

/**
 * Load and results. The load generator is an optional part of the contract (capability `load`);
 * what it must measure, and how, is fixed here so that two implementations give comparable numbers.
 */

/** A transaction carries when it was due, who made it and its number: 8 + 4 + 8 bytes. */
export const transactionBytesMin = 20;

/** Numbers of a reply: what is counted, and what is measured, cannot be negative. */
const count = z.number().int().min(0);
const amount = z.number().min(0);

/** Largest order for load that a node must take; anything beyond is a mistake, and refused. */
export const loadLimits = {
  rateTxPerSecMax: 1e7,
  transactionBytesMax: 1024 * 1024,
  /** Of the warm-up and of the measured window, each: 24 h. */
  phaseMsMax: 24 * 60 * 60 * 1_000,
  /** A node numbers so many loads in its life. */
  loadsMax: 4_096,
  /** An order may come this late after its start; what was due before is then sent at once. */
  startLateMsMax: 60_000,
} as const;

/**
 * Body of POST /v1/load/start. Open loop: transaction k of this node is due at a time drawn from
 * the arrival process alone, whatever the network does. Sending starts at `startUnixMs`; the
 * measured window is [startUnixMs + warmupMs, startUnixMs + warmupMs + measureMs), and sending
 * stops at its end. Rate is this node's share. `seed` fixes the arrival process. `loadNumberMin`:
 * so many loads were ordered of this member before, which it may have forgotten with its state;
 * their transactions must not be named again.
 */
export const loadStartSchema = z.object({
  arrivals: z.enum(['poisson', 'constant']),
  rateTxPerSec: z.number().nonnegative().max(loadLimits.rateTxPerSecMax),
  sizeBytes: z.number().int().min(transactionBytesMin).max(loadLimits.transactionBytesMax),
  seed: z.number().int().min(0),
  startUnixMs: z.number(),
  warmupMs: z.number().nonnegative().max(loadLimits.phaseMsMax),
  measureMs: z.number().positive().max(loadLimits.phaseMsMax),
  loadNumberMin: z
    .number()
    .int()
    .min(0)
    .max(loadLimits.loadsMax - 1)
    .optional(),
});
export type LoadStart = z.infer<typeof loadStartSchema>;

/**
 * Reply of GET /v1/load. `pending` counts transactions sent by this node that are neither
 * committed nor rejected; the drain phase ends when it reaches 0 on every node.
 */
export const loadStatusSchema = z.object({
  state: z.enum(['idle', 'scheduled', 'warmup', 'measure', 'drain', 'done']),
  scheduled: count,
  committed: count,
  rejected: count,
  pending: count,
});
export type LoadStatus = z.infer<typeof loadStatusSchema>;

/**
 * A latency histogram in microseconds with 3 significant digits. Either the base64 text of an
 * HdrHistogram V2 compressed encoding, or plain [valueUs, count] pairs in ascending order.
 */
export const histogramSchema = z.discriminatedUnion('encoding', [
  z.object({ encoding: z.literal('hdr-v2'), base64: z.string().min(1) }),
  z.object({
    encoding: z.literal('counts'),
    counts: z.array(z.tuple([z.number().int().min(0), z.number().int().min(1)])),
  }),
]);
export type EncodedHistogram = z.infer<typeof histogramSchema>;

/** What the overlay did in the window; only where not everybody is linked to everybody. */
export const overlayCountersSchema = z.object({
  messagesRelayed: count,
  bytesRelayed: count,
  messagesDelivered: count,
  hopsTravelled: count,
  duplicates: count,
  forged: count,
  unroutable: count,
});
export type OverlayCounters = z.infer<typeof overlayCountersSchema>;

/** What signatures of consensus cost in the window. A check is of one signature, or one aggregate. */
export const signatureCountersSchema = z.object({
  made: count,
  makingMicros: amount,
  checked: count,
  checkingMicros: amount,
});
export type SignatureCounters = z.infer<typeof signatureCountersSchema>;

/**
 * Growth of this node's counters between the two ends of the measured window. `null` where a node
 * cannot know (`container*` outside a container). CPU in microseconds, memory in bytes (largest
 * value seen inside the window, sampled at least once a second).
 */
export const windowCountersSchema = z.object({
  blocksCommitted: count,
  blocksProposed: count,
  transactionsCommitted: count,
  roundsEntered: count,
  roundsTimedOut: count,
  messagesSent: count,
  messagesReceived: count,
  bytesSent: count,
  bytesReceived: count,
  messagesDropped: count,
  signaturesVerified: count,
  cpuMicros: amount,
  memoryBytesMax: amount,
  cpuPeriods: count.nullable(),
  cpuPeriodsThrottled: count.nullable(),
  memoryLimitBytes: amount.nullable(),
  eventLoopDelayMsP99: amount,
  overlay: overlayCountersSchema.optional(),
  signatures: signatureCountersSchema.optional(),
});
export type WindowCounters = z.infer<typeof windowCountersSchema>;

/** A list of commits has at most this many entries, however long the window is. */
export const commitSlicesMax = 16_384;

/**
 * When blocks were committed at this node, whoever proposed them, cut into slices of `sliceMs` from
 * the start of the window. An entry for each slice in which any was: slices since the entry before
 * it (the first: since slice 0), blocks (empty ones included), and transactions in them.
 */
export const commitsSchema = z.object({
  sliceMs: z.number().positive(),
  slices: z.array(z.tuple([count, z.number().int().min(1), count])).max(commitSlicesMax),
});
export type Commits = z.infer<typeof commitsSchema>;

/**
 * Reply of GET /v1/results, complete once the window is over; call it after the drain.
 * - `scheduledInWindow`: transactions due inside the window. Each ends in exactly one of
 *   `committedOfWindow`, `rejectedOfWindow`, or unfinished (the rest).
 * - `committedInWindow`: this node's own transactions whose commit at this node fell inside the
 *   window, whenever they were due: the numerator of throughput.
 * - `commitLatency`: due time to commit at this node, of the transactions due inside the window.
 * - `serviceLatency`: the same from the actual send. `sendLag`: due time to actual send.
 * - `blockLatency`: creation of a block at its leader to its commit here; leaders only.
 * - `series`: per `periodMs` slice of the window, the own transactions due and committed.
 * - `commits`: optional; what all nodes' transactions did here, finer than `series`. Without it the
 *   effects of a planned event are only known to `series.periodMs`.
 */
export const resultsSchema = z.object({
  window: z.object({ startUnixMs: amount, endUnixMs: amount }),
  scheduledInWindow: count,
  committedOfWindow: count,
  rejectedOfWindow: count,
  committedInWindow: count,
  counters: windowCountersSchema,
  histograms: z.object({
    commitLatency: histogramSchema,
    serviceLatency: histogramSchema,
    sendLag: histogramSchema,
    blockLatency: histogramSchema,
  }),
  series: z.object({
    periodMs: z.number().positive(),
    scheduled: z.array(count),
    committed: z.array(count),
  }),
  commits: commitsSchema.optional(),
});
export type NodeResults = z.infer<typeof resultsSchema>;

/**
 * Reply of GET /v1/log: running digests of the committed log, ascending by height. The digest at
 * height h is SHA-256(digest at h-1 || id of block h), with 32 zero bytes at height 0, so two
 * nodes that agree at h agree on everything below it. A node keeps at least its last 1,024
 * heights and every 256th before that.
 */
export const logDigestsSchema = z.object({
  committedHeight: z.number().int().min(0),
  digests: z.array(
    z.object({ height: z.number().int().min(1), digestHex: z.string().regex(/^[0-9a-f]{64}$/i) }),
  ),
});
export type LogDigests = z.infer<typeof logDigestsSchema>;
