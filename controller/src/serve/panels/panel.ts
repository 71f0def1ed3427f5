/**
 * What a panel is, whoever draws it. Grafana's dashboards (scripts/dashboards), the charts of the
 * controller's own page and the tests that run every query are made from these values, so there is
 * one place where a question, its unit and its words are. Pure values: nothing here asks anything.
 */

/** Base units; whoever draws scales them. `text`: words, nothing to scale. */
export type Unit =
  | 'count'
  | 'cores'
  | 's'
  | 'ms'
  /** 0 to 1, shown as per cent. */
  | 'ratio'
  | 'bytes'
  | 'bytes/s'
  | 'bit/s'
  | 'tx/s'
  /** Of whatever the title counts. */
  | '1/s'
  | 'time'
  | 'text';

/** `results` is the Postgres database with everything that was stored. */
export type Query = PrometheusQuery | ResultsQuery;

export interface PrometheusQuery {
  readonly source: 'prometheus';
  readonly expr: string;
  /** Name of a line: text with `{{label}}`. */
  readonly legend: string;
  /** One value at the end of the time range in place of a line. */
  readonly isInstant?: boolean;
}

export interface ResultsQuery {
  readonly source: 'results';
  readonly sql: string;
  /** `time_series`: columns time, metric, and numbers, by time ascending. */
  readonly format: 'table' | 'time_series';
}

/**
 * `trend`: x is a number (nodes), not time. `timeline`: states over time. `bars`: by name.
 * `grid`: a row a line, coloured by value. `buckets`: a histogram over time.
 */
export type PanelKind =
  | 'stat'
  | 'timeseries'
  | 'grid'
  | 'buckets'
  | 'timeline'
  | 'table'
  | 'trend'
  | 'bars';

/** From `from` on, a value has this colour; the first step has none and holds below all others. */
export interface Step {
  readonly from: number | null;
  readonly color: 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'text';
}

export interface Link {
  readonly title: string;
  /** `${__data.fields.run}` is the value of another column. */
  readonly url: string;
}

export type Colors = Readonly<Record<string, Step['color']>>;

/** How a column of a table, or a line by its name, differs from the rest of its panel. */
export interface Column {
  readonly name: string;
  readonly unit?: Unit;
  /** A click opens this. */
  readonly link?: Link;
  readonly isHidden?: boolean;
  readonly widthPixels?: number;
  /** Of a line or bar. */
  readonly color?: Step['color'];
  /** Words that have a colour. */
  readonly colors?: Colors;
}

export interface Panel {
  /** Kebab-case; of its own over all dashboards. */
  readonly id: string;
  readonly title: string;
  /** What it shows, how it is computed, and what a bad value looks like. */
  readonly description: string;
  /** The same in short, for the controller's own page, which draws less of it. */
  readonly brief?: string;
  readonly unit: Unit;
  readonly kind: PanelKind;
  readonly queries: readonly Query[];
  /** Of 24 columns; on a phone Grafana puts all panels below each other. */
  readonly width: number;
  /** In rows of 30 pixels. */
  readonly height: number;
  readonly min?: number;
  readonly max?: number;
  readonly decimals?: number;
  readonly steps?: readonly Step[];
  readonly columns?: readonly Column[];
  /** Words for values: of a stat or a timeline. */
  readonly words?: Readonly<Record<string, string>>;
  /** `trend` and `bars`: the column of the x axis. */
  readonly x?: string;
  /** What stands there without data: what to do to have some. */
  readonly empty: string;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A list to choose from above the panels; `$name` in queries. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly source: 'prometheus' | 'results';
  /** `results`: columns __value and __text. `prometheus`: `label_values(...)`. */
  readonly query: string;
  /** "All" is `.*`: only for queries that match by pattern. */
  readonly hasAll: boolean;
}

/** Times and spans that are marked in every chart of a dashboard. */
export interface Annotation {
  readonly name: string;
  readonly color: 'blue' | 'orange' | 'red';
  /** Columns time, timeend, text, tags; timeend null is a moment. */
  readonly sql: string;
}

export interface Dashboard {
  /** Fixed: links, bookmarks and the page of the controller use it. */
  readonly uid: `testbed-${string}`;
  readonly title: string;
  readonly description: string;
  /** Start of the time range that it opens with; it ends now. */
  readonly from: string;
  /** How often it asks again; empty: only when somebody does. */
  readonly refresh: string;
  readonly variables: readonly Variable[];
  readonly annotations: readonly Annotation[];
  readonly rows: readonly Row[];
}

export const prometheus = (expr: string, legend: string, isInstant = false): PrometheusQuery => ({
  source: 'prometheus',
  expr: expr.replaceAll(/\s*\n\s*/g, ' ').trim(),
  legend,
  isInstant,
});

export const results = (sql: string, format: ResultsQuery['format'] = 'table'): ResultsQuery => ({
  source: 'results',
  sql: sql.trim(),
  format,
});
