import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { needsShaping, planNetwork } from '../../../controller/src/plan/plan-network.ts';

const folder = join(import.meta.dirname, '../../../topologies');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('ready scenarios', () => {
  it('exist', () => {
    expect(files).toContain('quickstart.yaml');
    expect(files.length).toBeGreaterThanOrEqual(3);
  });

  it.each(files)('%s is valid, named like its file, and says what it answers', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const scenario = parseScenario({ file: name, text });
    expect(`${scenario.name}.yaml`).toBe(name);
    expect(text).toMatch(
      /^# yaml-language-server: \$schema=scenario.schema.json\n#\n# Question: .+\?/s,
    );
  });

  it('of the quickstart measures the sizes that the README promises, on Docker', () => {
    const text = readFileSync(join(folder, 'quickstart.yaml'), 'utf8');
    const scenario = parseScenario({ file: 'quickstart.yaml', text });
    expect(scenario.nodes).toEqual([4, 5, 7]);
    expect(needsShaping(scenario)).toBe(true);
    expect(scenario.runtime).toBe('docker');
  });

  it.each([
    ['wan.yaml', 1, 0],
    ['five-regions.yaml', 5, 0],
    ['cloud-and-edge.yaml', 4, 0],
    ['partition.yaml', 3, 12],
  ])('%s shapes %d regions and changes them %d times', (name, regions, changes) => {
    const scenario = parseScenario({ file: name, text: readFileSync(join(folder, name), 'utf8') });
    for (const nodeCount of scenario.nodes) {
      const network = planNetwork(scenario, nodeCount, 'netem');
      expect([network.regions.length, network.changes.length]).toEqual([regions, changes]);
    }
    expect(needsShaping(scenario)).toBe(true);
  });
});

describe('the reference of scenario fields', () => {
  it('shows examples that are valid, alone and together', () => {
    const text = readFileSync(join(folder, '../docs/scenario.md'), 'utf8');
    const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => yaml);
    expect(examples).toHaveLength(7);
    const [whole = '', varied = ''] = examples;
    const [network = '', changes = ''] = examples.slice(-2);
    const parse = (yaml: string) => parseScenario({ file: 'example.yaml', text: yaml });
    expect(parse(whole).name).toBe('example');
    expect(parse(varied).variations).toHaveLength(8);
    for (const byzantine of examples.slice(2, 5)) {
      expect(parse(`name: example\nnodes: [10]\n${byzantine}`).byzantine).toBeDefined();
    }
    const together = parse(`name: example\nnodes: [10, 20]\n${network}${changes}`);
    expect(together.timeline).toHaveLength(10);
    expect(together.network.regions.map(({ name }) => name)).toEqual(['eu', 'us', 'asia']);
  });
});
