import { describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import type { CellFinding, CellReason } from '../../../controller/src/model/finding.ts';
import type { RunRecord } from '../../../controller/src/model/record.ts';
import { createPlan } from '../../../controller/src/plan/create-plan.ts';
import { describeShaping, listConcerns } from '../../../controller/src/report/describe-run.ts';

function shapingOf(network: string): string {
  const text = `name: a\nnodes: [4]\nnetwork: ${network}\n`;
  const matrices = new Map([['aws.csv', { file: 'aws.csv', text: 'from,eu,us\neu,,38\n' }]]);
  const scenario = parseScenario({ file: 'a.yaml', text, matrices });
  const plan = createPlan(scenario, 'docker', 'netem');
  return describeShaping({ plan } as RunRecord); // of a run, it reads the plan alone
}

describe('describeShaping', () => {
  it('says how the table of delays was read, where there is one', () => {
    expect(shapingOf('wan')).toBe('netem (wan)');
    expect(shapingOf('{matrix: aws.csv, matrix-values: one-way}')).toBe(
      'netem (regions: eu 2, us 2; matrix aws.csv, read as one-way delays)',
    );
    expect(shapingOf('{matrix: {eu: {us: 38ms}}}')).toBe(
      'netem (regions: eu 2, us 2; matrix in the scenario, read as round trips)',
    );
  });
});

describe('listConcerns', () => {
  const reason = (code: string, verdict: CellReason['verdict']): CellReason => {
    return { code, verdict, text: `${code}.`, value: null, limit: null, repetitions: 1 };
  };
  const cellOf = (reasons: readonly CellReason[]) =>
    ({
      coordinates: [],
      nodeCount: 4,
      repetitionsDone: 1,
      repetitions: [null],
      reasons,
    }) as unknown as CellFinding;

  it('begins with the worst of each kind, so that one kind does not fill the screen', () => {
    const reasons = [
      reason('foreign-load', 'invalid'),
      reason('canary-slow', 'invalid'),
      reason('steal', 'suspect'),
      reason('memory-pressure', 'suspect'),
      reason('host-unobserved', 'suspect'),
      reason('transactions-unfinished', 'suspect'),
      reason('transactions-rejected', 'suspect'),
      reason('samples-dropped', 'suspect'),
      reason('of-a-newer-testbed', 'suspect'),
    ];
    expect(listConcerns([cellOf(reasons)]).map(({ text }) => text)).toEqual([
      'foreign-load.',
      'transactions-unfinished.',
      'samples-dropped.',
      'of-a-newer-testbed.',
      'canary-slow.',
      'steal.',
      'memory-pressure.',
      'host-unobserved.',
      'transactions-rejected.',
    ]);
  });

  it('says invalid before suspect, of kinds and within them', () => {
    const reasons = [reason('steal', 'suspect'), reason('foreign-load', 'invalid')];
    const load = reason('schedule-not-kept', 'invalid');
    const network = reason('queue-drops', 'suspect');
    const told = listConcerns([cellOf([network, ...reasons, load])]);
    expect(told.map(({ text }) => text)).toEqual([
      'foreign-load.',
      'schedule-not-kept.',
      'queue-drops.',
      'steal.',
    ]);
  });
});
