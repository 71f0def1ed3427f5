/** Where the page is: the whole state of what is looked at is in the address, so it can be sent to a colleague. Pure. */
import type { RunsQuery } from '../../api/runs.ts';

export type RunsFilter = Partial<Omit<RunsQuery, 'limit' | 'after'>>;

export type Address =
  | { readonly view: 'now' }
  | { readonly view: 'runs'; readonly filter: RunsFilter; readonly chosen: readonly string[] }
  | { readonly view: 'run'; readonly id: string }
  | { readonly view: 'compare'; readonly a: string; readonly b: string }
  | { readonly view: 'start'; readonly scenario: string | null };

const filterKeys = ['search', 'status', 'verdict', 'runtime', 'shaper', 'before'] as const;

/** @param query with or without `?`; what is not understood is the live view */
export function readAddress(query: string): Address {
  const search = new URLSearchParams(query);
  const get = (key: string): string => search.get(key) ?? '';
  switch (search.get('view')) {
    case 'runs':
      return { view: 'runs', filter: readFilter(search), chosen: search.getAll('choose') };
    case 'run':
      return { view: 'run', id: get('id') };
    case 'compare':
      return { view: 'compare', a: get('a'), b: get('b') };
    case 'start':
      return { view: 'start', scenario: search.get('scenario') };
    default:
      return { view: 'now' };
  }
}

export function writeAddress(address: Address): string {
  const search = new URLSearchParams();
  if (address.view !== 'now') search.set('view', address.view);
  if (address.view === 'runs') {
    for (const [key, value] of Object.entries(address.filter)) {
      if (value !== undefined && value !== '') search.set(key, String(value));
    }
    for (const id of address.chosen) search.append('choose', id);
  }
  if (address.view === 'run') search.set('id', address.id);
  if (address.view === 'compare') {
    search.set('a', address.a);
    search.set('b', address.b);
  }
  if (address.view === 'start' && address.scenario !== null) {
    search.set('scenario', address.scenario);
  }
  const text = search.toString();
  return text === '' ? '?' : `?${text}`;
}

function readFilter(search: URLSearchParams): RunsFilter {
  const texts = filterKeys.flatMap((key) => {
    const value = search.get(key);
    return value === null || value === '' ? [] : [[key, value]];
  });
  const nodes = Number(search.get('nodes'));
  return {
    ...Object.fromEntries(texts), // checked by the server, which says what it does not take
    ...(Number.isInteger(nodes) && nodes > 0 ? { nodes } : {}),
  };
}

export function titleOf(address: Address): string {
  switch (address.view) {
    case 'now':
      return 'Now';
    case 'runs':
      return 'Runs';
    case 'run':
      return `Run ${address.id}`;
    case 'compare':
      return 'Two runs side by side';
    case 'start':
      return 'Start a run';
  }
}
