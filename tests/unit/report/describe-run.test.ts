import { describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import type { RunRecord } from '../../../controller/src/model/record.ts';
import { createPlan } from '../../../controller/src/plan/create-plan.ts';
import { describeShaping } from '../../../controller/src/report/describe-run.ts';

function shapingOf(network: string): string {
  const text = `name: a\nnodes: [4]\nnetwork: ${network}\n`;
  const matrix = { file: 'aws.csv', text: 'from,eu,us\neu,,38\n' };
  const scenario = parseScenario({ file: 'a.yaml', text, matrix });
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
