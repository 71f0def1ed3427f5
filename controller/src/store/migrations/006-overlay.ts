import type { Migration } from './migration.ts';

/** What relays did where not everybody is linked to everybody. */
export const overlay: Migration = {
  version: 6,
  name: 'overlay',
  sql: /* sql */ `
alter table testbed.nodes add column overlay jsonb;
comment on column testbed.nodes.overlay is
  'Growth inside the window of what the overlay counts: messagesRelayed and bytesRelayed for others (once a link), messagesDelivered and hopsTravelled (links, in all), duplicates, forged, unroutable. Null where every node has a link to every other.';
`,
};
