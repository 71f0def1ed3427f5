import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

/**
 * Every import rule against a small house in which each is broken once: a rule whose path has a
 * slip in it rejects nothing, and says so nowhere.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const controller = (path: string): string => `controller/src/${path}`;
const node = (path: string): string => `node-image/src/${path}`;

/** Who imports whom, by the rule that this breaks. */
const planted: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  'stage-deploy-imports-no-stage': [[controller('deploy/a.ts'), controller('run/target.ts')]],
  'stage-shape-imports-no-stage': [[controller('shape/a.ts'), controller('verify/target.ts')]],
  'stage-verify-imports-no-stage': [
    [controller('verify/a.ts'), controller('shape/netem/target.ts')],
  ],
  'stage-load-imports-no-stage': [[controller('load/a.ts'), controller('judge/target.ts')]],
  'stage-faults-imports-no-stage': [[controller('faults/a.ts'), controller('observe/target.ts')]],
  'stage-observe-imports-no-stage': [[controller('observe/a.ts'), controller('load/target.ts')]],
  'only-cli-picks-adapters': [
    [controller('run/a.ts'), controller('runtime/docker/target.ts')],
    [controller('serve/a.ts'), controller('store/open-target.ts')],
  ],
  'store-keeps-what-it-is-given': [[controller('store/a.ts'), controller('analyse/target.ts')]],
  'only-runtimes-reach-nodes': [[controller('run/b.ts'), controller('control/target.ts')]],
  'stages-know-no-http': [
    [controller('load/b.ts'), 'node:http'],
    [controller('observe/b.ts'), controller('lib/http-exchange.ts')],
  ],
  'controller-sees-only-the-contract': [
    [controller('lib/a.ts'), node('shell/target.ts')],
    [controller('lib/b.ts'), node('contract/target.ts')],
  ],
  'node-never-sees-controller': [[node('shell/a.ts'), controller('lib/target.ts')]],
  'pure-rooms-do-no-io': [
    [controller('judge/a.ts'), 'node:fs'],
    [node('engine/a.ts'), 'node:timers/promises'],
    [node('codec/a.ts'), 'fs'],
  ],
  'pure-rooms-import-no-adapters': [[controller('model/a.ts'), controller('config/target.ts')]],
  'engine-stands-alone': [
    [node('engine/b.ts'), node('shell/target.ts')],
    [node('engine/c.ts'), 'planted'],
  ],
  'codec-knows-bytes-only': [[node('codec/b.ts'), node('engine/shared/target.ts')]],
  'protocols-by-their-registry': [
    [node('shell/b.ts'), node('engine/jolteon/target.ts')],
    [node('sidecar/a.ts'), node('engine/chained/target.ts')],
  ],
  'protocols-do-not-know-each-other': [
    [node('engine/jolteon/a.ts'), node('engine/hotstuff/target.ts')],
    [node('engine/hotstuff/b.ts'), node('engine/jolteon/target.ts')],
  ],
  'shared-rooms-know-no-protocol': [
    [node('engine/shared/a.ts'), node('engine/jolteon/target.ts')],
    [node('engine/seam/b.ts'), node('engine/chained/target.ts')],
  ],
  'contract-knows-parameters-only': [[node('contract/a.ts'), node('engine/shared/target.ts')]],
  'interceptors-know-no-protocol': [
    [node('byzantine/a.ts'), node('engine/jolteon/target.ts')],
    [node('byzantine/b.ts'), node('shell/target.ts')],
  ],
  'cli-is-the-top': [[controller('conduct/a.ts'), controller('cli/target.ts')]],
  'page-runs-in-a-browser': [[controller('serve/page/a.ts'), controller('analyse/target.ts')]],
  'page-is-bundled-apart': [[controller('serve/b.ts'), controller('serve/page/target.ts')]],
  'page-needs-no-node': [[controller('serve/page/b.ts'), 'node:fs']],
  'no-cycles': [[controller('lib/one.ts'), controller('lib/other.ts')]],
};
/** The other half of a circle, which is told once. */
const back = [controller('lib/other.ts'), controller('lib/one.ts')] as const;

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

let house = '';
let found: readonly Violation[] = [];

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'testbed-imports-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), text);
  };
  cpSync(join(root, 'tsconfig.json'), join(house, 'tsconfig.json'));
  write('node_modules/planted/package.json', '{ "name": "planted", "main": "index.js" }');
  write('node_modules/planted/index.js', 'exports.target = 1;');
  const imports = [...Object.values(planted).flat(), back];
  for (const [, to] of imports) if (to.endsWith('.ts')) write(to, 'export const target = 1;');
  for (const [from, to] of imports) {
    const path = to.endsWith('.ts') ? join(house, to) : to;
    write(from, `import { target } from '${path}';\nexport const used = target;\n`);
  }
  const words = ['--config', join(root, '.dependency-cruiser.mjs'), '--output-type', 'json'];
  const { stdout, stderr } = spawnSync(
    join(root, 'node_modules/.bin/depcruise'),
    ['controller/src', 'node-image/src', ...words],
    { cwd: house, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (stdout === '') throw new Error(stderr);
  found = JSON.parse(stdout).summary.violations;
}, 60_000);

afterAll(() => rmSync(house, { recursive: true, force: true }));

describe('an import rule', () => {
  it('is broken here if it is in the configuration', async () => {
    const { default: config } = await import(join(root, '.dependency-cruiser.mjs'));
    const rules: readonly { readonly name: string }[] = config.forbidden;
    expect(Object.keys(planted)).toEqual(rules.map(({ name }) => name));
  });

  it.each(Object.entries(planted))('rejects what breaks %s', (name, imports) => {
    const rejected = found.filter(({ rule }) => rule.name === name).map(({ from }) => from);
    expect(rejected).toEqual(expect.arrayContaining(imports.map(([from]) => from)));
  });

  it('rejects nothing else', () => {
    const expected = new Set(Object.values(planted).flatMap((all) => all.map(([from]) => from)));
    expect(found.filter(({ from }) => !expected.has(from))).toEqual([]);
  });
});
