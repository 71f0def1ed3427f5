/** The controller's own page. */
import './styles/page.css';
import { type JSX, render } from 'preact';
import { useState } from 'preact/hooks';
import { useAddress } from './client/use-address.ts';
import { useLive } from './client/use-live.ts';
import type { Address } from './logic/address.ts';
import type { Live } from './logic/live-state.ts';
import { CompareView } from './views/compare-view.tsx';
import { NowView } from './views/now-view.tsx';
import { RunView } from './views/run-view.tsx';
import { RunsView } from './views/runs-view.tsx';
import { Shell } from './views/shell.tsx';
import { SignInView } from './views/sign-in-view.tsx';
import { StartView } from './views/start-view.tsx';

function Page(): JSX.Element {
  const address = useAddress();
  const [session, setSession] = useState(0);
  const view = useLive(session);
  const { connection } = view;
  const isRefused = connection.kind === 'away' && connection.problem.status === 401;
  return (
    <Shell address={address} view={view}>
      {isRefused ? (
        <SignInView onSignedIn={() => setSession((before) => before + 1)} />
      ) : (
        <View address={address} live={view.live} />
      )}
    </Shell>
  );
}

function View({
  address,
  live,
}: {
  readonly address: Address;
  readonly live: Live | null;
}): JSX.Element {
  // Of the list of runs and of one run: they are read again when one begins, goes on or ends.
  const { run = null } = live?.status ?? {};
  const version = `${run?.id} ${run?.state} ${live?.results.length} ${live?.status.database.state}`;
  switch (address.view) {
    case 'now':
      return <NowView live={live} />;
    case 'runs':
      return <RunsView address={address} version={version} />;
    case 'run':
      return <RunView key={address.id} id={address.id} version={version} />;
    case 'compare':
      return <CompareView key={`${address.a} ${address.b}`} a={address.a} b={address.b} />;
    case 'start':
      return <StartView scenario={address.scenario} />;
  }
}

const place = document.getElementById('page');
if (place !== null) render(<Page />, place);
