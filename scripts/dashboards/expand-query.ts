import type { Query } from '../../controller/src/serve/panels/panel.ts';

/**
 * What Grafana makes of a query before it asks: variables and macros put in. Enough for the queries
 * of this project, so that tests, the benchmark and the smoke test ask what Grafana would ask.
 * @see pkg/tsdb/grafana-postgresql-datasource/macros.go of Grafana for the macros
 */
export interface Surroundings {
  /** Values of variables by name; `all` stands for every value. */
  readonly variables: Readonly<Record<string, string>>;
  readonly from: Date;
  readonly to: Date;
  readonly intervalSeconds: number;
  /** Of the scrapes: `$__rate_interval` is at least four of them. */
  readonly scrapeSeconds: number;
}

export function expandQuery(query: Query, surroundings: Surroundings): string {
  return query.source === 'results'
    ? expandSql(query.sql, surroundings)
    : expandPromql(query.expr, surroundings);
}

export function expandPromql(expr: string, surroundings: Surroundings): string {
  const { intervalSeconds, scrapeSeconds, from, to } = surroundings;
  const rateSeconds = Math.max(intervalSeconds + scrapeSeconds, 4 * scrapeSeconds);
  const rangeSeconds = Math.max(1, Math.round((to.getTime() - from.getTime()) / 1_000));
  return withVariables(
    expr
      .replaceAll('$__rate_interval', `${rateSeconds}s`)
      .replaceAll('$__interval', `${intervalSeconds}s`)
      .replaceAll('$__range', `${rangeSeconds}s`),
    surroundings,
  );
}

/** @throws Error for a macro or a variable that is not known */
export function expandSql(sql: string, surroundings: Surroundings): string {
  const { from, to, intervalSeconds } = surroundings;
  const [start, end] = [from, to].map((time) => `'${time.toISOString()}'`);
  const expanded = sql
    // Grafana ends an argument at the first closing bracket, so does this.
    .replaceAll(
      /\$__timeFilter\(([^)]*)\)/g,
      (_, column) => `${column} BETWEEN ${start} AND ${end}`,
    )
    .replaceAll('$__timeFrom()', `${start}`)
    .replaceAll('$__timeTo()', `${end}`)
    .replaceAll(
      /\$__timeGroupAlias\(([^,)]*),\s*\$__interval\)/g,
      (_, column) =>
        `floor(extract(epoch from ${column})/${intervalSeconds})*${intervalSeconds} AS "time"`,
    );
  return withVariables(expanded, surroundings);
}

function withVariables(text: string, { variables }: Surroundings): string {
  const replacement = (name: string): string => {
    const value = variables[name];
    if (value === undefined) throw new Error(`Unknown variable or macro $${name} in: ${text}`);
    return value;
  };
  return text
    .replaceAll(
      /\$\{(\w+):sqlstring\}/g,
      (_, name) => `'${replacement(name).replaceAll("'", "''")}'`,
    )
    .replaceAll(/\$(\w+)/g, (_, name) => replacement(name));
}
