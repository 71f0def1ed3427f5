import { describe, expect, it } from '@jest/globals';
import type { VerifyNetworksRequest, Wiring } from '../../../controller/src/cli/ports.ts';
import { TestbedError } from '../../../controller/src/errors/testbed-error.ts';
import type { LinkCheckRecord } from '../../../controller/src/model/record.ts';
import type { CellVerification } from '../../../controller/src/run/verify-plan.ts';
import { createFakeRuntime, run } from './fakes.ts';

const words = ['verify-net', '--nodes', '4', '--network', 'wan'];

function check(changes: Partial<LinkCheckRecord> = {}): LinkCheckRecord {
  return {
    at: new Date('2026-01-01T00:00:00Z'),
    occasion: 'before',
    fromRegion: 'all',
    toRegion: 'all',
    fromNode: 0,
    toNode: 1,
    quantity: 'rtt-median',
    asked: '50-100 ms',
    planned: 75,
    measured: 75.2,
    low: 72.75,
    high: 77.25,
    samples: 100,
    isWithin: true,
    ...changes,
  };
}

/** A network whose checks are these, whatever was asked for. */
function finding(
  checks: readonly LinkCheckRecord[],
  drift: readonly string[] = [],
): { readonly wiring: Partial<Wiring>; readonly seen: VerifyNetworksRequest[] } {
  const seen: VerifyNetworksRequest[] = [];
  const verify = async (request: VerifyNetworksRequest): Promise<CellVerification[]> => {
    seen.push(request);
    return request.plan.cells.map((cell) => ({
      cell,
      network: { shaper: 'netem', checks, counters: [], changes: [], disturbances: [], drift },
      bringUpMs: 2_000,
      shapedMs: 120,
      verifiedMs: 4_000,
    }));
  };
  return { wiring: { verify }, seen };
}

describe('verify-net', () => {
  it('prints every check with what was asked, planned and measured, and succeeds', async () => {
    const { wiring, seen } = finding([check()]);
    const ran = await run(words, { wiring });
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain('n4: all 1 checks within; netem, 4 nodes');
    expect(ran.stdout).toMatch(/ok\s+all > all\s+rtt-median\s+50-100 ms\s+75\s+75\.2/);
    expect(seen[0]?.plan).toMatchObject({ shaper: 'netem', cells: [{ nodeCount: 4 }] });
  });

  it('ends with 6 and marks what is off', async () => {
    const { wiring } = finding([check(), check({ measured: 150, isWithin: false })]);
    const ran = await run(words, { wiring });
    expect(ran.exitCode).toBe(6);
    expect(ran.stdout).toContain('1 of 2 checks OFF');
    expect(ran.stdout).toMatch(/OFF\s+all > all\s+rtt-median\s+50-100 ms\s+75\s+150/);
    expect(ran.stderr).toContain('NETWORK_MISMATCH');
  });

  it('is not satisfied with a program that is not the planned one', async () => {
    const { wiring } = finding([check()], ['Node 2 has lost its root qdisc.']);
    const ran = await run(words, { wiring });
    expect(ran.exitCode).toBe(6);
    expect(ran.stdout).toContain('Node 2 has lost its root qdisc.');
  });

  it('says the same as data', async () => {
    const { wiring } = finding([check({ isWithin: false })]);
    const ran = await run([...words, '--json'], { wiring });
    expect(ran.exitCode).toBe(6);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      isWithin: false,
      shaper: 'netem',
      cells: [{ cell: { nodeCount: 4 }, network: { checks: [{ planned: 75 }] } }],
    });
  });

  it('takes the userspace shaper where the kernel has none, with a warning', async () => {
    const { wiring, seen } = finding([check()]);
    const missing = ['the kernel module sch_netem'];
    const openRuntime = async () =>
      createFakeRuntime('docker', {
        probeNetem: async () => ({ kind: 'missing', missing, hint: 'modprobe sch_netem' }),
      });
    const ran = await run(words, { wiring: { ...wiring, openRuntime } });
    expect(seen[0]?.plan.shaper).toBe('userspace');
    expect(ran.stderr).toMatch(/warning: .*sch_netem/);
  });

  it('refuses netem where the kernel has none, and says what to do', async () => {
    const openRuntime = async () =>
      createFakeRuntime('docker', {
        probeNetem: async () => ({ kind: 'missing', missing: ['sch_netem'], hint: 'modprobe it' }),
      });
    const ran = await run([...words, '--shaper', 'netem'], { wiring: { openRuntime } });
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain('SHAPER_UNAVAILABLE');
    expect(ran.stderr).toContain('modprobe it');
  });

  it('leaves the display as it was when bringing up fails', async () => {
    const verify = async (): Promise<never> => {
      throw new TestbedError('SHAPING_FOREIGN', 'A qdisc is not ours.', { hint: 'Remove it.' });
    };
    const ran = await run(words, { wiring: { verify } });
    expect(ran.exitCode).toBe(4);
    expect(ran.stderr).toContain('A qdisc is not ours.');
  });
});
