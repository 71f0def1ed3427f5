/** What is around every view: where one is, whether the server answers, what runs. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type ApiProblem, callApi, problemOf } from '../client/call-api.ts';
import type { LiveView } from '../client/use-live.ts';
import { type Address, titleOf } from '../logic/address.ts';
import type { Live } from '../logic/live-state.ts';
import { stateWords, tellRemaining } from '../logic/tell-run.ts';
import { Link, ProblemNote } from '../parts/basics.tsx';

interface ShellProps {
  readonly address: Address;
  readonly view: LiveView;
  readonly children: ComponentChildren;
}

export function Shell({ address, view, children }: ShellProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const title = titleOf(address);
  const run = view.live?.status.run ?? null;
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} · testbed`;
    // Whoever follows a link by keyboard goes on from the top of what it opened.
    if (!isFirst.current) heading.current?.focus();
    isFirst.current = false;
  }, [title]);
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="top">
        <span class="brand">testbed</span>
        <nav aria-label="Main">
          <Link to={{ view: 'now' }} isCurrent={address.view === 'now'}>
            Now
          </Link>
          <Link
            to={{ view: 'runs', filter: {}, chosen: [] }}
            isCurrent={['runs', 'run', 'compare'].includes(address.view)}
          >
            Runs
          </Link>
          <Link to={{ view: 'start', scenario: null }} isCurrent={address.view === 'start'}>
            Start a run
          </Link>
        </nav>
        <span class="now-line">
          {run !== null &&
            address.view !== 'now' &&
            `${run.name} ${stateWords[run.state]}, time left: ${tellRemaining(run)}`}
        </span>
        <Connection view={view} />
        {view.live?.status.wantsToken && <SignOut />}
      </header>
      <main id="content" tabIndex={-1}>
        <Banners view={view} />
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </main>
    </>
  );
}

/** Begins anew without the cookie, so that nothing of what was seen is left in the page. */
function SignOut(): JSX.Element {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const signOut = async (): Promise<void> => {
    try {
      await callApi('/api/v1/session', { method: 'DELETE' });
      location.assign('/');
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <>
      <button type="button" class="button plain" onClick={signOut}>
        Sign out
      </button>
      {problem !== null && <ProblemNote problem={problem} />}
    </>
  );
}

function Connection({ view: { live, connection } }: { readonly view: LiveView }): JSX.Element {
  const words =
    connection.kind === 'open'
      ? 'live'
      : connection.kind === 'connecting'
        ? 'connecting'
        : 'server away';
  return (
    <span
      class={`connection ${connection.kind}`}
      title={live === null ? '' : `testbed ${live.status.version} on ${live.status.host.hostname}`}
    >
      {words}
    </span>
  );
}

function Banners({ view: { live, connection } }: { readonly view: LiveView }): JSX.Element {
  return (
    <div role="status">
      {connection.kind === 'away' && (
        <div class="note-box caution">
          <strong>{connection.problem.message}</strong>{' '}
          {live !== null && (
            <>What is shown is of {new Date(live.status.at).toTimeString().slice(0, 8)}. </>
          )}
          {connection.retryAt === null
            ? connection.problem.hint
            : 'Tried again every few seconds. Runs go on without this page.'}
        </div>
      )}
      {live !== null && <DatabaseNote database={live.status.database} />}
    </div>
  );
}

function DatabaseNote({
  database: { state, pending, error },
}: {
  readonly database: Live['status']['database'];
}): JSX.Element | null {
  if (state === 'up') return null;
  return (
    <div class="note-box caution">
      <strong>{state === 'starting' ? 'The database starts.' : 'The database is away.'}</strong>{' '}
      {pending > 0 && <>{pending} records wait on disk for it; nothing is lost. </>}
      {error}
    </div>
  );
}
