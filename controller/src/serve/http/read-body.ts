import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { TestbedError } from '../../errors/testbed-error.ts';

/** Room for a scenario and a matrix beside it. */
const bodyBytesMax = 1024 ** 2;
/** Of what is too large so much is still read and thrown away: who is cut off reads no answer. */
const discardedBytesMax = 8 * 1024 ** 2;
/** Deeper values are no request of ours, and would cost whoever walks through them. */
const depthMax = 30;

/** @throws TestbedError REQUEST_INVALID, REQUEST_TOO_LARGE */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(type)) {
    throw invalid('The body has to be JSON: Content-Type: application/json.');
  }
  const text = await readText(request);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid('The body is not JSON.', cause);
  }
  if (!isShallow(value, depthMax)) throw invalid(`The body is nested deeper than ${depthMax}.`);
  return value;
}

async function readText(request: IncomingMessage): Promise<string> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > discardedBytesMax) throw tooLarge();
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > discardedBytesMax) throw tooLarge();
    if (sizeBytes <= bodyBytesMax) chunks.push(chunk);
  }
  if (sizeBytes > bodyBytesMax) throw tooLarge();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw invalid('The body is not UTF-8.', cause);
  }
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}

/** @throws TestbedError REQUEST_INVALID naming every field that is not as it should be */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({
    path: path.map(String).join('.'),
    message,
  }));
  const told = problems
    .slice(0, 5)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  throw new TestbedError(
    'REQUEST_INVALID',
    `The ${what} is not as described: ${told.join('; ')}.`,
    {
      hint: 'Every address is described in docs/openapi.json.',
      details: { problems },
    },
  );
}

function invalid(message: string, cause?: unknown): TestbedError {
  return new TestbedError('REQUEST_INVALID', message, {
    hint: 'Every address is described in docs/openapi.json.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function tooLarge(): TestbedError {
  return new TestbedError('REQUEST_TOO_LARGE', `A body has at most ${bodyBytesMax} bytes.`, {
    hint: 'Scenarios have at most 64 KiB; a longer matrix goes to topologies/ on the server.',
  });
}
