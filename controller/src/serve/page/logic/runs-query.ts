/** The filter of the list as a query of the API. Pure. */
import type { RunsFilter } from './address.ts';

/** `?limit=50&search=wan` */
export function tellRunsQuery(filter: RunsFilter): string {
  const search = new URLSearchParams({ limit: '50' });
  for (const [key, value] of Object.entries(filter)) {
    if (value !== undefined && value !== '') search.set(key, String(value));
  }
  return `?${search}`;
}
