/** Stored runs, searched and filtered; two of them can be put side by side. */
import type { JSX } from 'preact';
import type { RunEntry, RunList } from '../../api/runs.ts';
import { goTo } from '../client/use-address.ts';
import { useApi } from '../client/use-api.ts';
import type { Address, RunsFilter } from '../logic/address.ts';
import { tellRunsQuery } from '../logic/runs-query.ts';
import { Empty, Link, ProblemNote } from '../parts/basics.tsx';
import { RunsFilterForm } from '../parts/runs-filter.tsx';
import { RunsTable } from '../parts/runs-table.tsx';

type RunsAddress = Extract<Address, { view: 'runs' }>;

/** @param version changes when a run ends, so that the list has it */
export function RunsView({
  address,
  version,
}: {
  readonly address: RunsAddress;
  readonly version: string;
}): JSX.Element {
  const { filter, chosen } = address;
  const { value, problem, isLoading } = useApi<RunList>(
    `/api/v1/runs${tellRunsQuery(filter)}`,
    version,
  );
  const show = (next: RunsFilter): void => goTo({ view: 'runs', filter: next, chosen }, 'replace');
  return (
    <>
      <RunsFilterForm filter={filter} onChange={show} />
      {problem !== null && <ProblemNote problem={problem} />}
      {value === null ? (
        problem === null && <Empty>Reading the list …</Empty>
      ) : (
        <List value={value} address={address} isLoading={isLoading} />
      )}
    </>
  );
}

interface ListProps {
  readonly value: RunList;
  readonly address: RunsAddress;
  readonly isLoading: boolean;
}

function List({ value: { runs, total }, address, isLoading }: ListProps): JSX.Element {
  const { filter, chosen } = address;
  if (runs.length === 0) return <NoRuns isFiltered={Object.keys(filter).length > 0} />;
  const choose = (id: string): void => {
    const next = chosen.includes(id)
      ? chosen.filter((other) => other !== id)
      : [...chosen, id].slice(-2);
    goTo({ view: 'runs', filter, chosen: next }, 'replace');
  };
  return (
    <div class={isLoading ? 'loading' : ''}>
      <CompareBar chosen={chosen} />
      <RunsTable runs={runs} total={total} chosen={chosen} onChoose={choose} />
      <Pages runs={runs} total={total} address={address} />
    </div>
  );
}

function CompareBar({ chosen }: { readonly chosen: readonly string[] }): JSX.Element {
  const [a, b] = chosen.toSorted();
  return (
    <p class="compare-bar">
      {a === undefined || b === undefined ? (
        <span class="muted">
          Mark two runs to see them side by side{a !== undefined && ': one more'}.
        </span>
      ) : (
        <Link class="button primary" to={{ view: 'compare', a, b }}>
          Compare the two
        </Link>
      )}
    </p>
  );
}

function Pages({
  runs,
  total,
  address,
}: {
  readonly runs: readonly RunEntry[];
  readonly total: number;
  readonly address: RunsAddress;
}): JSX.Element | null {
  const oldest = runs.at(-1);
  const { before, ...rest } = address.filter;
  if (oldest === undefined || (before === undefined && runs.length >= total)) return null;
  return (
    <nav class="pages" aria-label="Pages of the list">
      {before !== undefined && (
        <Link class="button" to={{ ...address, filter: rest }}>
          Latest
        </Link>
      )}
      {runs.length < total && (
        <Link class="button" to={{ ...address, filter: { ...rest, before: oldest.startedAt } }}>
          Older
        </Link>
      )}
    </nav>
  );
}

function NoRuns({ isFiltered }: { readonly isFiltered: boolean }): JSX.Element {
  return isFiltered ? (
    <Empty>
      No run fits. <Link to={{ view: 'runs', filter: {}, chosen: [] }}>Show all</Link>
    </Empty>
  ) : (
    <Empty>
      No run is stored yet.{' '}
      <Link to={{ view: 'start', scenario: 'smoke.yaml' }}>Start the smoke test</Link>: one minute,
      without Docker.
    </Empty>
  );
}
