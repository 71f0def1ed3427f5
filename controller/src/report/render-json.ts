import type { Axis } from '../model/axis.ts';
import type { CellFinding, Headline, RunFinding } from '../model/finding.ts';
import type { NodeRecord, RepetitionRecord, RunRecord, StoredRun } from '../model/record.ts';
import { formatJson } from './format-json.ts';

/** Raised when a field changes its meaning or goes; a new field does not raise it. */
export const reportSchemaVersion = 2;

/**
 * What `export --format json` writes and `report --json` prints, described in docs/results.md. The
 * shapes are those of controller/src/model (finding.ts and record.ts): times are ISO 8601 in UTC,
 * units are in the names, a value that does not exist is null. Scraped series are left out, and of
 * each log of digests all but one.
 */
export interface ReportDocument {
  readonly schema: 'prsm-testbed/report';
  readonly schemaVersion: typeof reportSchemaVersion;
  readonly headline: Headline;
  readonly warnings: readonly string[];
  readonly run: RunRecord;
  /** What was varied, the size first; every cell has a coordinate for each. */
  readonly axes: readonly Axis[];
  /** Per combination, with the figures of each counted and not counted repetition. */
  readonly cells: readonly CellFinding[];
  /** Every attempt with what its nodes delivered, histograms included. */
  readonly repetitions: readonly ReportRepetition[];
}

export interface ReportRepetition
  extends Omit<RepetitionRecord, 'nodes' | 'samples' | 'hostSamples'> {
  readonly nodes: readonly ReportNode[];
}

export interface ReportNode extends Omit<NodeRecord, 'log'> {
  /**
   * The digest at the highest height that all nodes with a log still report: equal digests are
   * equal logs up to there. Null where there is no such height. The whole list is in the database.
   */
  readonly log: {
    readonly committedHeight: number;
    readonly commonHeight: number | null;
    readonly digestHex: string | null;
  } | null;
}

/** The document as a value, for output that is embedded in something else. */
export function buildReportDocument(finding: RunFinding, stored: StoredRun): ReportDocument {
  return {
    schema: 'prsm-testbed/report',
    schemaVersion: reportSchemaVersion,
    headline: finding.headline,
    warnings: finding.warnings,
    run: finding.run,
    axes: finding.run.plan.axes,
    cells: finding.cells,
    repetitions: stored.repetitions.map(withoutBulk),
  };
}

function withoutBulk(record: RepetitionRecord): ReportRepetition {
  const { samples: _samples, hostSamples: _hostSamples, ...rest } = record;
  const commonHeight = findCommonHeight(record.nodes);
  const nodes = record.nodes.map((node): ReportNode => {
    if (node.log === null) return { ...node, log: null };
    const { committedHeight, digests } = node.log;
    const digest = digests.find(({ height }) => height === commonHeight);
    return {
      ...node,
      log: { committedHeight, commonHeight, digestHex: digest?.digestHex ?? null },
    };
  });
  return { ...rest, nodes };
}

/** Of the nodes that committed something; the others contradict nobody. */
function findCommonHeight(nodes: readonly NodeRecord[]): number | null {
  const logs = nodes.flatMap(({ log }) =>
    log === null || log.digests.length === 0 ? [] : [log.digests.map(({ height }) => height)],
  );
  const [first = [], ...others] = logs;
  const sets = others.map((heights) => new Set(heights));
  return first.findLast((height) => sets.every((heights) => heights.has(height))) ?? null;
}

/** The document as text; the same input gives the same bytes. Ends with a line break. */
export function renderJson(finding: RunFinding, stored: StoredRun): string {
  return `${formatJson(buildReportDocument(finding, stored))}\n`;
}
