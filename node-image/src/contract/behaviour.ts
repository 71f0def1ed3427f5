import * as z from 'zod';

/**
 * How a member breaks the rules (capability `byzantine`): a catalogue of behaviours that wrap any
 * engine, ordered and taken back while it runs, and counted. In words: docs/node-contract.md and
 * docs/byzantine.md.
 */
export const behaviourNames = [
  /** Sends nothing. */
  'silent',
  /** Proposes nothing when it leads. */
  'silent-leader',
  /** Proposes so late that it is just not given up. */
  'delay-leader',
  /** Signs two proposals for one place in the order, and shows each to a part of the others. */
  'equivocate',
  /** Votes for two things that exclude each other. */
  'double-vote',
  'withhold-votes',
  /** Builds on an old certificate although it holds a newer one. */
  'stale-certificate',
  /** Sends what is not signed by its key. */
  'bad-signatures',
  /** Sends certificates that prove nothing: too few signers, one signer twice, forged. */
  'invalid-certificates',
  /** Gives up on leaders all the time. */
  'timeout-spam',
  /** Gives up truly, but claims to hold nothing newer than an old certificate. */
  'lying-timeout',
  /** Asks for blocks without end. */
  'sync-flood',
  /** Leaves out the transactions of some clients when it leads, and forwards none of them. */
  'censor',
  /** Sends to a part of the others only. */
  'selective-send',
  /** Sends again what was sent before, by anybody. */
  'replay',
  /** Two of it run with one key, each seen by a part of the others. */
  'twin',
] as const;
export type BehaviourName = (typeof behaviourNames)[number];

/** One behaviour with what it may be told; each has defaults of its own for what is left out. */
export const behaviourSchema = z.strictObject({
  name: z.enum(behaviourNames),
  /** delay-leader: how late; default: just below the timeout. */
  delayMs: z.number().min(0).max(3_600_000).optional(),
  /** equivocate, selective-send, twin: the share of the others that sees the first of two. */
  share: z.number().min(0).max(1).optional(),
  /** bad-signatures, timeout-spam, sync-flood, replay: messages to each of the others. */
  perSec: z.number().min(0).max(10_000).optional(),
  /** censor: members whose clients are left out; selective-send: members that get everything. */
  nodes: z.array(z.number().int().min(0)).optional(),
});
export type Behaviour = z.infer<typeof behaviourSchema>;

/**
 * Body of POST /v1/behaviour: from now on the node behaves so and in no other way; an empty list
 * makes it honest again. May be ordered in every state; what is ordered before the start holds from
 * the first message on. Lost with the process: a node that starts again is honest until told.
 */
export const behaviourOrderSchema = z.strictObject({
  behaviours: z.array(behaviourSchema),
  /** Of whatever it chooses by chance. */
  seed: z.number().int().min(0).max(0xffff_ffff),
});
export type BehaviourOrder = z.infer<typeof behaviourOrderSchema>;

/** Reply of POST /v1/behaviour: when it took effect, true wall clock of this node. */
export const behaviourAppliedSchema = z.object({ appliedUnixMs: z.number().min(0) });
export type BehaviourApplied = z.infer<typeof behaviourAppliedSchema>;

/** Reply of GET /v1/behaviour: what holds, and how often each has been carried out, ever. */
export const behaviourStatusSchema = z.object({
  behaviours: z.array(behaviourSchema),
  misbehaviours: z.partialRecord(z.enum(behaviourNames), z.number().int().min(0)),
});
export type BehaviourStatus = z.infer<typeof behaviourStatusSchema>;
