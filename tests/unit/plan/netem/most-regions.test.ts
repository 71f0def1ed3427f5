import { describe, expect, it } from '@jest/globals';
import { partsMax, regionsMax } from '../../../../controller/src/config/network-schema.ts';
import { parseScenario } from '../../../../controller/src/config/parse-scenario.ts';
import { compileNodeProgram } from '../../../../controller/src/plan/netem/compile-node-program.ts';
import { formatAddress } from '../../../../controller/src/plan/netem/cover-addresses.ts';
import { planNetwork } from '../../../../controller/src/plan/plan-network.ts';
import { classify } from './classify.ts';

const base = 0x0a_4d_00_00; // 10.77.0.0

/** A scenario with as many regions as there may be, each pair apart by a delay of its own. */
function mostRegions(nodes: number, groups: string) {
  const names = Array.from({ length: regionsMax }, (_, index) => `r${index}`);
  const rows = names.map((from, i) => {
    const cells = names.slice(i + 1).map((to, j) => `${to}: ${10 + 50 * i + j}ms`);
    return `    ${from}: {${cells.join(', ')}}\n`;
  });
  const text = `name: a\nnodes: [${nodes}]\nnetwork:\n  groups: ${groups}\n  matrix:\n${rows.slice(0, -1).join('')}`;
  return planNetwork(parseScenario({ file: 'a.yaml', text }), nodes, 'netem');
}

describe('a network of as many regions as there may be', () => {
  it.each([
    ['one node each', regionsMax, regionsMax, '{}'],
    ['as many groups besides', 3 * regionsMax, 2 * regionsMax, '{edge: {nodes: 1}}'],
  ])(
    'has addresses, classes and filters of its own for each, with %s',
    (_title, nodes, parts, groups) => {
      const network = mostRegions(nodes, groups);
      expect(network.regions).toHaveLength(parts);
      expect(parts).toBeLessThanOrEqual(partsMax);
      expect(network.addressing.prefix).toBeGreaterThanOrEqual(22);
      expect(new Set(network.addressing.offsets).size).toBe(nodes);
      const { egress } = compileNodeProgram(network, network.initial, 1, base);
      const handles = egress.flatMap((line) => / handle (\S+) /.exec(line)?.[1] ?? []);
      // The root, the class that cuts lead to, and a leaf for each part.
      expect(new Set(handles).size).toBe(handles.length);
      expect(handles.length).toBeGreaterThanOrEqual(parts + 1);
      for (const [other, to] of network.regionOf.entries()) {
        if (other === 1) continue;
        const from = network.regionOf[1];
        const link = network.initial.links.find((one) => one.from === from && one.to === to);
        const found = classify(
          egress,
          formatAddress(base + (network.addressing.offsets[other] ?? 0)),
        );
        expect(found.matches).toBe(1);
        expect(found.netem).toContain(`delay ${(link?.shape.delay.meanMs ?? Number.NaN) * 1000}us`);
      }
    },
  );
});
