/** Starts a run: a ready scenario, a form, or YAML pasted in. Form and text are one thing. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { z } from 'zod';
import type { Accepted } from '../../api/queue.ts';
import type { readyScenario } from '../../api/scenarios.ts';
import { type ApiProblem, callApi, problemOf } from '../client/call-api.ts';
import { goTo } from '../client/use-address.ts';
import { useApi } from '../client/use-api.ts';
import { useChecked } from '../client/use-checked.ts';
import { readScenarioText } from '../logic/edit-scenario.ts';
import { listFields, type Schema } from '../logic/form-fields.ts';
import { Empty, ProblemNote } from '../parts/basics.tsx';
import { PlanPreview } from '../parts/plan-preview.tsx';
import { ReadyScenarios } from '../parts/ready-scenarios.tsx';
import { ScenarioForm } from '../parts/scenario-form.tsx';
import { ScenarioTextField } from '../parts/scenario-text-field.tsx';

/** Kept while the tab is open: whoever looks at the runs meanwhile finds it as it was. */
const draftKey = 'testbed-draft';

interface Draft {
  readonly text: string;
  /** What messages call it, and beside which a ready one finds its files. */
  readonly name: string;
}

const firstDraft: Draft = {
  name: 'scenario',
  text: 'name: my-run\nnodes: [4, 7]\nrepetitions: 3\n',
};

function readDraft(): Draft {
  const kept = sessionStorage.getItem(draftKey);
  return kept === null ? firstDraft : (JSON.parse(kept) as Draft); // of our own making
}

export function StartView({ scenario }: { readonly scenario: string | null }): JSX.Element {
  const [draft, setDraft] = useState(readDraft);
  const { text, name } = draft;
  const ready = useApi<z.infer<typeof readyScenario>>(
    scenario === null ? null : `/api/v1/scenarios/${encodeURIComponent(scenario)}`,
  );
  useEffect(() => {
    if (ready.value !== null) setDraft(ready.value);
  }, [ready.value]);
  useEffect(() => sessionStorage.setItem(draftKey, JSON.stringify(draft)), [draft]);
  const checked = useChecked(text, name);
  // What was changed is no longer the ready one: reading the address again would undo it.
  const change = (next: string): void => {
    if (scenario !== null) goTo({ view: 'start', scenario: null }, 'replace');
    setDraft({ text: next, name });
  };
  return (
    <>
      <ReadyScenarios chosen={name} />
      {ready.problem !== null && <ProblemNote problem={ready.problem} />}
      <div class="start">
        <section class="card" aria-labelledby="form-title">
          <h2 id="form-title">Form</h2>
          <Form text={text} onText={change} checked={checked} />
        </section>
        <div class="beside">
          <section class="card" aria-labelledby="text-title">
            <h2 id="text-title">As a file</h2>
            <ScenarioTextField text={text} onText={change} checked={checked} />
          </section>
          <Submit text={text} name={name} isValid={checked.validation?.isValid === true} />
          <PlanPreview checked={checked} />
        </div>
      </div>
    </>
  );
}

interface FormProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly checked: ReturnType<typeof useChecked>;
}

function Form({ text, onText, checked }: FormProps): JSX.Element {
  const { value: schema, problem } = useApi<Schema>('/api/v1/scenario-schema');
  const fields = useMemo(() => (schema === null ? [] : listFields(schema)), [schema]);
  const read = useMemo(() => readScenarioText(text), [text]);
  if (problem !== null) return <ProblemNote problem={problem} />;
  if (schema === null) return <Empty>Reading what a scenario may hold …</Empty>;
  if (read.kind === 'broken')
    return (
      <Empty>The text beside cannot be read, so there is nothing to fill in: {read.why}</Empty>
    );
  const problems = checked.validation?.problems ?? [];
  return (
    <ScenarioForm
      fields={fields}
      document={read.document}
      text={text}
      onText={onText}
      problems={problems}
    />
  );
}

interface SubmitProps {
  readonly text: string;
  readonly name: string;
  readonly isValid: boolean;
}

function Submit({ text, name, isValid }: SubmitProps): JSX.Element {
  const [options, setOptions] = useState({ strict: false, allowMismatch: false, keepLogs: false });
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isSending, setIsSending] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setIsSending(true);
    try {
      await callApi<Accepted>('/api/v1/runs', { method: 'POST', body: { text, name, ...options } });
      goTo({ view: 'now' });
    } catch (error) {
      setProblem(problemOf(error));
      setIsSending(false);
    }
  };
  return (
    <form class="card submit" onSubmit={submit} aria-label="Start">
      <fieldset class="switches">
        <legend class="hidden">Options</legend>
        {optionList.map(({ key, label }) => (
          <label key={key}>
            <input
              type="checkbox"
              checked={options[key]}
              onChange={(event) => setOptions({ ...options, [key]: event.currentTarget.checked })}
            />
            {label}
          </label>
        ))}
      </fieldset>
      {problem !== null && <ProblemNote problem={problem} />}
      <button type="submit" class="button primary" disabled={isSending || !isValid}>
        {isSending ? 'Sending …' : 'Start the run'}
      </button>
      {!isValid && <span class="muted"> when the scenario has no mistakes</span>}
    </form>
  );
}

const optionList = [
  { key: 'strict', label: 'refuse what this host has to clamp' },
  { key: 'allowMismatch', label: 'go on where the network is not as asked' },
  { key: 'keepLogs', label: 'keep the logs of all nodes' },
] as const;
