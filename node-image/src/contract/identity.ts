import * as z from 'zod';
import { engineParametersSchema } from './engine.ts';
import { consensusKeySchema, signatureSchemeSchema } from './signatures.ts';

/**
 * How a node introduces itself, and what it is told about the committee. Part of the contract, so
 * every field is described in docs/node-contract.md. A change that an older node would misunderstand
 * changes CONTRACT_VERSION, unless a capability says which nodes know of it.
 */

/** Raised whenever a node written for the older contract would misunderstand the newer one. */
export const CONTRACT_VERSION = 1;

/**
 * waiting: control port open, joined nothing · connecting: configured, dialling its links ·
 * ready: every planned link is up · running: taking part in consensus · stopped: has left the
 * network, or is ending · failed: gave up, `failure` says why.
 */
export const nodeStateSchema = z.enum([
  'waiting',
  'connecting',
  'ready',
  'running',
  'stopped',
  'failed',
]);
export type NodeState = z.infer<typeof nodeStateSchema>;

/** Reply of GET /v1/identity. `publicKeyHex` is the raw 32-byte Ed25519 key, lower-case hex. */
export const identitySchema = z.object({
  contractVersion: z.number().int(),
  runId: z.string(),
  nodeIndex: z.number().int().min(0),
  peerId: z.string().min(1),
  publicKeyHex: z.string().min(1),
  dataAddress: z.string().min(1),
  software: z.string(),
  /** The consensus protocol that it runs, for the record; absent: it does not say. */
  protocol: z.string().optional(),
  /** Those it can run, if it runs what `engine.protocol` names: then `protocol` is that, once it is configured. */
  protocols: z.array(z.string()).optional(),
  capabilities: z.array(z.string()),
});
export type Identity = z.infer<typeof identitySchema>;

export const committeeMemberSchema = z.object({
  index: z.number().int().min(0),
  peerId: z.string().min(1),
  publicKeyHex: z.string().min(1),
  dataAddress: z.string().min(1),
  /** Present exactly where `Configure.signature` is. */
  consensusKey: consensusKeySchema.optional(),
});
export type CommitteeMember = z.infer<typeof committeeMemberSchema>;

/** Parameters of the software under test itself: the scenario's `node`, handed on as it is. */
export const nodeParametersSchema = z.record(z.string().min(1), z.json());
export type NodeParameters = z.infer<typeof nodeParametersSchema>;

/**
 * Who keeps a link to whom, if not everybody to everybody: pairs of indexes, each pair once, smaller
 * index first. Only for nodes with capability `overlay`.
 */
export const topologySchema = z.object({
  edges: z.array(z.tuple([z.number().int().min(0), z.number().int().min(0)])),
});
export type Topology = z.infer<typeof topologySchema>;

/**
 * Body of POST /v1/configure. The whole committee in index order, the indexes this node keeps a
 * connection to, and the engine's parameters. `chainId` is bound into every signature.
 * `resume` says what a node does when its process starts again with this configuration stored:
 * `at-once` goes on where it was; `when-configured` waits for the same configuration once more,
 * so that its links can be shaped anew before it sends anything; only for nodes with capability
 * `resume`. `isUnderWay`: the others run already, so the node takes part as soon as it is
 * configured, as one that starts again: it does not wait for its links, nor to be started. `node` holds parameters that only this software knows; it refuses others.
 * `signature`: the scheme of the members' consensus keys; absent: they sign with the keys that name
 * them. Only for nodes with capability `signatures`.
 */
export const configureSchema = z.object({
  chainId: z.string().min(1),
  committee: z.array(committeeMemberSchema).min(1),
  links: z.array(z.number().int().min(0)),
  topology: topologySchema.optional(),
  engine: engineParametersSchema,
  signature: signatureSchemeSchema.optional(),
  resume: z.enum(['at-once', 'when-configured']).default('at-once'),
  isUnderWay: z.boolean().optional(),
  node: nodeParametersSchema.optional(),
});
export type Configure = z.infer<typeof configureSchema>;

/**
 * Reply of GET /v1/ready. `missing` holds the indexes of planned links that are not up. `peers`, for
 * nodes that tell, holds every member that there is a live connection with, planned or not.
 */
export const readinessSchema = z.object({
  state: nodeStateSchema,
  linksPlanned: z.number().int().min(0),
  linksUp: z.number().int().min(0),
  missing: z.array(z.number().int().min(0)),
  peers: z.array(z.number().int().min(0)).optional(),
  failure: z.string().nullable(),
});
export type Readiness = z.infer<typeof readinessSchema>;
