import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import type { RunFinding } from '../../../controller/src/model/finding.ts';
import { byzantineRun } from '../../fixtures/byzantine-run.ts';
import { recomputeRun } from '../../fixtures/e2e-recompute.ts';
import { createWritten, type Workplace, type Written } from './workplace.ts';

const written = byzantineRun();

describe('Byzantine members in SQL', () => {
  let stored: Written;
  let place: Workplace;
  let finding: RunFinding;

  beforeAll(async () => {
    stored = await createWritten(written);
    ({ place, finding } = stored);
  }, 120_000);

  afterAll(() => stored.remove(), 60_000);

  it('come back as they went in, with the evidence', () => {
    expect(finding).toEqual(analyseRun(written));
    expect(finding.cells[1]?.byzantine?.evidence.proven).toBe(3);
  });

  it('leave the figures of the honest ones, in views and from the tables alone', async () => {
    const again = await recomputeRun(place.sql, written.run.id);
    const found = finding.cells.flatMap(({ repetitions }) => repetitions);
    expect(again).toHaveLength(found.length);
    for (const { id, figures } of found) {
      const [row] = await place.sql<Record<string, number>>(
        'select * from testbed.run_repetitions where repetition_id = $1',
        [id],
      );
      for (const [column, value] of [
        ['committed_tx_per_sec', figures.throughputTxPerSec],
        ['success_ratio', figures.successRatio],
        ['latency_p50_ms', figures.latency?.p50Ms],
      ] as const) {
        expect([column, row?.[column]]).toEqual([column, expect.closeTo(value ?? Number.NaN, 9)]);
      }
    }
  });

  it('say what they cost, as the report does', async () => {
    const rows = await place.sql<Record<string, unknown>>(
      `select cell_id, members, is_beyond_f, safety, liveness, offered_ratio,
         avg(throughput_ratio) as throughput_ratio
       from testbed.run_adversaries where run_id = $1 group by 1, 2, 3, 4, 5, 6 order by members`,
      [written.run.id],
    );
    const told = finding.cells.flatMap(({ cellId, byzantine }) =>
      byzantine === undefined ? [] : [{ cellId, byzantine }],
    );
    expect(rows).toEqual(
      told.map(({ cellId, byzantine }) => ({
        cell_id: cellId,
        members: byzantine.members,
        is_beyond_f: byzantine.isBeyond,
        safety: byzantine.safety,
        liveness: byzantine.liveness,
        offered_ratio: byzantine.offeredRatio,
        throughput_ratio: expect.closeTo(byzantine.throughputRatio ?? Number.NaN, 9),
      })),
    );
  });

  it('have counts and proofs in rows, with all that a third party needs', async () => {
    const counts = await place.sql<{ behaviour: string; count: number }>(
      'select behaviour, sum(count)::integer as count from testbed.run_misbehaviours where run_id = $1 group by 1',
      [written.run.id],
    );
    const total = written.repetitions
      .flatMap(({ byzantine }) => byzantine?.members ?? [])
      .reduce((sum, { misbehaviours }) => sum + (misbehaviours?.silent ?? 0), 0);
    expect(counts).toEqual([{ behaviour: 'silent', count: total }]);
    const [proof] = await place.sql<Record<string, unknown>>(
      'select * from testbed.run_evidence where run_id = $1 limit 1',
      [written.run.id],
    );
    const { committee } = written.repetitions[0]?.byzantine ?? {};
    expect(proof).toMatchObject({
      offence: 'double-proposal',
      is_against_honest: false,
      flaw: null,
      chain_id: committee?.chainId,
      signature_scheme: 'ed25519',
      public_key: committee?.publicKeys[Number(proof?.offender)],
    });
  });
});
