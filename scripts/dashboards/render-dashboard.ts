import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type {
  Annotation,
  Dashboard,
  Row,
  Variable,
} from '../../controller/src/serve/panels/panel.ts';
import { dataSources } from './data-sources.ts';
import { renderPanel } from './render-panel.ts';
import { resultsTarget } from './render-targets.ts';

/** What every Grafana from 10 on migrates up by itself; a higher number than it knows is refused. */
const SCHEMA_VERSION = 39;
const columns = 24;

/** A dashboard as Grafana's file provisioning reads it. The same bytes on every machine. */
export function renderDashboard(described: Dashboard): dashboard.Dashboard {
  return {
    id: null,
    uid: described.uid,
    title: described.title,
    description: described.description,
    tags: ['testbed'],
    timezone: 'browser',
    editable: false,
    graphTooltip: dashboard.DashboardCursorSync.Crosshair,
    time: { from: described.from, to: 'now' },
    timepicker: { refresh_intervals: ['1s', '2s', '5s', '10s', '30s', '1m', '5m'] },
    refresh: described.refresh,
    schemaVersion: SCHEMA_VERSION,
    templating: { list: described.variables.map(renderVariable) },
    annotations: { list: described.annotations.map(renderAnnotation) },
    links: [siblings],
    panels: layOut(described.rows),
  };
}

/** To the other dashboards, with the time range and the chosen run. */
const siblings: dashboard.DashboardLink = {
  title: 'Testbed',
  type: dashboard.DashboardLinkType.Dashboards,
  icon: 'external link',
  tooltip: 'The other dashboards of the testbed',
  tags: ['testbed'],
  asDropdown: false,
  targetBlank: false,
  includeVars: true,
  keepTime: false,
};

function renderVariable(variable: Variable): dashboard.VariableModel {
  const all = { text: 'All', value: '$__all' };
  return {
    type: dashboard.VariableType.Query,
    name: variable.name,
    label: variable.label,
    description: variable.description,
    datasource: dataSources[variable.source],
    query: variable.query,
    definition: variable.query,
    refresh: dashboard.VariableRefresh.OnTimeRangeChanged,
    sort: dashboard.VariableSort.Disabled,
    multi: false,
    includeAll: variable.hasAll,
    ...(variable.hasAll ? { allValue: '.*', current: all } : {}),
  };
}

function renderAnnotation({ name, color, sql }: Annotation): dashboard.AnnotationQuery {
  const target = resultsTarget({ source: 'results', sql, format: 'table' }, name);
  return {
    name,
    datasource: dataSources.results,
    enable: true,
    iconColor: color,
    // The SDK has no type for queries of this data source.
    target: target as NonNullable<dashboard.AnnotationQuery['target']>,
  };
}

/** Rows one below the other; in each, panels from left to right, in lines of 24 columns. */
function layOut(rows: readonly Row[]): (dashboard.Panel | dashboard.RowPanel)[] {
  const placed: (dashboard.Panel | dashboard.RowPanel)[] = [];
  let id = 1;
  let y = 0;
  for (const { title, panels } of rows) {
    const gridPos = { h: 1, w: columns, x: 0, y };
    placed.push({ type: 'row', id: id++, title, collapsed: false, gridPos, panels: [] });
    y += 1;
    let x = 0;
    let lineHeight = 0;
    for (const panel of panels) {
      if (x + panel.width > columns) {
        [x, y, lineHeight] = [0, y + lineHeight, 0];
      }
      placed.push({ id: id++, ...renderPanel(panel, { x, y }) });
      x += panel.width;
      lineHeight = Math.max(lineHeight, panel.height);
    }
    y += lineHeight;
  }
  return placed;
}
