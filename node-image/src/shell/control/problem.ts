/** A request that is refused; becomes the reply's status and problem body. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: ProblemCode;

  constructor(status: number, code: ProblemCode, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Permanent; listed with their statuses in docs/node-contract.md. */
export type ProblemCode =
  | 'BAD_REQUEST'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'TOO_LARGE'
  | 'WRONG_STATE'
  | 'OTHER_CHAIN'
  | 'SCHEME_MISSING'
  | 'LOAD_ACTIVE'
  | 'LINK_DOWN'
  | 'PROBE_ACTIVE'
  | 'NO_RESULTS'
  | 'INTERNAL';
