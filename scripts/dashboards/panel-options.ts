import type * as barchart from '@grafana/grafana-foundation-sdk/barchart';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import type * as stat from '@grafana/grafana-foundation-sdk/stat';
import type * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import type * as statushistory from '@grafana/grafana-foundation-sdk/statushistory';
import type * as table from '@grafana/grafana-foundation-sdk/table';
import type * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type * as trend from '@grafana/grafana-foundation-sdk/trend';
import type { Panel, PanelKind } from '../../controller/src/serve/panels/panel.ts';

/** How Grafana draws each kind of panel: its plugin, the plugin's options, and those of fields. */
export interface PanelOptions {
  readonly type: string;
  readonly options: object;
  readonly custom: object;
}

export const optionsOf = (panel: Panel): PanelOptions => kinds[panel.kind](panel);

const legend: common.VizLegendOptions = {
  displayMode: common.LegendDisplayMode.List,
  placement: common.LegendPlacement.Bottom,
  showLegend: true,
  calcs: [],
};
const tooltip: common.VizTooltipOptions = {
  mode: common.TooltipDisplayMode.Multi,
  sort: common.SortOrder.Descending,
};
const lines: common.GraphFieldConfig = {
  drawStyle: common.GraphDrawStyle.Line,
  lineWidth: 2,
  fillOpacity: 8,
  showPoints: common.VisibilityMode.Auto,
  // A gap is a scrape that failed, and stays one.
  spanNulls: false,
};

const kinds: Readonly<Record<PanelKind, (panel: Panel) => PanelOptions>> = {
  timeseries: ({ queries }) => {
    const isStored = queries.some(({ source }) => source === 'results');
    const points = common.VisibilityMode.Always;
    return {
      type: 'timeseries',
      options: { legend, tooltip } satisfies timeseries.Options,
      custom: isStored ? { ...lines, showPoints: points, pointSize: 6, spanNulls: true } : lines,
    };
  },
  trend: ({ x }) => ({
    type: 'trend',
    options: { legend, tooltip, ...(x === undefined ? {} : { xField: x }) } satisfies trend.Options,
    custom: { ...lines, showPoints: common.VisibilityMode.Always, pointSize: 7, spanNulls: true },
  }),
  bars: ({ x }) => ({
    type: 'barchart',
    options: {
      ...(x === undefined ? {} : { xField: x }),
      orientation: common.VizOrientation.Auto,
      xTickLabelRotation: -45,
      xTickLabelMaxLength: 22,
      stacking: common.StackingMode.Normal,
      showValue: common.VisibilityMode.Never,
      barWidth: 0.9,
      groupWidth: 0.9,
      legend,
      tooltip,
      fullHighlight: false,
    } satisfies barchart.Options,
    custom: { fillOpacity: 80, lineWidth: 0 },
  }),
  stat: ({ unit, queries }) => ({
    type: 'stat',
    options: {
      graphMode: common.BigValueGraphMode.None,
      colorMode: common.BigValueColorMode.Value,
      justifyMode: common.BigValueJustifyMode.Auto,
      textMode: statText(unit, queries.length),
      wideLayout: true,
      showPercentChange: false,
      percentChangeColorMode: common.PercentChangeColorMode.Standard,
      orientation: common.VizOrientation.Auto,
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    } satisfies stat.Options,
    custom: {},
  }),
  table: () => ({
    type: 'table',
    options: {
      frameIndex: 0,
      showHeader: true,
      cellHeight: common.TableCellHeight.Sm,
    } satisfies table.Options,
    custom: {
      align: common.FieldTextAlignment.Auto,
      inspect: false,
      filterable: true,
    } satisfies table.FieldConfig,
  }),
  buckets: ({ unit }) => ({
    type: 'heatmap',
    options: {
      calculate: false,
      color: {
        mode: heatmap.HeatmapColorMode.Scheme,
        scheme: 'Blues',
        fill: 'dark-blue',
        scale: heatmap.HeatmapColorScale.Exponential,
        exponent: 0.5,
        steps: 64,
        reverse: false,
      },
      showValue: common.VisibilityMode.Never,
      yAxis: { unit },
      cellValues: { unit: 'short' },
      // Cells without a commit stay empty.
      filterValues: { le: 1e-9 },
      legend: { show: true },
      tooltip: { mode: common.TooltipDisplayMode.Single, yHistogram: true },
      exemplars: { color: 'orange' },
    } satisfies heatmap.Options,
    custom: {} satisfies heatmap.FieldConfig,
  }),
  grid: () => ({
    type: 'status-history',
    options: {
      rowHeight: 0.9,
      colWidth: 1,
      showValue: common.VisibilityMode.Never,
      legend: { ...legend, showLegend: false },
      tooltip: { mode: common.TooltipDisplayMode.Single, sort: common.SortOrder.None },
    } satisfies statushistory.Options,
    custom: { fillOpacity: 90, lineWidth: 0 },
  }),
  timeline: () => ({
    type: 'state-timeline',
    options: {
      rowHeight: 0.8,
      mergeValues: true,
      showValue: common.VisibilityMode.Never,
      legend: { ...legend, showLegend: false },
      tooltip,
    } satisfies statetimeline.Options,
    custom: { fillOpacity: 80, lineWidth: 0 },
  }),
};

/** Words stand for themselves; several values say which one each is. */
function statText(unit: Panel['unit'], values: number): common.BigValueTextMode {
  if (unit === 'text') return common.BigValueTextMode.Name;
  return values > 1 ? common.BigValueTextMode.ValueAndName : common.BigValueTextMode.Value;
}
