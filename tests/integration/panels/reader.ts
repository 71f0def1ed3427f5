import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The role of docs/dashboards.md, word by word, but for its password: the socket needs none. */
const text = readFileSync(join(import.meta.dirname, '../../../docs/dashboards.md'), 'utf8');
const [, sql = ''] = /```sql\n(create role grafana_reader.*?)```/s.exec(text) ?? [];
if (sql === '') throw new Error('docs/dashboards.md has no role for readers');

export const readerSql = sql;
