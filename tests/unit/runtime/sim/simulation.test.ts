import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { calibrateCosts } from '../../../../controller/src/runtime/sim/calibrate-costs.ts';
import { openSimulation } from '../../../../controller/src/runtime/sim/simulation.ts';

describe('openSimulation', () => {
  it('says that its thread has ended, to whoever waits and whoever comes later', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'testbed-sim-'));
    try {
      const bundlePath = join(folder, 'broken.mjs');
      await writeFile(bundlePath, "setTimeout(() => { throw new Error('no more') }, 10);");
      const simulation = openSimulation(bundlePath, {
        runId: 'r',
        seed: 1,
        startUnixMs: 0,
        cores: 1,
        costs: calibrateCosts(() => performance.now()),
        cpus: [null],
      });
      const broken = { code: 'SIMULATION_BROKEN', message: expect.stringContaining('no more') };
      await expect(simulation.advance(1_000)).rejects.toMatchObject(broken);
      await expect(simulation.exits()).rejects.toMatchObject(broken);
      await simulation.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('calibrateCosts', () => {
  it('finds what signatures cost here', () => {
    const { schemes, hashMicros } = calibrateCosts(() => performance.now());
    for (const { signMicros, verifyMicros } of Object.values(schemes)) {
      expect(signMicros).toBeGreaterThan(1);
      expect(verifyMicros).toBeGreaterThan(1);
    }
    expect(schemes['ml-dsa-44'].signMicros).toBeGreaterThan(schemes.ed25519.signMicros);
    expect(hashMicros).toBeLessThan(schemes.ed25519.verifyMicros);
  });
});
