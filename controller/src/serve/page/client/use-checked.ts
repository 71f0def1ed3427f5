/** What the server says of a scenario while one types: problems first, then what would run here. */
import { useEffect, useState } from 'preact/hooks';
import type { z } from 'zod';
import type { planReply, Validation } from '../../api/scenarios.ts';
import { type ApiProblem, callApi, problemOf } from './call-api.ts';

export type PlanReply = z.infer<typeof planReply>;

export interface Checked {
  readonly validation: Validation | null;
  readonly plan: PlanReply | null;
  /** The server could not be asked, or could not answer. */
  readonly problem: ApiProblem | null;
  /** What is shown is of an earlier text. */
  readonly isOld: boolean;
}

/** Long enough not to ask at every letter. */
const quietMs = 300;

export function useChecked(text: string, name: string): Checked {
  const [checked, setChecked] = useState<Checked>({
    validation: null,
    plan: null,
    problem: null,
    isOld: true,
  });
  useEffect(() => {
    const abort = new AbortController();
    setChecked((old) => ({ ...old, isOld: true }));
    const timer = setTimeout(() => {
      check({ text, name }, abort.signal, setChecked).catch((error: unknown) => {
        if (!abort.signal.aborted)
          setChecked((old) => ({ ...old, problem: problemOf(error), isOld: false }));
      });
    }, quietMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, name]);
  return checked;
}

async function check(
  body: { readonly text: string; readonly name: string },
  signal: AbortSignal,
  tell: (checked: Checked) => void,
): Promise<void> {
  const validation = await callApi<Validation>('/api/v1/validate', {
    method: 'POST',
    body,
    signal,
  });
  tell({ validation, plan: null, problem: null, isOld: false });
  if (!validation.isValid) return;
  const plan = await callApi<PlanReply>('/api/v1/plan', { method: 'POST', body, signal });
  tell({ validation, plan, problem: null, isOld: false });
}
