/** Ready scenarios, each with the question that it answers. */
import type { JSX } from 'preact';
import type { z } from 'zod';
import type { readyScenarios } from '../../api/scenarios.ts';
import { useApi } from '../client/use-api.ts';
import { Link, ProblemNote } from './basics.tsx';

export function ReadyScenarios({ chosen }: { readonly chosen: string }): JSX.Element {
  const { value, problem } = useApi<z.infer<typeof readyScenarios>>('/api/v1/scenarios');
  return (
    <section aria-labelledby="ready-title">
      <h2 id="ready-title">Ready scenarios</h2>
      {problem !== null && <ProblemNote problem={problem} />}
      <ul class="ready">
        {(value?.scenarios ?? []).map(({ name, title, question, sizes, runtime }) => (
          <li key={name}>
            <Link to={{ view: 'start', scenario: name }} isCurrent={name === chosen}>
              <strong>{title}</strong>
              <span>{question}</span>
              <span class="muted">
                {tellSizes(sizes)} · {runtime === 'auto' ? 'docker' : runtime}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function tellSizes(sizes: readonly number[]): string {
  return sizes.length > 4 ? `${sizes[0]} to ${sizes.at(-1)} nodes` : `${sizes.join(', ')} nodes`;
}
