/** Two stored runs side by side: cells paired by their values, figures with their intervals. */
import type { JSX } from 'preact';
import type { z } from 'zod';
import type { Comparison, comparedCell, comparedFigure, estimate } from '../../api/runs.ts';
import { useApi } from '../client/use-api.ts';
import { tellChange, tellFigure, tellInterval } from '../logic/tell-comparison.ts';
import { dayAndTime } from '../logic/tell-run.ts';
import { Empty, Link, ProblemNote, Scroll, VerdictMark, Word } from '../parts/basics.tsx';

export function CompareView({ a, b }: { readonly a: string; readonly b: string }): JSX.Element {
  const query = new URLSearchParams({ a, b });
  const { value, problem } = useApi<Comparison>(
    a === '' || b === '' ? null : `/api/v1/compare?${query}`,
  );
  if (problem !== null) return <ProblemNote problem={problem} />;
  if (value !== null) return <Compared comparison={value} />;
  return a === '' || b === '' ? (
    <Empty>
      Mark two runs in the{' '}
      <Link to={{ view: 'runs', filter: {}, chosen: [a, b].filter((id) => id !== '') }}>
        list of runs
      </Link>
      .
    </Empty>
  ) : (
    <Empty>Reading both runs …</Empty>
  );
}

function Compared({
  comparison: { a, b, headlines, differences, cells },
}: {
  readonly comparison: Comparison;
}): JSX.Element {
  return (
    <>
      <div class="sides">
        <Side letter="A" run={a} headline={headlines.a} />
        <Side letter="B" run={b} headline={headlines.b} />
      </div>
      {differences.length > 0 && (
        <section class="card">
          <h2>What else is not the same</h2>
          <Scroll label="Differences">
            <table>
              <caption>Where the two differ in more than the figures, compare with care</caption>
              <thead>
                <tr>
                  <th scope="col" class="lead">
                    What
                  </th>
                  <th scope="col" class="lead">
                    A
                  </th>
                  <th scope="col" class="lead">
                    B
                  </th>
                </tr>
              </thead>
              <tbody>
                {differences.map(({ what, a: first, b: second }) => (
                  <tr key={what}>
                    <th scope="row" class="lead">
                      {what}
                    </th>
                    <td class="lead">{first}</td>
                    <td class="lead">{second}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </section>
      )}
      {cells.map((cell) => (
        <Cell key={cell.title} cell={cell} />
      ))}
      {cells.length === 0 && <Empty>The two have no cell in common.</Empty>}
    </>
  );
}

function Side({
  letter,
  run,
  headline,
}: {
  readonly letter: string;
  readonly run: Comparison['a'];
  readonly headline: string;
}): JSX.Element {
  return (
    <section class="card">
      <h2>
        {letter}: <Link to={{ view: 'run', id: run.id }}>{run.name}</Link>
      </h2>
      <p class="muted">
        {run.id} · {dayAndTime(run.startedAt)} · {run.runtime}
        {run.shaper !== 'none' && `, ${run.shaper}`}
      </p>
      <p>{headline}</p>
    </section>
  );
}

function Cell({
  cell: { title, verdictA, verdictB, figures },
}: {
  readonly cell: z.infer<typeof comparedCell>;
}): JSX.Element {
  return (
    <section class="card">
      <h2>{title}</h2>
      <p class="muted">
        A: {verdictA === null ? 'not in this run' : <VerdictMark verdict={verdictA} />} · B:{' '}
        {verdictB === null ? 'not in this run' : <VerdictMark verdict={verdictB} />}
      </p>
      {figures.length > 0 && (
        <Scroll label={`Figures of ${title}`}>
          <table>
            <caption>Mean, and below it the 95 % interval</caption>
            <thead>
              <tr>
                <th scope="col" class="lead">
                  Figure
                </th>
                <th scope="col">A</th>
                <th scope="col">B</th>
                <th scope="col">B against A</th>
                <th scope="col" class="lead">
                  Told apart
                </th>
              </tr>
            </thead>
            <tbody>
              {figures.map((figure) => (
                <Figure key={figure.figure} figure={figure} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}

function Figure({ figure }: { readonly figure: z.infer<typeof comparedFigure> }): JSX.Element {
  const { a, b, ratio, isApart } = figure;
  return (
    <tr>
      <th scope="row" class="lead">
        {tellFigure(figure)}
      </th>
      <Mean value={a} />
      <Mean value={b} />
      <td>{tellChange(ratio)}</td>
      <td class="lead">
        {isApart === null ? (
          <span class="muted">too few repetitions</span>
        ) : isApart ? (
          <Word tone="caution">apart</Word>
        ) : (
          'not apart'
        )}
      </td>
    </tr>
  );
}

function Mean({ value }: { readonly value: z.infer<typeof estimate> | null }): JSX.Element {
  if (value === null) return <td>–</td>;
  const { mean, interval } = tellInterval(value);
  return (
    <td>
      {mean}
      <small>{interval}</small>
    </td>
  );
}
