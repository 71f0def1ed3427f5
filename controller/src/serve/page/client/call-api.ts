/** Requests of the page: what comes back is what the table of routes says, or an ApiError with the server's own words. */
import type { ErrorReply } from '../../api/parts.ts';

export type ApiProblem = ErrorReply['error'] & { readonly status: number };

export class ApiError extends Error {
  readonly problem: ApiProblem;
  constructor(problem: ApiProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

interface Options {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** @throws ApiError whatever goes wrong, but for an abort */
export async function callApi<T>(path: string, options: Options = {}): Promise<T> {
  const { method = 'GET', body, signal = null } = options;
  const response = await send(path, {
    method,
    signal,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  if (!response.ok) throw new ApiError(await readProblem(response));
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function send(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(path, request);
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new ApiError(awayProblem);
  }
}

export async function readProblem(response: Response): Promise<ApiProblem> {
  const { status } = response;
  try {
    const { error } = (await response.json()) as ErrorReply;
    if (typeof error.message === 'string') return { ...error, status };
  } catch {
    // Not the server's own words: below.
  }
  return {
    ...awayProblem,
    status,
    code: `HTTP_${status}`,
    message: `The server answered with ${status} and no reason.`,
    hint: 'look at what testbed serve printed',
  };
}

const awayProblem: ApiProblem = {
  status: 0,
  code: 'SERVER_AWAY',
  message: 'The server does not answer.',
  hint: 'see whether testbed serve still runs; the page goes on by itself when it does',
  exitCode: 4,
  docs: null,
  details: {},
};

export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiError) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  return { ...awayProblem, code: 'BUG', message, hint: 'reload the page' };
}
