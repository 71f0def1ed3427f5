import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { dashboards, panelsOf } from '../../../../controller/src/serve/panels/dashboards.ts';
import { hiddenMetrics } from '../../../../controller/src/serve/panels/hidden-metrics.ts';
import { pageCharts } from '../../../../controller/src/serve/panels/page-charts.ts';
import type { Dashboard, Panel } from '../../../../controller/src/serve/panels/panel.ts';
import { expandPromql, expandSql } from '../../../../scripts/dashboards/expand-query.ts';
import { metricsIn, parsesAsPromql, selectorsIn } from './read-promql.ts';

const root = join(import.meta.dirname, '../../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
/** Of nodes, and of the controller. */
const rows = ['docs/metrics.md', 'docs/server.md']
  .filter((path) => existsSync(join(root, path)))
  .flatMap((path) => [
    ...read(path).matchAll(/^\| `([a-z0-9_]+)` \| (gauge|counter|histogram) \|/gm),
  ]);
const documented = new Map(rows.map(([, name = '', type = '']) => [name, type]));

const panels = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel): [string, Panel, Dashboard] => [panel.id, panel, dashboard]),
);
const surroundings = (dashboard: Dashboard) => ({
  variables: Object.fromEntries(dashboard.variables.map(({ name }) => [name, 'x'])),
  from: new Date(0),
  to: new Date(60_000),
  intervalSeconds: 5,
  scrapeSeconds: 2,
});
const expressions = panels.flatMap(([id, { queries }, dashboard]) =>
  queries.flatMap((query) =>
    query.source === 'prometheus'
      ? [{ id, raw: query.expr, expr: expandPromql(query.expr, surroundings(dashboard)) }]
      : [],
  ),
);

/** What Prometheus adds to each scrape, and says of itself. */
const ofPrometheus =
  /^(up|ALERTS|scrape_(duration_seconds|samples_post_metric_relabeling)|prometheus_\w+)$/;

/** The metric that a sample is of: those of histograms have three endings. */
function metricOf(sample: string): string {
  const base = sample.replace(/_(bucket|sum|count)$/, '');
  return documented.get(base) === 'histogram' ? base : sample;
}

describe.each(panels)('panel %s', (_id, panel, dashboard) => {
  it('says what it shows, how, and what to do without data', () => {
    expect(panel.title.length).toBeGreaterThan(2);
    expect(panel.description.length).toBeGreaterThan(20);
    expect(panel.description).toMatch(/[.]$/);
    expect(panel.empty.length).toBeGreaterThan(3);
    expect(panel.queries.length).toBeGreaterThan(0);
    // Grafana takes one data source of a panel for its own.
    expect(new Set(panel.queries.map(({ source }) => source)).size).toBe(1);
  });

  it('has only queries whose variables and macros are known', () => {
    for (const query of panel.queries) {
      if (query.source === 'prometheus') expandPromql(query.expr, surroundings(dashboard));
      else expect(expandSql(query.sql, surroundings(dashboard))).not.toMatch(/\$/);
    }
  });

  it('is no wider than a screen', () => {
    expect(panel.width).toBeLessThanOrEqual(24);
    expect(panel.width).toBeGreaterThanOrEqual(4);
  });
});

describe('all panels', () => {
  it('have ids and titles of their own', () => {
    const ids = panels.map(([id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const dashboard of dashboards) {
      const titles = panelsOf(dashboard).map(({ title }) => title);
      expect(new Set(titles).size).toBe(titles.length);
    }
  });

  it.each(expressions)('ask Prometheus in its language: $id $expr', ({ raw, expr }) => {
    expect(parsesAsPromql(parser, expr)).toBe(true);
    // A rate over less than four scrapes has gaps.
    for (const [, window] of raw.matchAll(/(?:rate|increase)\([^[\]]*\[([^\]]+)\]/g)) {
      expect(window).toBe('$__rate_interval');
    }
  });

  it('look at growth where a metric is a counter', () => {
    const totals = [
      'consensus_evidence_total',
      'consensus_safety_violations_total',
      'testbed_runs_ended_total',
      'testbed_misbehaviours_total',
    ];
    for (const { expr, id } of expressions) {
      for (const { metric, isRange } of selectorsIn(parser, expr)) {
        const isCounter = /_(total|count|sum|bucket)$/.test(metric);
        // Of these the total itself is what matters.
        if (isCounter && !totals.includes(metric))
          expect([id, metric, isRange]).toEqual([id, metric, true]);
      }
    }
  });

  it('never add nodes and controller: every selector of a node says so', () => {
    for (const { expr, id } of expressions) {
      for (const { metric, labels } of selectorsIn(parser, expr)) {
        if (!metric.startsWith('testbed_') && documented.has(metricOf(metric)))
          expect([id, metric, labels.includes('job')]).toEqual([id, metric, true]);
      }
    }
  });
});

describe('metrics', () => {
  const shown = new Set(
    expressions.flatMap(({ expr }) => metricsIn(parser, expr)).map((name) => metricOf(name)),
  );

  it('on a dashboard are documented', () => {
    for (const name of shown) {
      // Until docs/server.md is there nothing says what the controller exports.
      if (name.startsWith('testbed_') && !existsSync(join(root, 'docs/server.md'))) continue;
      if (!ofPrometheus.test(name))
        expect(documented.has(name) ? name : `undocumented: ${name}`).toBe(name);
    }
  });

  it('are each on a dashboard, or named as not shown with the reason', () => {
    for (const name of documented.keys()) {
      const places = [shown.has(name) && 'shown', name in hiddenMetrics && 'hidden'].filter(
        Boolean,
      );
      expect([name, places]).toEqual([name, [expect.any(String)]]);
    }
  });

  it('named as not shown exist, and say why', () => {
    for (const [name, reason] of Object.entries(hiddenMetrics)) {
      expect([name, documented.has(name)]).toEqual([name, true]);
      expect(reason.length).toBeGreaterThan(10);
    }
  });

  it('of rules are those that nodes export', () => {
    const rules = read('compose/prometheus/rules/testbed.yml');
    const names =
      rules.match(/\b(consensus|network|container|nodejs|process)_[a-z0-9_]+(?=[{[])/g) ?? [];
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect([name, documented.has(metricOf(name))]).toEqual([name, true]);
  });
});

describe('charts of the page', () => {
  it('take their words from panels', () => {
    for (const { id, title, description, lines } of pageCharts) {
      const [, panel] = panels.find(([own]) => own === id) ?? [];
      const legends = panel?.queries.map((query) => 'legend' in query && query.legend) ?? [];
      if (legends.length > 1) expect(legends).toEqual(expect.arrayContaining(lines.map(nameOf)));
      const names = [panel?.title.toLowerCase(), ...legends];
      expect(names).toContain(title.toLowerCase());
      expect([panel?.brief, panel?.description]).toContain(description);
    }
  });
});

function nameOf({ name }: { readonly name: string }): string {
  return name;
}
