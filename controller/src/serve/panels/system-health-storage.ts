import { prometheus, type Row, results } from './panel.ts';

const empty = 'No database: see its log, docker compose logs postgres.';

export const storageRow: Row = {
  title: 'Database',
  panels: [
    {
      id: 'health-database-up',
      title: 'Database',
      description:
        'Whether the controller reached the database when it last tried. While it is away records wait in the spool and nothing is lost.',
      unit: 'count',
      kind: 'stat',
      queries: [prometheus('min(testbed_database_up)', 'up', true)],
      words: { 0: 'away', 1: 'up' },
      steps: [
        { from: null, color: 'red' },
        { from: 1, color: 'green' },
      ],
      width: 4,
      height: 6,
      empty: 'no controller',
    },
    {
      id: 'health-database-pending',
      title: 'Records that wait for it',
      description:
        'On the disk of the controller, in the spool: written when the database is back.',
      unit: 'count',
      kind: 'stat',
      queries: [prometheus('sum(testbed_database_pending_records)', 'waiting', true)],
      steps: [
        { from: null, color: 'green' },
        { from: 1, color: 'yellow' },
      ],
      width: 4,
      height: 6,
      decimals: 0,
      empty: 'no controller',
    },
    {
      id: 'health-database-bytes',
      title: 'Size of the database',
      description: 'All of it on disk, indexes included.',
      unit: 'bytes',
      kind: 'stat',
      queries: [results('select pg_database_size(current_database()) as bytes')],
      width: 4,
      height: 6,
      empty,
    },
    {
      id: 'health-database-tables',
      title: 'Largest tables',
      description:
        'Rows (as the server estimates them) and size with indexes. series holds one row for each metric of each node of each attempt.',
      unit: 'text',
      kind: 'table',
      queries: [
        results(`select relname as "table", n_live_tup as rows, pg_total_relation_size(relid) as bytes,
  greatest(last_analyze, last_autoanalyze) as analysed
from pg_stat_user_tables where schemaname = 'testbed' order by 3 desc limit 10`),
      ],
      width: 12,
      height: 6,
      columns: [
        { name: 'bytes', unit: 'bytes' },
        { name: 'analysed', unit: 'time' },
      ],
      empty,
    },
  ],
};
