/** What happened, the latest first. */
import type { JSX } from 'preact';
import { memo } from 'preact/compat';
import { useState } from 'preact/hooks';
import type { LogLine } from '../../api/live.ts';
import { timeOfDay } from '../logic/tell-run.ts';
import { Empty, Scroll } from './basics.tsx';

const shownAtOnce = 100;

export const EventLog = memo(({ log }: { readonly log: readonly LogLine[] }): JSX.Element => {
  const [isWhole, setIsWhole] = useState(false);
  const lines = log.toReversed();
  return (
    <section class="card" aria-labelledby="log-title">
      <h2 id="log-title">Events</h2>
      {lines.length === 0 ? (
        <Empty>Nothing has happened yet.</Empty>
      ) : (
        <Scroll label="Events" class="tall">
          <ol class="log">
            {(isWhole ? lines : lines.slice(0, shownAtOnce)).map(({ seq, at, kind, text }) => (
              <li key={seq} class={kind}>
                <time dateTime={at}>{timeOfDay(at)}</time>
                <span class="kind">{kind}</span>
                <span>{text}</span>
              </li>
            ))}
          </ol>
          {!isWhole && lines.length > shownAtOnce && (
            <button type="button" class="button plain" onClick={() => setIsWhole(true)}>
              Show all {lines.length}
            </button>
          )}
        </Scroll>
      )}
    </section>
  );
});
