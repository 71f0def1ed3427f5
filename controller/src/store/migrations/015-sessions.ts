import type { Migration } from './migration.ts';

/** History asks for the latest runs of one name: found by an index, however many are stored. */
export const sessions: Migration = {
  version: 15,
  name: 'sessions',
  sql: /* sql */ `
create index runs_name_started_at on testbed.runs (name, started_at desc);
`,
};
