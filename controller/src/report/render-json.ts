import type { CellFinding, Headline, RunFinding } from '../model/finding.ts';
import type { RepetitionRecord, RunRecord, StoredRun } from '../model/record.ts';
import { formatJson } from './format-json.ts';

/** Raised when a field changes its meaning or goes; a new field does not raise it. */
export const reportSchemaVersion = 1;

/**
 * What `export --format json` writes and `report --json` prints. The shapes are those of
 * controller/src/model (finding.ts and record.ts): times are ISO 8601 in UTC, units are in the
 * names, a value that does not exist is null.
 */
export interface ReportDocument {
  readonly schema: 'prsm-testbed/report';
  readonly schemaVersion: typeof reportSchemaVersion;
  readonly headline: Headline;
  readonly warnings: readonly string[];
  readonly run: RunRecord;
  /** Per size, with the figures of each counted and not counted repetition. */
  readonly cells: readonly CellFinding[];
  /** Every attempt as it was stored, node results and histograms included. */
  readonly repetitions: readonly RepetitionRecord[];
}

/** The document as a value, for output that is embedded in something else. */
export function buildReportDocument(finding: RunFinding, stored: StoredRun): ReportDocument {
  return {
    schema: 'prsm-testbed/report',
    schemaVersion: reportSchemaVersion,
    headline: finding.headline,
    warnings: finding.warnings,
    run: finding.run,
    cells: finding.cells,
    repetitions: stored.repetitions,
  };
}

/** The document as text; the same input gives the same bytes. Ends with a line break. */
export function renderJson(finding: RunFinding, stored: StoredRun): string {
  return `${formatJson(buildReportDocument(finding, stored))}\n`;
}
