import * as z from 'zod';
import { signatureSchemeSchema } from './signatures.ts';

const schemeCostsSchema = z.strictObject({
  signMicros: z.number().min(0),
  /** Of one signature, or of an aggregate over one message. */
  verifyMicros: z.number().min(0),
  signatureBytes: z.number().int().min(8),
  /** Adding one signature or key to an aggregate; null: the scheme cannot aggregate. */
  addMicros: z.number().min(0).nullable(),
});
export type SchemeCosts = z.infer<typeof schemeCostsSchema>;

/**
 * What controller and simulation agree on (runtime `sim`): what the work of a node costs in processor
 * time, microseconds on one core of the host that the simulation speaks of. Signatures and hashes are measured there when a run begins; what a message
 * costs is a reference, scaled by how fast that host is (controller, calibrate-costs.ts).
 */
export const simulationCostsSchema = z.strictObject({
  /** A turn of the event loop, whatever it does: waking up, polling, timers. */
  turnMicros: z.number().min(0),
  /** Handing bytes to the transport, once per write: encryption, framing, system call. */
  sendMicros: z.number().min(0),
  sendMicrosPerKib: z.number().min(0),
  /** The same of what arrives, once per chunk. */
  receiveMicros: z.number().min(0),
  receiveMicrosPerKib: z.number().min(0),
  /** A message through decoding and engine, without its signatures; and one through encoding. */
  messageMicros: z.number().min(0),
  /** A transaction through submission, pool, block and commit at one node. */
  transactionMicros: z.number().min(0),
  /** A durable write of the engine's state. */
  persistMicros: z.number().min(0),
  schemes: z.record(signatureSchemeSchema, schemeCostsSchema),
  hashMicros: z.number().min(0),
  hashMicrosPerKib: z.number().min(0),
});
export type SimulationCosts = z.infer<typeof simulationCostsSchema>;
