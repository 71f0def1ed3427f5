import type { Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import type {
  Panel,
  PrometheusQuery,
  ResultsQuery,
} from '../../controller/src/serve/panels/panel.ts';
import { dataSources } from './data-sources.ts';

/** What the SDK's types say of a query, without the mark that only its builders can set. */
type Target = Omit<prometheus.Dataquery, '_implementsDataqueryVariant'>;

export function renderTargets({ queries, kind }: Panel): Dataquery[] {
  return queries.map((query, index) => {
    const refId = String.fromCharCode('A'.charCodeAt(0) + index);
    const target =
      query.source === 'results'
        ? resultsTarget(query, refId)
        : prometheusTarget(query, refId, kind);
    return target as unknown as Dataquery; // the mark
  });
}

function prometheusTarget(query: PrometheusQuery, refId: string, kind: Panel['kind']): Target {
  return {
    refId,
    datasource: dataSources.prometheus,
    editorMode: prometheus.QueryEditorMode.Code,
    expr: query.expr,
    format: formatOf(kind),
    instant: query.isInstant === true,
    range: query.isInstant !== true,
    legendFormat: query.legend,
  };
}

function formatOf(kind: Panel['kind']): prometheus.PromQueryFormat {
  if (kind === 'buckets') return prometheus.PromQueryFormat.Heatmap;
  if (kind === 'table') return prometheus.PromQueryFormat.Table;
  return prometheus.PromQueryFormat.TimeSeries;
}

/** The SDK has no type for it: names as the Postgres data source reads them. */
export function resultsTarget({ sql, format }: ResultsQuery, refId: string): object {
  return {
    refId,
    datasource: dataSources.results,
    editorMode: 'code',
    format,
    rawQuery: true,
    rawSql: sql,
  };
}
