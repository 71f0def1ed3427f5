import type { Migration } from './migration.ts';

/**
 * Which attempt is the last of its repetition, found by the index. A window over all attempts was
 * computed whole for every run that a dashboard asked about: seconds for a hundred runs of a
 * thousand. Columns and their meaning stay.
 */
export const fastAttempts: Migration = {
  version: 13,
  name: 'fast-attempts',
  sql: /* sql */ `
do $$
declare
  last text := 'not exists (select from testbed.repetitions l
    where l.repetition_id = r.repetition_id and l.attempt > r.attempt)';
  figures text;
begin
  -- Every column as it is, whatever steps before this one added.
  select string_agg(
    case attname
      when 'is_last' then last || ' as is_last'
      when 'is_counted' then last || ' and r.verdict in (''valid'', ''suspect'') as is_counted'
      else format('r.%I', attname)
    end, ', ' order by attnum) into figures
  from pg_attribute
  where attrelid = 'testbed.run_attempts'::regclass and attnum > 0 and not attisdropped;
  execute format('create or replace view testbed.run_attempts as select %s from testbed.repetitions r', figures);
end $$;
`,
};
