/** What waits and what has ended lately. The order of what waits can be changed. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Queue, QueueEntry } from '../../api/queue.ts';
import { type ApiProblem, callApi, problemOf } from '../client/call-api.ts';
import { moveEntry } from '../logic/reorder.ts';
import { dayAndTime, entryTone, tellEntry } from '../logic/tell-run.ts';
import { Empty, Link, ProblemNote, Word } from './basics.tsx';

export function QueueList({ queue }: { readonly queue: Queue }): JSX.Element {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const order = queue.waiting.map(({ id }) => id);
  const ask = (path: string, method: 'PUT' | 'POST', body: unknown): void => {
    callApi(path, { method, body }).then(
      () => setProblem(null),
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  const move = (id: string, by: number): void =>
    ask('/api/v1/queue', 'PUT', { order: moveEntry(order, id, by) });
  const remove = (id: string): void => ask(`/api/v1/runs/${id}/cancel`, 'POST', {});
  return (
    <section class="card" aria-labelledby="queue-title">
      <h2 id="queue-title">Queue</h2>
      {problem !== null && <ProblemNote problem={problem} />}
      {queue.waiting.length === 0 ? (
        <Empty>
          Nothing waits. One run goes at a time; what is{' '}
          <Link to={{ view: 'start', scenario: null }}>started</Link> meanwhile waits here.
        </Empty>
      ) : (
        <ol class="entries">
          {queue.waiting.map((entry, index) => (
            <Waiting
              key={entry.id}
              entry={entry}
              index={index}
              count={order.length}
              onMove={move}
              onRemove={remove}
            />
          ))}
        </ol>
      )}
      {queue.ended.length > 0 && <Ended entries={queue.ended.slice(0, 8)} />}
    </section>
  );
}

interface WaitingProps {
  readonly entry: QueueEntry;
  readonly index: number;
  readonly count: number;
  readonly onMove: (id: string, by: number) => void;
  readonly onRemove: (id: string) => void;
}

function Waiting({
  entry: { id, name, submittedBy, submittedAt },
  index,
  count,
  onMove,
  onRemove,
}: WaitingProps): JSX.Element {
  return (
    <li>
      <div>
        <strong>{name}</strong>
        <span class="muted">
          {id} · since {dayAndTime(submittedAt)}
          {submittedBy !== 'local' && <>, by {submittedBy}</>}
        </span>
      </div>
      <div class="actions">
        <button
          type="button"
          class="button icon"
          aria-label={`Move ${name} ahead`}
          disabled={index === 0}
          onClick={() => onMove(id, -1)}
        >
          ↑
        </button>
        <button
          type="button"
          class="button icon"
          aria-label={`Move ${name} back`}
          disabled={index === count - 1}
          onClick={() => onMove(id, 1)}
        >
          ↓
        </button>
        <button
          type="button"
          class="button icon"
          aria-label={`Take ${name} out of the queue`}
          onClick={() => onRemove(id)}
        >
          ✕
        </button>
      </div>
    </li>
  );
}

function Ended({ entries }: { readonly entries: readonly QueueEntry[] }): JSX.Element {
  return (
    <>
      <h3>Ended lately</h3>
      <ul class="entries">
        {entries.map((entry) => (
          <li key={entry.id}>
            <div>
              {entry.isStored ? (
                <Link to={{ view: 'run', id: entry.id }}>{entry.name}</Link>
              ) : (
                <strong>{entry.name}</strong>
              )}
              <span class="muted">{entry.error === null ? entry.id : entry.error.message}</span>
            </div>
            <Word tone={entryTone(entry)}>{tellEntry(entry)}</Word>
          </li>
        ))}
      </ul>
    </>
  );
}
