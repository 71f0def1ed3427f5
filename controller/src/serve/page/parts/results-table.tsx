/** The repetitions of this run that have ended, the latest first. */
import type { JSX } from 'preact';
import { formatPercent, formatRate, formatThreeDigits } from '../../../report/format-value.ts';
import type { LiveResult } from '../../api/live.ts';
import { tellVerdict } from '../logic/tell-run.ts';
import { Empty, Scroll, VerdictMark } from './basics.tsx';

export function ResultsTable({
  results,
}: {
  readonly results: readonly LiveResult[];
}): JSX.Element {
  const latest = results.at(-1);
  return (
    <section class="card" aria-labelledby="results-title">
      <h2 id="results-title">Repetitions</h2>
      {/* The one thing that is said aloud by itself. */}
      <p class="hidden" aria-live="polite">
        {latest === undefined ? '' : tellVerdict(latest)}
      </p>
      {results.length === 0 ? (
        <Empty>None has ended yet. Each gets its verdict here when it has.</Empty>
      ) : (
        <Table results={results} />
      )}
    </section>
  );
}

function Table({ results }: { readonly results: readonly LiveResult[] }): JSX.Element {
  return (
    <Scroll label="Repetitions" class="tall">
      <table class="results">
        <caption>{results.length} ended, the latest first</caption>
        <thead>
          <tr>
            <th scope="col" class="lead">
              Cell
            </th>
            <th scope="col">No.</th>
            <th scope="col" class="lead">
              Verdict
            </th>
            <th scope="col">tx/s</th>
            <th scope="col">p50</th>
            <th scope="col">p99</th>
            <th scope="col">Committed</th>
          </tr>
        </thead>
        <tbody>
          {results.toReversed().map((result) => (
            <Row key={`${result.position}-${result.attempt}`} result={result} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Row({ result }: { readonly result: LiveResult }): JSX.Element {
  const { title, repetition, attempt, verdict, reasons, isRepeated } = result;
  const figure = (value: number | null, format: (value: number) => string): string =>
    value === null ? '–' : format(value);
  return (
    <tr>
      <th scope="row" class="lead">
        {title}
      </th>
      <td>
        {repetition + 1}
        {attempt > 0 && <small>attempt {attempt + 1}</small>}
      </td>
      <td class="lead">
        <VerdictMark verdict={verdict} />
        {reasons[0] !== undefined && (
          <small class="why">
            {reasons[0]}
            {reasons.length > 1 && ` (and ${reasons.length - 1} more)`}
            {isRepeated && '; done again'}
          </small>
        )}
      </td>
      <td>{figure(result.throughputTxPerSec, formatRate)}</td>
      <td>{figure(result.latencyP50Ms, (ms) => `${formatThreeDigits(ms)} ms`)}</td>
      <td>{figure(result.latencyP99Ms, (ms) => `${formatThreeDigits(ms)} ms`)}</td>
      <td>{figure(result.successRatio, formatPercent)}</td>
    </tr>
  );
}
