import type pg from 'pg';

/** Rows of every attempt, by what panels read. */
const ofAttempts = [
  'phases',
  'events',
  'verdict_reasons',
  'nodes',
  'latencies',
  'host_samples',
  'link_checks',
  'timeline_events',
];
const ofRuns = ['provenance', 'host_facts', 'cells'];
const samplesPerSeries = 50;

/**
 * Copies the only run of the database until there are so many, each an hour before the one before;
 * every fifth has the name of the first. Then gives every attempt an equal share of the samples.
 */
export async function copyRuns(
  client: pg.Client,
  { runs, samples }: { readonly runs: number; readonly samples: number },
): Promise<void> {
  const copies = `generate_series(1, ${runs - 1}) as copy`;
  const insert = async (table: string, from: string, own: Readonly<Record<string, string>>) => {
    const columns = await columnsOf(client, table);
    const values = columns.map(({ name, type }) => own[name] ?? shifted(name, type));
    await client.query(
      `insert into testbed.${table} (${columns.map(({ name }) => name).join(', ')})
       select ${values.join(', ')} from ${from}`,
    );
  };
  const runId = "t.run_id || '-' || copy";
  await insert('runs', `testbed.runs t cross join ${copies}`, {
    run_id: runId,
    name: "case when copy % 5 = 0 then t.name else t.name || '-' || copy % 5 end",
  });
  const first = `(select min(run_id) from testbed.runs)`;
  for (const table of ofRuns) {
    const source = `(select * from testbed.${table} where run_id = ${first}) t cross join ${copies}`;
    await insert(table, source, { run_id: runId });
  }
  await client.query(
    'create temporary table template as select attempt_key, repetition_id, attempt from testbed.repetitions',
  );
  await insert('repetitions', `testbed.repetitions t cross join ${copies}`, {
    run_id: runId,
    repetition_id: "t.repetition_id || '-' || copy",
  });
  await client.query(
    `create temporary table copied as
     select t.attempt_key as old_key, r.attempt_key as new_key, copy
     from template t cross join ${copies}
     join testbed.repetitions r on r.repetition_id = t.repetition_id || '-' || copy and r.attempt = t.attempt`,
  );
  for (const table of ofAttempts) {
    await insert(table, `testbed.${table} t join copied c on c.old_key = t.attempt_key`, {
      attempt_key: 'c.new_key',
    });
  }
  await fillSeries(client, samples);
}

/** Times are of that copy's own hour. */
function shifted(name: string, type: string): string {
  if (type === 'timestamp with time zone') return `t.${name} - copy * interval '1 hour'`;
  if (name.endsWith('_unix_ms')) return `t.${name} - copy::float8 * 3600000`;
  return `t.${name}`;
}

/** All but those that the server fills in. */
async function columnsOf(
  client: pg.Client,
  table: string,
): Promise<readonly { readonly name: string; readonly type: string }[]> {
  const found = await client.query<{ name: string; type: string }>(
    `select column_name as name, data_type as type from information_schema.columns
     where table_schema = 'testbed' and table_name = $1 and is_generated = 'NEVER' and is_identity = 'NO'
     order by ordinal_position`,
    [table],
  );
  return found.rows;
}

async function fillSeries(client: pg.Client, samples: number): Promise<void> {
  await client.query(
    `insert into testbed.series (attempt_key, position, node_index, metric, at, value)
     select r.attempt_key, 1000 + s, s % r.node_count, 'metric_' || s / r.node_count || '_total',
       array(select r.started_at + i * interval '1 s' from generate_series(1, ${samplesPerSeries}) i),
       array(select (i * 100)::float8 from generate_series(1, ${samplesPerSeries}) i)
     from testbed.repetitions r
     cross join generate_series(1, ceil(${samples}::float8 / ${samplesPerSeries}
       / (select count(*) from testbed.repetitions))::integer) s`,
  );
}
