import { catalogue, type ErrorCode, type ExitKind } from '../../errors/catalogue.ts';

/** What HTTP calls our failures, where it is not what their kind says. */
const own: Partial<Record<ErrorCode, number>> = {
  TOKEN_INVALID: 401,
  REQUEST_REFUSED: 403,
  ROUTE_UNKNOWN: 404,
  RUN_UNKNOWN: 404,
  CONFIG_UNREADABLE: 404,
  RUN_ENDED: 409,
  QUEUE_CHANGED: 409,
  REQUEST_TOO_LARGE: 413,
  TOO_MANY_REQUESTS: 429,
  QUEUE_FULL: 429,
  NODE_UNREACHABLE: 502,
};

const byKind: Readonly<Record<ExitKind, number>> = {
  ok: 200,
  bug: 500,
  usage: 400,
  config: 422,
  environment: 503,
  runFailed: 500,
  untrusted: 500,
  thresholdMissed: 500,
  regression: 500,
  interrupted: 503,
};

export function statusOf(code: ErrorCode): number {
  return own[code] ?? byKind[catalogue[code].exit];
}
