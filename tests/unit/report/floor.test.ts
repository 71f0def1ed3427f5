import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { describeFloors } from '../../../controller/src/report/describe-floor.ts';
import { drawAxisCharts } from '../../../controller/src/report/html/axis-charts.ts';
import { generateCrossedRun } from '../../fixtures/crossed-run.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const small = { repetitions: 1, measureMs: 1_000, withTrouble: false } as const;

function latencyCharts(finding: ReturnType<typeof analyseRun>): string[] {
  return drawAxisCharts(finding)
    .map(({ markup }) => markup)
    .filter((markup) => markup.includes('id="chart-latency'));
}

describe('the floor of latency', () => {
  it('is a line in every latency chart, and in no other', () => {
    const finding = analyseRun(
      generateCrossedRun({ ...small, sizes: [4, 7], vary: { network: ['wan', 'lan'] } }),
    );
    const charts = latencyCharts(finding);
    expect(charts.length).toBeGreaterThan(0);
    for (const markup of charts) expect(markup).toContain('>floor<');
    const others = drawAxisCharts(finding).filter(({ markup }) => !charts.includes(markup));
    for (const { markup } of others) expect(markup).not.toContain('>floor<');
  });

  it('is a line across where there is one size', () => {
    const finding = analyseRun(
      generateCrossedRun({ ...small, sizes: [4], vary: { network: ['wan'] } }),
    );
    for (const markup of latencyCharts(finding)) expect(markup).toContain('>floor<');
    expect(describeFloors(finding.cells)).toMatch(/^Floor of commit latency.*times that\.$/);
  });

  it('is not there where nothing is shaped', () => {
    const finding = analyseRun(generateStoredRun({ ...small, sizes: [4] }));
    expect(finding.cells[0]?.latencyFloor).toBeUndefined();
    expect(describeFloors(finding.cells)).toBeNull();
    for (const markup of latencyCharts(finding)) expect(markup).not.toContain('>floor<');
  });
});
