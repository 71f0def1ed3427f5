import type { ClientBase } from 'pg';
import type { RunSearch, RunSummary, RunsFound, RunVerdict } from '../../model/run-summary.ts';
import { decodeText } from '../codec/text.ts';
import { decodeListing, type ListingRow } from './read-run.ts';

interface SummaryRow extends ListingRow {
  readonly valid: number;
  readonly suspect: number;
  readonly invalid: number;
  readonly verdict: RunVerdict | null;
  readonly peak_tx_per_sec: number | null;
  readonly failure_message: string | null;
  readonly total: number;
}

/**
 * One query: the runs that fit, what their repetitions say, and of the page that is asked for how
 * fast they were. The rule for a cell is that of analyse/judge-cell.ts, without what needs series.
 */
const sql = /* sql */ `
with wanted as (
  select run_id, name, status, runtime, started_at, ended_at, sizes, repetitions_planned, shaper,
    network, varied, failure_message
  from testbed.runs
  where ($1::text is null or position(lower($1) in lower(concat_ws(' ', run_id, name, network, varied))) > 0)
    and ($2::text is null or status = $2)
    and ($3::text is null or runtime = $3)
    and ($4::text is null or shaper = $4)
    and ($5::integer is null or $5 = any(sizes))
    and ($6::timestamptz is null or started_at >= $6)
    and ($7::timestamptz is null or started_at < $7)
), attempts as (
  select r.run_id, r.cell_id, r.attempt_key, r.verdict, r.failure_code, r.safety_violation_height,
    not exists (
      select from testbed.repetitions later
      where later.repetition_id = r.repetition_id and later.attempt > r.attempt
    ) as is_last
  from testbed.repetitions r join wanted using (run_id)
), per_cell as (
  select run_id, cell_id,
    count(*) filter (where is_last and verdict = 'valid') as valid,
    count(*) filter (where is_last and verdict = 'suspect') as suspect,
    count(*) filter (where is_last and verdict = 'invalid') as invalid,
    count(*) filter (where is_last and failure_code is distinct from 'INTERRUPTED') as done,
    bool_or(safety_violation_height is not null) as violated
  from attempts group by run_id, cell_id
), judged as (
  select c.run_id, p.valid, p.suspect, p.invalid, p.done, p.violated,
    greatest(least(3, c.repetitions_planned), ceil(0.6 * c.repetitions_planned)) as needed
  from testbed.cells c join wanted using (run_id) left join per_cell p using (run_id, cell_id)
), per_run as (
  select run_id, coalesce(sum(valid), 0)::integer as valid, coalesce(sum(suspect), 0)::integer as suspect,
    coalesce(sum(invalid), 0)::integer as invalid, coalesce(sum(done), 0)::integer as done,
    case when bool_or(violated) then 'unsafe'
      when coalesce(sum(valid + suspect + invalid), 0) = 0 then null
      when bool_or(coalesce(valid + suspect, 0) < needed) then 'invalid'
      when bool_or(valid < needed) then 'suspect'
      else 'valid' end as verdict
  from judged group by run_id
), fitting as (
  select w.*, coalesce(p.valid, 0) as valid, coalesce(p.suspect, 0) as suspect,
    coalesce(p.invalid, 0) as invalid, coalesce(p.done, 0) as repetitions_done,
    case when w.status = 'running' and p.verdict <> 'unsafe' then null else p.verdict end as verdict
  from wanted w left join per_run p using (run_id)
), page as (
  select *, (count(*) over ())::integer as total from fitting
  where $8::text is null or coalesce(verdict, 'none') = $8
  order by started_at desc, run_id desc limit $9
), speeds as (
  select a.run_id, a.cell_id, node.tx_per_sec
  from page join attempts a using (run_id) cross join lateral (
    select sum(n.committed_in_window / nullif(n.window_seconds, 0)) as tx_per_sec
    from testbed.nodes n where n.attempt_key = a.attempt_key
  ) node
  where a.is_last and a.verdict <> 'invalid'
), peaks as (
  select run_id, max(tx_per_sec) as peak_tx_per_sec from (
    select run_id, avg(tx_per_sec) as tx_per_sec from speeds group by run_id, cell_id
  ) cell group by run_id
)
select page.*, valid as repetitions_valid, peak_tx_per_sec
from page left join peaks using (run_id) order by started_at desc, run_id desc`;

export async function searchRuns(client: ClientBase, search: RunSearch): Promise<RunsFound> {
  const { text, status, runtime, shaper, nodeCount, startedFrom, startedBefore } = search;
  const given = [text, status, runtime, shaper, nodeCount, startedFrom, startedBefore];
  const { rows } = await client.query<SummaryRow>(sql, [
    ...given.map((value) => value ?? null),
    search.verdict ?? null,
    search.limit,
  ]);
  return { runs: rows.map(decodeSummary), total: rows[0]?.total ?? 0 };
}

function decodeSummary(row: SummaryRow): RunSummary {
  const { valid, suspect, invalid, verdict, peak_tx_per_sec, failure_message } = row;
  return {
    ...decodeListing(row),
    verdicts: { valid, suspect, invalid },
    verdict,
    peakTxPerSec: peak_tx_per_sec,
    failureMessage: failure_message === null ? null : decodeText(failure_message),
  };
}
