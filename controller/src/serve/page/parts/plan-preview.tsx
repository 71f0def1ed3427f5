/** What would run, and whether it can here. */
import type { JSX } from 'preact';
import { formatDuration } from '../../../lib/units.ts';
import type { Checked } from '../client/use-checked.ts';
import { Printed } from './basics.tsx';

export function PlanPreview({
  checked: { plan, isOld },
}: {
  readonly checked: Checked;
}): JSX.Element | null {
  if (plan === null) return null;
  const { durationMs, cells, warnings, error, text } = plan;
  return (
    <section class={`card ${isOld ? 'loading' : ''}`} aria-labelledby="plan-title">
      <h2 id="plan-title">What would run here</h2>
      {error !== null && (
        <div class="note-box bad">
          <p>
            <strong>{error.message}</strong>
          </p>
          {error.hint !== null && <p>Next: {error.hint}</p>}
          <p class="muted">
            <code>{error.code}</code>
          </p>
        </div>
      )}
      <p>
        About <strong>{formatDuration(durationMs)}</strong> for {cells.length}{' '}
        {cells.length === 1 ? 'cell' : 'cells'}.
      </p>
      {warnings.length > 0 && (
        <ul class="warnings">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      <details>
        <summary>The plan as the command line prints it</summary>
        <Printed label="The plan">{text}</Printed>
      </details>
    </section>
  );
}
