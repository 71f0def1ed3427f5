import { messageOf } from '../lib/message-of.ts';
import type { TestbedError } from './testbed-error.ts';

/** A failure as a plain value: for `--json`, and for whoever asks the server. */
export interface ErrorValue {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly exitCode: number;
  readonly docs: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly cause?: string;
}

export function describeError(error: TestbedError): ErrorValue {
  return {
    code: error.code,
    message: error.message,
    hint: error.hint ?? null,
    exitCode: error.exitCode,
    docs: docsLink(error.code),
    details: error.details,
    ...(error.cause === undefined ? {} : { cause: messageOf(error.cause) }),
  };
}

export function docsLink(code: string): string {
  return `docs/errors.md#${code.toLowerCase()}`;
}
