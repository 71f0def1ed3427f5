import { dashboards } from '../../controller/src/serve/panels/dashboards.ts';
import { renderDashboard } from './render-dashboard.ts';

/** The files of compose/grafana/dashboards; `npm run docs` writes them. */
export function renderDashboards(): readonly { readonly path: string; readonly text: string }[] {
  return dashboards.map((described) => ({
    path: `compose/grafana/dashboards/${described.uid.replace('testbed-', '')}.json`,
    text: `${JSON.stringify(renderDashboard(described), null, 2)}\n`,
  }));
}
