/** What a handler gives back, and how it goes out. */
import type { ServerResponse } from 'node:http';
import { describeError, type ErrorValue } from '../../errors/describe-error.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { ErrorReply } from '../api/parts.ts';
import type { EventChannel } from './event-channel.ts';
import { statusOf } from './status-codes.ts';

export type Answer =
  | { readonly kind: 'json'; readonly value: unknown; readonly headers?: ExtraHeaders }
  | {
      readonly kind: 'text';
      readonly type: string;
      readonly text: string | Uint8Array;
      readonly headers?: ExtraHeaders;
    }
  /** isOver: the channel has no more to say than its opening. */
  | { readonly kind: 'stream'; readonly channel: EventChannel; readonly isOver?: boolean }
  | { readonly kind: 'none'; readonly headers?: ExtraHeaders };

export type ExtraHeaders = Readonly<Record<string, string>>;

/**
 * Scripts and styles of our own only, and nothing from elsewhere; inline styles are those of
 * charts. The report is one file with its scripts inside: it gets a policy of its own.
 */
export const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
export const reportPolicy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts allow-popups allow-downloads";
const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

const always: ExtraHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy': dataPolicy,
};

export function sendAnswer(response: ServerResponse, status: number, answer: Answer): void {
  switch (answer.kind) {
    case 'json': {
      const { value, ...rest } = answer;
      const text = JSON.stringify(value);
      sendText(response, status, { ...rest, kind: 'text', type: 'application/json', text });
      return;
    }
    case 'text':
      sendText(response, status, answer);
      return;
    case 'none':
      response.writeHead(204, { ...always, ...answer.headers }).end();
      return;
    case 'stream':
      response.writeHead(200, {
        ...always,
        'content-type': 'text/event-stream',
        'x-accel-buffering': 'no',
      });
      response.flushHeaders();
  }
}

function sendText(
  response: ServerResponse,
  status: number,
  { type, text, headers }: Extract<Answer, { kind: 'text' }>,
): void {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const head = { ...always, 'content-type': type, 'content-length': String(bytes.length) };
  response.writeHead(status, { ...head, ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}

/** Failures of ours with their code; of what nobody expects, no more than that it happened. */
export function sendError(
  response: ServerResponse,
  error: unknown,
  extra: { readonly status?: number; readonly headers?: ExtraHeaders } = {},
): void {
  const isKnown = error instanceof TestbedError;
  const value = isKnown ? describeError(error) : bug;
  const status = extra.status ?? (isKnown ? statusOf(error.code) : 500);
  const { headers } = extra;
  const reply: ErrorReply = { error: { ...value, details: { ...value.details } } };
  sendAnswer(response, status, {
    kind: 'json',
    value: reply,
    ...(headers === undefined ? {} : { headers }),
  });
}

const bug: ErrorValue = {
  code: 'BUG',
  message: 'Something happened in the server that it does not expect.',
  hint: 'It is in what the server prints. Please report it; CONTRIBUTING.md says where.',
  exitCode: 1,
  docs: null,
  details: {},
};
