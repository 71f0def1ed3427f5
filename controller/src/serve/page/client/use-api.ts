/** A reply of the API as a hook: what came, or why it did not. */
import { useEffect, useState } from 'preact/hooks';
import { type ApiProblem, callApi, problemOf } from './call-api.ts';

export interface Reply<T> {
  readonly value: T | null;
  readonly problem: ApiProblem | null;
  /** The value is of an earlier address, or there is none yet. */
  readonly isLoading: boolean;
}

/** @param version another value asks again */
export function useApi<T>(path: string | null, version: unknown = null): Reply<T> {
  const [reply, setReply] = useState<Reply<T>>({
    value: null,
    problem: null,
    isLoading: path !== null,
  });
  useEffect(() => {
    if (path === null) return setReply({ value: null, problem: null, isLoading: false });
    const abort = new AbortController();
    setReply((old) => ({ ...old, isLoading: true }));
    callApi<T>(path, { signal: abort.signal }).then(
      (value) => setReply({ value, problem: null, isLoading: false }),
      (error: unknown) => {
        if (!abort.signal.aborted)
          setReply((old) => ({ ...old, problem: problemOf(error), isLoading: false }));
      },
    );
    return () => abort.abort();
  }, [path, version]);
  return reply;
}
