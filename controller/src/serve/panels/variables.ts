import type { Variable } from './panel.ts';

/** The 200 latest runs; the first one is chosen when a dashboard opens. */
const latestRuns = `select run_id as __value, name || ' - ' || run_id || ' (' || status || ')' as __text
from testbed.runs order by started_at desc limit 200`;

export const runVariable: Variable = {
  name: 'run',
  label: 'Run',
  description: 'The 200 latest runs, newest first.',
  source: 'results',
  query: latestRuns,
  hasAll: false,
};

/** What the nodes of the chosen run, cell and repetition have in common. */
export const chosenNodes = 'job="nodes",run="$run",cell=~"$cell",repetition=~"$repetition"';

/** A repetition is a network of its own: its nodes are never counted with those of another. */
export const network = 'run, cell, repetition';

/** Growth a second; a node that restarts begins at 0 and is no negative growth. */
export const rate = (metric: string): string => `rate(${metric}{${chosenNodes}}[$__rate_interval])`;

/** A row a node: repetitions come one after the other, so a node of each has the same row. */
export const byRow = (expr: string): string => `max by (node, region) (${expr})`;
