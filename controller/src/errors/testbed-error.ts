import { catalogue, type ErrorCode, exitCodes } from './catalogue.ts';

export interface TestbedErrorOptions {
  /** What to do next, with a command where there is one. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Facts for machines, printed by --json. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * An expected failure: what happened and why in `message` (full sentences, with the values), what
 * to do next in `hint`. Anything else that is thrown is a bug of this program.
 */
export class TestbedError extends Error {
  override readonly name = 'TestbedError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: TestbedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  get exitCode(): number {
    return exitCodes[catalogue[this.code].exit];
  }
}
