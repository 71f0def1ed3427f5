/** What happens now. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { pageCharts } from '../../panels/page-charts.ts';
import type { Live } from '../logic/live-state.ts';
import { shadeChart } from '../logic/shade-chart.ts';
import { entryTone, tellEntry, tellTiles } from '../logic/tell-run.ts';
import { Empty, Link, Word } from '../parts/basics.tsx';
import { Chart } from '../parts/chart.tsx';
import { EventLog } from '../parts/event-log.tsx';
import { NodeTable } from '../parts/node-table.tsx';
import { QueueList } from '../parts/queue-list.tsx';
import { ResultsTable } from '../parts/results-table.tsx';
import { RunBanner } from '../parts/run-banner.tsx';
import { Tiles } from '../parts/tiles.tsx';
import { TopologyDrawing } from '../parts/topology-drawing.tsx';

export function NowView({ live }: { readonly live: Live | null }): JSX.Element {
  if (live === null) return <Empty>Asking the server what runs …</Empty>;
  const { status, topology, queue, results, log } = live;
  const { run } = status;
  const hasHistory = live.history.t.length > 0;
  return (
    <>
      {run === null ? <Idle /> : <RunBanner run={run} status={status} topology={topology} />}
      {run !== null && <Tiles tiles={tellTiles(live)} />}
      {run === null && <LastRun live={live} />}
      {hasHistory && <Charts live={live} />}
      {run !== null && <Network live={live} />}
      <div class="columns">
        <div>
          {(run !== null || results.length > 0) && <ResultsTable results={results} />}
          <QueueList queue={queue} />
        </div>
        <EventLog log={log} />
      </div>
    </>
  );
}

function Idle(): JSX.Element {
  return (
    <section class="banner idle">
      <h2>Nothing runs</h2>
      <p>
        <Link class="button primary" to={{ view: 'start', scenario: null }}>
          Start a run
        </Link>{' '}
        here, or from a terminal:
      </p>
      <pre>testbed --server {location.origin} run topologies/smoke.yaml</pre>
      <p class="muted">
        It appears here by itself. What ran before is in the{' '}
        <Link to={{ view: 'runs', filter: {}, chosen: [] }}>list of runs</Link>.
      </p>
    </section>
  );
}

/** What it told stays until the next begins. */
function LastRun({ live: { queue, results } }: { readonly live: Live }): JSX.Element | null {
  const last = queue.ended[0];
  if (last === undefined || results.length === 0) return null;
  return (
    <p>
      Below is what the last run told:{' '}
      {last.isStored ? <Link to={{ view: 'run', id: last.id }}>{last.name}</Link> : last.name},{' '}
      <Word tone={entryTone(last)}>{tellEntry(last)}</Word>.
    </p>
  );
}

function Charts({
  live: { history, phases, topology, status },
}: {
  readonly live: Live;
}): JSX.Element {
  const position = status.run?.position ?? null;
  const bands = useMemo(() => shadeChart(phases, topology, position), [phases, topology, position]);
  return (
    <section class="card" aria-label="Charts of the latest repetition">
      <p class="keys muted">
        <span class="key measured" /> measured window <span class="key event" /> event of the
        timeline · one cursor over all charts; arrow keys move it
      </p>
      <div class="charts">
        {pageCharts.map((chart) => (
          <Chart key={chart.id} chart={chart} history={history} bands={bands} />
        ))}
      </div>
    </section>
  );
}

function Network({ live: { topology, nodes } }: { readonly live: Live }): JSX.Element | null {
  if (topology === null && nodes === null) return null;
  return (
    <div class="network">
      {topology !== null && (
        <section class="card" aria-labelledby="topology-title">
          <h2 id="topology-title">Topology</h2>
          <TopologyDrawing topology={topology} nodes={nodes} />
        </section>
      )}
      {nodes !== null && (
        <section class="card" aria-labelledby="nodes-title">
          <h2 id="nodes-title">Nodes</h2>
          <NodeTable nodes={nodes} topology={topology} />
        </section>
      )}
    </div>
  );
}
