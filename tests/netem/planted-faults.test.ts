import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { docker } from '../fixtures/e2e-docker.ts';
import { createHome, type TestHome } from '../fixtures/e2e-testbed.ts';
import { dataPlace, inside, type Place, runningNodes } from './containers.ts';
import { verifyNet } from './verification.ts';

const scenario = `
name: faulty
nodes: [3]
runtime: docker
shaper: netem
resources: { cpus: none, memory: 192MiB }
network:
  regions: [near, middle, far]
  matrix: { near: { middle: 20ms, far: 60ms }, middle: { far: 100ms } }
`;

/** What a tc does that stands before the real one; $real is that one. */
const faults = [
  {
    name: 'an inverted filter',
    script: "exec sed 's/match ip dst/match ip src/' | $real -batch -",
    pairs: ['near middle', 'near far', 'middle far'],
  },
  {
    name: 'a qdisc that one node has lost',
    script: `text=$(cat) && echo "$text" | $real -batch - || exit
device=$(echo "$text" | sed -n 's/^qdisc add dev \\([^ ]*\\) root .*/\\1/p')
if mkdir /tmp/lost 2>/dev/null; then $real qdisc del dev $device root; fi`,
    // Which of the three it is, is for the order of starting to say.
    pairs: null,
  },
  {
    name: 'a swapped matrix',
    script:
      "exec sed 's/delay 10000us/delay SWAP/; s/delay 50000us/delay 10000us/; s/SWAP/50000us/' | $real -batch -",
    pairs: ['near middle', 'middle far'],
  },
];

let home: TestHome;
beforeAll(async () => {
  home = await createHome();
});
afterAll(() => home.remove(), 60_000);

describe('a fault planted beneath the shaping', () => {
  const image = 'netem-faulty-shaper:latest';
  afterAll(() => docker('rmi', '--force', image));

  test.each(faults)(
    '$name is found by measuring',
    async ({ script, pairs }) => {
      await createFaultyShaper(image, script);
      const found = await verifyNet(home, scenario, { env: { TESTBED_SHAPER_IMAGE: image } });
      expect(found).toMatchObject({ isWithin: false, code: 6 });
      const off = found.checks
        .filter(({ quantity, isWithin }) => quantity === 'rtt-median' && !isWithin)
        .map(({ fromRegion, toRegion }) => `${fromRegion} ${toRegion}`);
      if (pairs === null) expect(off).toHaveLength(2);
      else expect([...off].sort()).toEqual([...pairs].sort());
    },
    120_000,
  );
});

test('a qdisc of somebody else is refused', async () => {
  const file = join(home.path, 'scenario.yaml');
  await writeFile(file, scenario);
  const running = home.start(['verify-net', file]);
  const { pid, device } = await firstNode();
  await inside(pid, 'tc', 'qdisc', 'add', 'dev', device, 'root', 'handle', '5:', 'pfifo');
  await running.says('shaping');
  const code = await running.ended;
  expect(running.output.stdout + running.output.stderr).toContain('SHAPING_FOREIGN');
  expect(code).toBe(4);
}, 120_000);

/** The first node that appears, before anybody can have shaped it. */
async function firstNode(): Promise<Place> {
  for (;;) {
    const [first] = await runningNodes();
    if (first !== undefined) return dataPlace(first);
  }
}

/** The shaper's image with a tc of ours before its own. */
async function createFaultyShaper(image: string, script: string): Promise<void> {
  const folder = await mkdtemp('/var/tmp/netem-faulty-');
  const text = `#!/bin/sh
for real in /usr/sbin/tc /sbin/tc /usr/bin/tc; do [ -x $real ] && break; done
if [ "$1" != -batch ]; then exec $real "$@"; fi
${script}
`;
  await mkdir(join(folder, 'usr/local/sbin'), { recursive: true });
  await writeFile(join(folder, 'usr/local/sbin/tc'), text, { mode: 0o755 });
  const container = await docker('create', 'prsm-testbed-shaper:latest');
  try {
    await docker('cp', `${folder}/.`, `${container}:/`);
    await docker('commit', container, image);
  } finally {
    await docker('rm', container);
    await rm(folder, { recursive: true });
  }
}
