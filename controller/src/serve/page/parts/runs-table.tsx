/** The list of runs. */
import type { JSX } from 'preact';
import { formatDuration } from '../../../lib/units.ts';
import { formatRate } from '../../../report/format-value.ts';
import type { RunEntry } from '../../api/runs.ts';
import { dayAndTime } from '../logic/tell-run.ts';
import { Link, Scroll, VerdictMark, Word } from './basics.tsx';

interface RunsTableProps {
  readonly runs: readonly RunEntry[];
  readonly total: number;
  readonly chosen: readonly string[];
  readonly onChoose: (id: string) => void;
}

export function RunsTable({ runs, total, chosen, onChoose }: RunsTableProps): JSX.Element {
  return (
    <Scroll label="Runs">
      <table class="runs">
        <caption>
          {runs.length} of {total} runs, the latest first
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">Compare</span>
            </th>
            <th scope="col" class="lead">
              Run
            </th>
            <th scope="col" class="lead">
              Verdict
            </th>
            <th scope="col" class="lead">
              Repetitions
            </th>
            <th scope="col" class="lead">
              Nodes
            </th>
            <th scope="col" class="lead">
              Network, varied
            </th>
            <th scope="col">Peak tx/s</th>
            <th scope="col">Took</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <Row key={run.id} run={run} isChosen={chosen.includes(run.id)} onChoose={onChoose} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

interface RowProps {
  readonly run: RunEntry;
  readonly isChosen: boolean;
  readonly onChoose: (id: string) => void;
}

function Row({ run, isChosen, onChoose }: RowProps): JSX.Element {
  const { id, name, status, runtime, shaper, startedAt, endedAt, verdicts, failure } = run;
  const tookMs = endedAt === null ? null : Date.parse(endedAt) - Date.parse(startedAt);
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={`Compare ${name}, ${id}`}
          checked={isChosen}
          onChange={() => onChoose(id)}
        />
      </td>
      <th scope="row" class="lead">
        <Link to={{ view: 'run', id }}>{name}</Link>
        <small>
          {dayAndTime(startedAt)} · {id}
        </small>
      </th>
      <td class="lead">
        <VerdictMark verdict={run.verdict} />
        {status !== 'completed' && (
          <small>
            <Word tone={status === 'failed' ? 'bad' : status === 'running' ? 'plain' : 'caution'}>
              {status}
            </Word>
          </small>
        )}
        {failure !== null && <small class="why">{failure}</small>}
      </td>
      <td class="lead">
        {run.repetitionsDone} of {run.repetitionsPlanned}
        <small>{tellVerdicts(verdicts)}</small>
      </td>
      <td class="lead">{run.sizes.join(', ')}</td>
      <td class="lead">
        {run.network === '' ? 'unshaped' : run.network}
        <small class="why">
          {[
            runtime,
            ...(shaper === 'none' ? [] : [shaper]),
            ...(run.varied === '' ? [] : [run.varied]),
          ].join(' · ')}
        </small>
      </td>
      <td>{run.peakTxPerSec === null ? '–' : formatRate(run.peakTxPerSec)}</td>
      <td>{tookMs === null ? '–' : formatDuration(tookMs)}</td>
    </tr>
  );
}

function tellVerdicts({ valid, suspect, invalid }: RunEntry['verdicts']): string {
  const parts = Object.entries({ valid, suspect, invalid }).flatMap(([word, count]) =>
    count === 0 ? [] : [`${count} ${word}`],
  );
  return parts.join(', ');
}
