import { history } from './history.ts';
import { liveRun } from './live-run.ts';
import { overview } from './overview.ts';
import type { Dashboard, Panel } from './panel.ts';
import { systemHealth } from './system-health.ts';

/** In the order in which links to them stand. */
export const dashboards: readonly Dashboard[] = [overview, liveRun, history, systemHealth];

export const panelsOf = (dashboard: Dashboard): readonly Panel[] =>
  dashboard.rows.flatMap(({ panels }) => panels);
