import type { Migration } from './migration.ts';

/** What image and nodes say of themselves. Runs of older testbeds did not record it. */
export const claims: Migration = {
  version: 4,
  name: 'claims',
  sql: /* sql */ `
alter table testbed.provenance
  add column claims jsonb not null default '{"source": null, "nodes": []}';
comment on column testbed.provenance.claims is
  'What was claimed and not checked: source (label testbed.source of the image), and nodes: each different software and protocol that nodes named, with who said it first.';
comment on column testbed.runs.protocol is
  'engine.protocol of the scenario, as it was handed to the nodes. What they say they run is in provenance.claims.';
`,
};
