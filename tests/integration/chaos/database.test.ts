import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withDatabase } from '../../fixtures/e2e-database.ts';
import { createHome, processesWith, type TestHome, waitFor } from '../../fixtures/e2e-testbed.ts';

/** The database may be away, or die: nothing recorded is lost. On the process runtime. */

const limitMs = 3 * 60_000;
const words = ['sweep', '--nodes', '4', '--runtime', 'process', '--rate', '100', '--warmup', '1s'];
const short = [...words, '--measure', '3s', '--ready', '2m'];
const nowhere = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' };

let home: TestHome;
beforeEach(async () => {
  home = await createHome();
});
afterEach(() => home.remove(), 60_000);

/** Records that wait for the database on disk. */
async function spooled(): Promise<number> {
  const entries = await readdir(join(home.path, 'spool'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

interface StoredRow {
  readonly status: string;
  readonly attempts: number;
  readonly nodes: number;
}

/** What the database itself has of a run. */
function readStored(runId: string): Promise<StoredRow | undefined> {
  return withDatabase(home.path, async (sql) => {
    const [row] = await sql<StoredRow>(
      `select u.status, count(distinct r.attempt_key)::integer as attempts,
         count(n.window_start_unix_ms)::integer as nodes
       from testbed.runs u left join testbed.repetitions r using (run_id)
       left join testbed.nodes n using (attempt_key)
       where u.run_id = $1 group by u.run_id`,
      [runId],
    );
    return row;
  });
}

describe('a database that dies in the middle of a run', () => {
  it(
    'costs nothing: every repetition is stored, before and after',
    async () => {
      const command = home.start([...short, '--repetitions', '2', '--json']);
      const runId = await command.runId();
      await command.says(/\[2\/2\][\s\S]*measuring, 3 s/);
      const pid = await home.databasePid();
      expect(pid).toBeDefined();
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      const code = await command.ended;
      const document = JSON.parse(command.output.stdout);
      expect([code, document.error]).toEqual(
        document.cells[0].verdict === 'invalid' ? [6, expect.anything()] : [0, null],
      );
      expect(document.run.status).toBe('completed');
      const stored = await readStored(runId);
      expect(stored).toEqual({
        status: 'completed',
        attempts: document.repetitions.length,
        nodes: 4 * document.repetitions.length,
      });
      expect(document.repetitions.length).toBeGreaterThanOrEqual(2);
      const again = await home.json(['report', runId]);
      expect(again.cells).toEqual(document.cells);
      expect(await processesWith(home.path)).toEqual([]);
    },
    limitMs,
  );
});

describe('a database that is away during the whole run', () => {
  it(
    'is waited for on disk; the run is reported meanwhile and stored when it is back',
    async () => {
      const words = [...short, '--repetitions', '1', '--json'];
      const command = home.start(words, { env: nowhere });
      const code = await command.ended;
      const document = JSON.parse(command.output.stdout);
      const runId: string = document.run.id;
      expect(code).toBe(document.cells[0].verdict === 'invalid' ? 6 : 0);
      expect(document.run.status).toBe('completed');
      expect(command.output.stderr).toMatch(/database/i);
      expect(await spooled()).toBeGreaterThan(0);

      // Still away: what waits on disk can be read all the same.
      const meanwhile = await home.json(['report', runId], { env: nowhere });
      expect(meanwhile.cells).toEqual(document.cells);

      // Another database, one that answers: the records go there with the next command.
      const { runs } = await home.json(['runs']);
      expect(runs).toMatchObject([{ id: runId, status: 'completed', repetitionsDone: 1 }]);
      const again = await home.json(['report', runId]);
      expect(again.cells).toEqual(document.cells);
      const stored = await readStored(runId);
      expect(stored).toMatchObject({ status: 'completed', nodes: 4 * (stored?.attempts ?? 0) });
      await waitFor('the spool to be empty', async () => (await spooled()) === 0);
      expect(await processesWith(home.path)).toEqual([]);
    },
    limitMs,
  );
});
