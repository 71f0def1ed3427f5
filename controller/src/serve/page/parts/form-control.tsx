/** The control of one field. What is typed stays as it was typed until one leaves the field. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Field } from '../logic/form-fields.ts';

interface ControlProps {
  readonly id: string;
  readonly field: Field;
  readonly value: string;
  readonly isWrong: boolean;
  readonly onValue: (value: string) => void;
}

export function Control({ id, field, value, isWrong, onValue }: ControlProps): JSX.Element {
  const [typed, setTyped] = useState<string | null>(null);
  const common = { id, 'aria-describedby': `${id}-hint`, 'aria-invalid': isWrong };
  const take = (text: string): void => {
    setTyped(text);
    onValue(text);
  };
  const typing = {
    ...common,
    value: typed ?? value,
    placeholder: field.fallback,
    onBlur: () => setTyped(null),
  };
  switch (field.kind) {
    case 'choice':
      return <Choice common={common} field={field} value={value} onValue={onValue} />;
    case 'switch':
      return (
        <input
          type="checkbox"
          {...common}
          checked={value === 'true'}
          onChange={(event) => onValue(event.currentTarget.checked ? 'true' : '')}
        />
      );
    case 'yaml':
      return (
        <textarea
          class="code"
          spellcheck={false}
          rows={Math.min(12, (typed ?? value).split('\n').length)}
          {...typing}
          onInput={(event) => take(event.currentTarget.value)}
        />
      );
    default:
      return (
        <input
          type="text"
          inputMode={field.kind === 'number' ? 'numeric' : 'text'}
          autocomplete="off"
          {...typing}
          onInput={(event) => take(event.currentTarget.value)}
        />
      );
  }
}

interface ChoiceProps {
  readonly common: { readonly id: string };
  readonly field: Extract<Field, { kind: 'choice' }>;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function Choice({ common, field, value, onValue }: ChoiceProps): JSX.Element {
  const isForeign = value !== '' && !field.options.includes(value);
  return (
    <select {...common} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
      <option value="">
        {field.fallback === '' ? 'not set' : `${field.fallback} (if not set)`}
      </option>
      {field.options.map((word) => (
        <option key={word} value={word}>
          {word}
        </option>
      ))}
      {isForeign && <option value={value}>{value}</option>}
    </select>
  );
}
