import { describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import type { Threshold } from '../../../controller/src/model/threshold.ts';

function thresholdsOf(yaml: string): readonly Threshold[] | undefined {
  const text = `name: a\nnodes: [4]\n${yaml}`;
  return parseScenario({ file: 'a.yaml', text }).thresholds;
}

function problemOf(yaml: string): string {
  try {
    thresholdsOf(yaml);
  } catch (error) {
    if (error instanceof TestbedError)
      return `${error.code}: ${error.message}`.replace(/\s+/g, ' ');
    throw error;
  }
  throw new Error('nothing is wrong with it');
}

describe('thresholds of a scenario', () => {
  it('are read with their units, several of a figure, and for some cells', () => {
    const found = thresholdsOf(
      [
        'thresholds:',
        '  latency.p99: "< 0.5s"',
        '  success: ">=99%"',
        '  throughput: [">= 450/s", {limit: "> 100", where: {nodes: 40}}]',
      ].join('\n'),
    );
    expect(found).toEqual([
      { metric: 'latency.p99', sign: '<', limit: 500, text: '< 0.5s', where: {} },
      { metric: 'success', sign: '>=', limit: 0.99, text: '>=99%', where: {} },
      { metric: 'throughput', sign: '>=', limit: 450, text: '>= 450/s', where: {} },
      { metric: 'throughput', sign: '>', limit: 100, text: '> 100', where: { nodes: '40' } },
    ]);
    expect(thresholdsOf('')).toBeUndefined();
  });

  it('are refused with what is wrong: the figure, the sign, the unit, the form', () => {
    expect(problemOf('thresholds: {latency.p98: "< 1s"}')).toMatch(
      /CONFIG_INVALID.*there is no figure "latency.p98"/s,
    );
    expect(problemOf('thresholds: {success: 99%}')).toMatch(/has no <, <=, > or >= and a limit/);
    expect(problemOf('thresholds: {latency.p99: "< 500"}')).toMatch(/"500" of latency.p99/);
    expect(problemOf('thresholds: {success: {limit: 3}}')).toMatch(/takes a sign and a limit/);
    expect(problemOf('thresholds: fast')).toMatch(/thresholds/);
    expect(problemOf('vary: {thresholds: [a, b]}')).toMatch(/thresholds/);
  });
});
