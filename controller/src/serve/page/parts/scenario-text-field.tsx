/** The scenario as text, and every problem of it in the words of the command line. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Problem } from '../../api/parts.ts';
import type { Checked } from '../client/use-checked.ts';
import { offsetOf } from '../logic/place-in-text.ts';
import { Printed, ProblemNote, Word } from './basics.tsx';

interface TextFieldProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly checked: Checked;
}

export function ScenarioTextField({ text, onText, checked }: TextFieldProps): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  const { validation, problem, isOld } = checked;
  const showPlace = ({ line, column }: Problem): void => {
    const at = offsetOf(text, line ?? 1, column ?? 1);
    area.current?.focus();
    area.current?.setSelectionRange(at, at);
  };
  return (
    <>
      <label class="hidden" for="scenario-text">
        Scenario, YAML
      </label>
      <textarea
        id="scenario-text"
        ref={area}
        class="code"
        spellcheck={false}
        rows={Math.max(8, Math.min(28, text.split('\n').length + 1))}
        value={text}
        aria-describedby="scenario-check"
        aria-invalid={validation?.isValid === false}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <div id="scenario-check" class={`check ${isOld ? 'old' : ''}`} role="status">
        {problem !== null && <ProblemNote problem={problem} />}
        {problem === null && <Judgement checked={checked} onPlace={showPlace} />}
      </div>
    </>
  );
}

interface JudgementProps {
  readonly checked: Checked;
  readonly onPlace: (problem: Problem) => void;
}

function Judgement({ checked: { validation }, onPlace }: JudgementProps): JSX.Element {
  if (validation === null) return <span class="muted">Being checked …</span>;
  const { isValid, problems, summary, message } = validation;
  if (isValid && summary !== null) {
    const { sizes, cells, repetitions } = summary;
    return (
      <p>
        <Word tone="good">no mistakes</Word> {sizes.join(', ')} nodes · {cells}{' '}
        {cells === 1 ? 'cell' : 'cells'} · {repetitions} repetitions in all
      </p>
    );
  }
  return (
    <>
      <p>
        <Word tone="bad">
          {problems.length} {problems.length === 1 ? 'mistake' : 'mistakes'}
        </Word>
      </p>
      <ul class="problems">
        {problems.map((problem) => (
          <li key={`${problem.path}-${problem.line}-${problem.message}`}>
            {problem.line !== null && (
              <button
                type="button"
                class="button plain place"
                onClick={() => onPlace(problem)}
                aria-label={`${problem.line}:${problem.column ?? 1}, go there`}
              >
                {problem.line}:{problem.column ?? 1}
              </button>
            )}
            {problem.path !== '' && <code>{problem.path}</code>} {problem.message}
          </li>
        ))}
      </ul>
      {message !== null && (
        <details>
          <summary>As the command line prints it</summary>
          <Printed label="Mistakes">{message}</Printed>
        </details>
      )}
    </>
  );
}
