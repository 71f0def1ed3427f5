/**
 * What sidecar and program say to each other, one JSON object per line: docs/sidecar.md. The
 * sidecar honours the node contract; the program only orders transactions.
 */
import * as z from 'zod';
import type { Configure } from '../contract/index.ts';

/** To the program, on its standard input. Transactions are base64. */
export type ToProgram =
  | {
      readonly type: 'configure';
      readonly index: number;
      /** `address:port` on which the other members reach this one. */
      readonly listen: string;
      /** Of all members, in index order. */
      readonly committee: readonly { readonly index: number; readonly address: string }[];
      readonly chainId: string;
      /** A folder of the program's own that survives a restart. */
      readonly stateDir: string;
      readonly engine: Configure['engine'];
      /** `node` of the scenario. */
      readonly parameters: Configure['node'];
    }
  | { readonly type: 'start' }
  | { readonly type: 'submit'; readonly transactions: readonly string[] };

const transactions = z.array(z.base64());
const count = z.number().int().min(0).default(0);

/** From the program, on its standard output. */
export const fromProgramSchema = z.discriminatedUnion('type', [
  /** Every link that it needs has been up at once. */
  z.object({ type: z.literal('ready') }),
  /** The next block, empty or not; the first one after every start is block 1. */
  z.object({
    type: z.literal('commit'),
    transactions,
    /** Member that made the block, and when: for block latency. */
    proposer: z.number().int().min(0).optional(),
    createdUnixMs: z.number().min(0).optional(),
  }),
  /** Transactions of this node that will never be committed. */
  z.object({ type: z.literal('reject'), transactions }),
  /** Totals since the program began, for what it can count. */
  z.object({
    type: z.literal('counters'),
    roundsEntered: count,
    roundsTimedOut: count,
    messagesSent: count,
    messagesReceived: count,
    messagesDropped: count,
    bytesSent: count,
    bytesReceived: count,
    signaturesVerified: count,
  }),
]);
export type FromProgram = z.infer<typeof fromProgramSchema>;
export type ProgramCounters = Omit<Extract<FromProgram, { type: 'counters' }>, 'type'>;

const QUOTE_CHARS = 80;

/** @throws Error that quotes a line which is no message */
export function readMessage(line: string): FromProgram {
  const said = line.length > QUOTE_CHARS ? `${line.slice(0, QUOTE_CHARS)}...` : line;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`The program wrote a line that is not JSON: ${said}`);
  }
  const parsed = fromProgramSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`The program wrote ${said}: /${issue?.path.join('/')}: ${issue?.message}`);
}
