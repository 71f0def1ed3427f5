/** One stored run: its verdict, its warnings, its cells; the whole is in its report. */
import type { JSX } from 'preact';
import type { CellFinding, Estimate, Headline } from '../../../model/finding.ts';
import { headlineTone, headlineWords } from '../../../report/describe-run.ts';
import { formatRate, formatSpread, formatThreeDigits } from '../../../report/format-value.ts';
import { useApi } from '../client/use-api.ts';
import { dayAndTime } from '../logic/tell-run.ts';
import { Empty, Link, ProblemNote, Scroll, VerdictMark } from '../parts/basics.tsx';

/** The part of `testbed report --json` that is shown here. */
interface Report {
  readonly headline: Headline;
  readonly warnings: readonly string[];
  readonly run: {
    readonly id: string;
    readonly name: string;
    readonly status: string;
    readonly startedAt: string;
  };
  readonly cells: readonly CellFinding[];
}

export function RunView({
  id,
  version,
}: {
  readonly id: string;
  readonly version: string;
}): JSX.Element {
  const { value, problem } = useApi<Report>(`/api/v1/runs/${encodeURIComponent(id)}`, version);
  if (problem !== null) {
    return (
      <>
        <ProblemNote problem={problem} />
        <p>
          A run that has stored nothing yet is <Link to={{ view: 'now' }}>shown live</Link>; all
          others are in the <Link to={{ view: 'runs', filter: {}, chosen: [] }}>list</Link>.
        </p>
      </>
    );
  }
  if (value === null) return <Empty>Reading the run …</Empty>;
  return <Stored report={value} />;
}

function Stored({
  report: { headline, warnings, run, cells },
}: {
  readonly report: Report;
}): JSX.Element {
  const tone = headlineTone(headline.kind);
  const path = `/api/v1/runs/${run.id}`;
  return (
    <>
      <p class="muted">
        {run.name} · {run.id} · {run.status} · started {dayAndTime(run.startedAt)}
      </p>
      <p class={`headline ${tone}`}>
        <span class="verdict-word">{headlineWords[headline.kind]}</span>{' '}
        <span class="text">{headline.text}</span>
      </p>
      <p class="actions">
        <a class="button primary" href={`${path}/report`}>
          Open the report
        </a>
        <a class="button" href={path} download={`${run.id}.json`}>
          Download as JSON
        </a>
        <Link class="button" to={{ view: 'runs', filter: {}, chosen: [run.id] }}>
          Compare with another
        </Link>
      </p>
      {warnings.length > 0 && (
        <section class="card">
          <h2>Before the numbers are used</h2>
          <ul>
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </section>
      )}
      <section class="card">
        <h2>Figures</h2>
        {cells.length === 0 ? <Empty>No cell was measured.</Empty> : <Cells cells={cells} />}
      </section>
    </>
  );
}

function Cells({ cells }: { readonly cells: readonly CellFinding[] }): JSX.Element {
  return (
    <Scroll label="Figures by cell">
      <table>
        <caption>
          Means over the repetitions that count; below each the 95 % interval. Exact latencies.
        </caption>
        <thead>
          <tr>
            <th scope="col" class="lead">
              Cell
            </th>
            <th scope="col" class="lead">
              Verdict
            </th>
            <th scope="col">Counted</th>
            <th scope="col">Throughput, tx/s</th>
            <th scope="col">p50, ms</th>
            <th scope="col">p99, ms</th>
            <th scope="col">Blocks/s</th>
            <th scope="col">Quality</th>
          </tr>
        </thead>
        <tbody>
          {cells.map((cell) => (
            <Cell key={cell.cellId} cell={cell} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Cell({ cell }: { readonly cell: CellFinding }): JSX.Element {
  const { coordinates, nodeCount, verdict, reasons, quality } = cell;
  const others = coordinates.filter(({ axis }) => axis !== 'nodes').map(({ text }) => text);
  return (
    <tr class={cell.basis === 'counted' ? '' : 'excluded'}>
      <th scope="row" class="lead">
        {[`${nodeCount} nodes`, ...others].join(', ')}
      </th>
      <td class="lead">
        <VerdictMark verdict={verdict} />
        {reasons[0] !== undefined && <small class="why">{reasons[0].text}</small>}
      </td>
      <td>
        {cell.repetitionsCounted} of {cell.repetitionsPlanned}
      </td>
      <Figure estimate={cell.throughputTxPerSec} format={formatRate} />
      <Figure estimate={cell.latency.p50} format={formatThreeDigits} />
      <Figure estimate={cell.latency.p99} format={formatThreeDigits} />
      <Figure estimate={cell.blocksPerSec} format={formatThreeDigits} />
      <td>
        {Math.round(quality.score)}
        <small>{quality.band}</small>
      </td>
    </tr>
  );
}

function Figure({
  estimate,
  format,
}: {
  readonly estimate: Estimate | null;
  readonly format: (value: number) => string;
}): JSX.Element {
  if (estimate === null) return <td>–</td>;
  return (
    <td>
      {format(estimate.mean)}
      <small>{formatSpread(estimate, format)}</small>
    </td>
  );
}
