/** The network under check: how its nodes are asked, and how what they answer is held to account. */
import type { ZodType } from 'zod';
import { problemSchema } from '../../../node-image/src/contract/index.ts';
import type { RawReply, RawRequest } from '../control/node-client.ts';
import type { Clock } from '../lib/clock.ts';
import { waitUntil } from '../lib/wait-until.ts';
import type { RunningNetwork } from '../runtime/runtime.ts';
import { type CheckList, type Fault, NodeEnded } from './check-list.ts';

export interface Subject {
  readonly network: RunningNetwork;
  readonly list: CheckList;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  send(nodeIndex: number, request: RawRequest): Promise<RawReply>;
}

const QUOTE_CHARS = 60;
const LOOK_MS = 50;

/** Asks until there is something, or time is up; what goes wrong meanwhile is asked again. */
export async function awaitValue<T>(
  { clock, signal }: Pick<Subject, 'clock' | 'signal'>,
  deadlineMs: number,
  look: () => Promise<T | undefined>,
): Promise<{ readonly value: T | undefined; readonly lastError: unknown }> {
  const pauses = { pauseMs: LOOK_MS, pauseMsMax: LOOK_MS };
  const isFinal = (error: unknown): boolean => error instanceof NodeEnded;
  return waitUntil(look, { clock, signal, deadlineMs, ...pauses }, isFinal);
}

/** @returns the value of a reply, or what is wrong with it */
export function readReply<T>(
  { status, text }: RawReply,
  schema: ZodType<T>,
): { readonly value: T } | { readonly fault: Fault } {
  if (!isSuccess(status)) return { fault: { text: `status ${status}: ${quote(text)}` } };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: { text: `it is not JSON: ${quote(text)}` } };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  const field = `/${(issue?.path ?? []).join('/')}`;
  return { fault: { field, text: `${issue?.message ?? 'outside the contract'}` } };
}

/**
 * One request that has to succeed.
 * @param agree what the shape cannot say
 * @returns null if it does not pass
 */
export async function expectReply<T>(
  { list, send }: Subject,
  asked: RawRequest & { readonly nodeIndex?: number; readonly what: string },
  schema: ZodType<T>,
  agree: (value: T) => Fault | null = () => null,
): Promise<T | null> {
  let found: T | null = null;
  await list.hold(`${asked.method} ${asked.path}`, asked.what, async () => {
    const reply = readReply(await send(asked.nodeIndex ?? 0, asked), schema);
    if ('fault' in reply) return reply.fault;
    const fault = agree(reply.value);
    if (fault === null) found = reply.value;
    return fault;
  });
  return found;
}

/** One request whose body is not read. */
export function expectDone(
  { list, send }: Subject,
  asked: RawRequest & { readonly nodeIndex?: number; readonly what: string },
): Promise<boolean> {
  return list.hold(`${asked.method} ${asked.path}`, asked.what, async () => {
    const { status, text } = await send(asked.nodeIndex ?? 0, asked);
    return isSuccess(status) ? null : { text: `status ${status}: ${quote(text)}` };
  });
}

export interface Refusal extends RawRequest {
  readonly nodeIndex?: number;
  readonly what: string;
  readonly status: number;
  readonly code: string;
}

/** One request that has to be refused, in the way that the contract names. */
export function expectRefusal({ list, send }: Subject, refusal: Refusal): Promise<boolean> {
  const { method, path, what, status, code } = refusal;
  return list.hold(`${method} ${path}`, `is refused ${what}`, async () => {
    const reply = await send(refusal.nodeIndex ?? 0, refusal);
    if (reply.status !== status) {
      return { text: `status ${reply.status} instead of ${status}: ${quote(reply.text)}` };
    }
    let problem: unknown;
    try {
      problem = JSON.parse(reply.text);
    } catch {
      return { text: `the refusal is not JSON: ${quote(reply.text)}` };
    }
    const parsed = problemSchema.safeParse(problem);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return { field: `/${(issue?.path ?? []).join('/')}`, text: issue?.message ?? '' };
    }
    if (parsed.data.code === code) return null;
    return { field: '/code', text: `"${parsed.data.code}" instead of "${code}"` };
  });
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

export function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return 'an empty body';
  return line.length > QUOTE_CHARS ? `${line.slice(0, QUOTE_CHARS - 3)}...` : line;
}
