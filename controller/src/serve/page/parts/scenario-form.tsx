/** The form of a scenario, drawn from its schema. */
import type { JSX } from 'preact';
import type { Document } from 'yaml';
import type { Problem } from '../../api/parts.ts';
import { isBlock, openBlock, readField, writeField } from '../logic/edit-scenario.ts';
import type { Field } from '../logic/form-fields.ts';
import { Control } from './form-control.tsx';

export interface FormState {
  readonly document: Document;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly problems: readonly Problem[];
}

/** What almost every run sets comes first; the order of the rest is that of the schema. */
const first = [
  'name',
  'nodes',
  'repetitions',
  'runtime',
  'load',
  'phases',
  'network',
  'description',
];

export function ScenarioForm({
  fields,
  ...state
}: FormState & { readonly fields: readonly Field[] }): JSX.Element {
  const own = first.flatMap((label) => fields.find((field) => field.label === label) ?? []);
  const others = fields.filter((field) => !own.includes(field));
  const isUsed = others.some((field) => state.document.hasIn(field.path));
  return (
    <form class="scenario" onSubmit={(event) => event.preventDefault()} aria-label="Scenario">
      {own.map((field) => (
        <FieldRow key={field.label} field={field} state={state} />
      ))}
      <details open={isUsed}>
        <summary>More: resources, topology, timeline, what is varied …</summary>
        {others.map((field) => (
          <FieldRow key={field.label} field={field} state={state} />
        ))}
      </details>
    </form>
  );
}

interface RowProps {
  readonly field: Field;
  readonly state: FormState;
}

function FieldRow({ field, state }: RowProps): JSX.Element {
  if (field.kind === 'group') return <Group field={field} fields={field.fields} state={state} />;
  if (field.kind === 'either') return <Either field={field} state={state} />;
  const set = (value: string): void => state.onText(writeField(state.text, field, value));
  return (
    <Labelled field={field} state={state} value={readField(state.document, field)} onValue={set} />
  );
}

function Group({
  field,
  fields,
  state,
}: RowProps & { readonly fields: readonly Field[] }): JSX.Element {
  return (
    <fieldset>
      <legend>{field.label}</legend>
      <div class="hint">
        <Description text={field.description} />
      </div>
      {fields.map((own) => (
        <FieldRow key={own.label} field={own} state={state} />
      ))}
    </fieldset>
  );
}

const blockWord = 'values of its own';

/** A ready word, or a block with fields of its own. */
function Either({
  field,
  state,
}: {
  readonly field: Extract<Field, { kind: 'either' }>;
  readonly state: FormState;
}): JSX.Element {
  const hasBlock = isBlock(state.document, field.path);
  const set = (value: string): void =>
    state.onText(
      value === blockWord
        ? openBlock(state.text, field.path)
        : writeField(state.text, field, value),
    );
  const choice: Field = { ...field, kind: 'choice', options: [...field.options, blockWord] };
  return (
    <>
      <Labelled
        field={choice}
        state={state}
        value={hasBlock ? blockWord : readField(state.document, field)}
        onValue={set}
      />
      {hasBlock && (
        <fieldset class="inner">
          <legend>{field.label}: values of its own</legend>
          {field.fields.map((own) => (
            <FieldRow key={own.label} field={own} state={state} />
          ))}
        </fieldset>
      )}
    </>
  );
}

interface LabelledProps extends RowProps {
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function Labelled({ field, state, value, onValue }: LabelledProps): JSX.Element {
  const path = field.path.join('.');
  const id = `field-${path}`;
  const own = state.problems.filter(
    (problem) =>
      problem.path === path ||
      problem.path.startsWith(`${path}.`) ||
      problem.path.startsWith(`${path}[`),
  );
  return (
    <div class={`field ${own.length > 0 ? 'wrong' : ''}`}>
      <label for={id}>
        {field.label}
        {field.isRequired && <span class="muted"> (needed)</span>}
      </label>
      <Control id={id} field={field} value={value} isWrong={own.length > 0} onValue={onValue} />
      <div id={`${id}-hint`} class="hint">
        {own.map(({ message }) => (
          <p key={message} class="problem">
            {message}
          </p>
        ))}
        {field.description !== '' && <Description text={field.description} />}
      </div>
    </div>
  );
}

/** Words between backticks are code. */
function Description({ text }: { readonly text: string }): JSX.Element {
  return (
    <p>
      {text
        .split('`')
        .map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}
    </p>
  );
}
