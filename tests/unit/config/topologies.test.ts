import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';

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
    expect(scenario.nodes).toEqual([4, 7, 10, 16]);
    expect(scenario.runtime).toBe('docker');
  });
});
