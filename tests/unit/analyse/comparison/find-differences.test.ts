import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../../controller/src/analyse/analyse-run.ts';
import {
  type ComparedSide,
  sidesOf,
} from '../../../../controller/src/analyse/comparison/compared-side.ts';
import {
  differenceKeys,
  findDifferences,
  findSoftwareDifferences,
} from '../../../../controller/src/analyse/comparison/find-differences.ts';
import type { Cell } from '../../../../controller/src/model/plan.ts';
import type { RunRecord } from '../../../../controller/src/model/record.ts';
import { costsWarning } from '../../../../controller/src/runtime/sim/costs-warning.ts';
import {
  type SchemeCosts,
  type SimulationCosts,
  signatureSchemeNames,
} from '../../../../node-image/src/contract/index.ts';
import { generateStoredRun } from '../../../fixtures/stored-run.ts';

const finding = analyseRun(
  generateStoredRun({
    measureMs: 1_000,
    withTrouble: false,
    encoding: 'counts',
    sizes: [4],
    repetitions: 3,
  }),
);
const [side] = sidesOf(finding) as readonly [ComparedSide];

function keysAgainst(other: Partial<ComparedSide>): readonly string[] {
  return findDifferences(side, { ...side, ...other }).map(({ key }) => key);
}
const withSettings = (changes: Partial<Cell['settings']>): Partial<ComparedSide> => ({
  cell: { ...side.cell, settings: { ...side.cell.settings, ...changes } },
});
const withRun = (changes: Partial<RunRecord>): RunRecord => ({ ...side.run, ...changes });

const scheme: SchemeCosts = { signMicros: 20, verifyMicros: 60, signatureBytes: 64, addMicros: 1 };
const noSchemes = Object.fromEntries(
  signatureSchemeNames.filter((name) => name !== 'ed25519').map((name) => [name, scheme]),
) as unknown as Omit<SimulationCosts['schemes'], 'ed25519'>;

describe('findDifferences', () => {
  const { settings, nodes, network } = side.cell;

  it('has a key for everything that a cell is measured with', () => {
    const interval = { ...settings.engine, intervalMs: 123 } as Cell['settings']['engine'];
    expect(keysAgainst({})).toEqual([]);
    expect(keysAgainst(withSettings({ signature: 'bls12-381' }))).toEqual(['signature']);
    expect(keysAgainst(withSettings({ engine: interval }))).toEqual(['engine']);
    const hotstuff = { ...settings.engine, protocol: 'hotstuff' } as Cell['settings']['engine'];
    expect(keysAgainst(withSettings({ engine: hotstuff }))).toEqual(['engine']);
    expect(keysAgainst(withSettings({ shaper: 'netem' }))).toEqual(['shaper']);
    expect(keysAgainst({ run: withRun({ runtime: 'sim' }) })).toContain('runtime');
    const byzantine = nodes.map((node) => ({
      ...node,
      role: { behaviours: [{ name: 'silent' as const }] },
    }));
    expect(keysAgainst({ cell: { ...side.cell, nodes: byzantine } })).toEqual(['roles']);
    const regions = network.regions.map((region) => ({ ...region, upBitsPerSec: 1e6 }));
    const slower = { ...side.cell, network: { ...network, regions } };
    expect(keysAgainst({ cell: slower })).toEqual(['network']);
    expect(differenceKeys(side.run)).toContain('signature');
  });

  it('takes a run of before there was a choice of signatures for one of Ed25519', () => {
    const { signature: _, ...old } = settings;
    const cell = { ...side.cell, settings: old as Cell['settings'] };
    expect(
      findDifferences({ ...side, cell }, { ...side, ...withSettings({ signature: 'ed25519' }) }),
    ).toEqual([]);
  });

  it('has what work was reckoned to cost for a key of simulated runs', () => {
    const costs: SimulationCosts = {
      turnMicros: 1,
      sendMicros: 5.2,
      sendMicrosPerKib: 1,
      receiveMicros: 6,
      receiveMicrosPerKib: 1,
      messageMicros: 1,
      transactionMicros: 1,
      persistMicros: 100,
      schemes: { ...noSchemes, ed25519: scheme },
      hashMicros: 1,
      hashMicrosPerKib: 2,
    };
    const simulated = (own: SimulationCosts | null): ComparedSide => {
      const warnings = own === null ? [] : ['Another.', costsWarning(own)];
      return { ...side, run: withRun({ runtime: 'sim', warnings }) };
    };
    const keys = (a: SimulationCosts | null, b: SimulationCosts | null) =>
      findDifferences(simulated(a), simulated(b)).map(({ key }) => key);
    expect(keys(costs, { ...costs, schemes: { ed25519: scheme, ...noSchemes } })).toEqual([]);
    // Of no cost that the sentence names, and by less than it shows.
    expect(keys(costs, { ...costs, persistMicros: 101 })).toEqual(['simulation.costs']);
    expect(keys(costs, { ...costs, sendMicros: 5.3 })).toEqual(['simulation.costs']);
    expect(keys(costs, null)).toEqual(['simulation.costs']);
    const [found] = findDifferences(simulated(costs), simulated({ ...costs, hashMicros: 3 }));
    expect(found?.a).not.toBe(found?.b);
    expect(differenceKeys(simulated(costs).run)).toContain('simulation.costs');
    expect(differenceKeys(side.run)).not.toContain('simulation.costs');
  });

  it('calls the program of the nodes software: it may differ, and is said', () => {
    const cells = side.run.plan.cells.map((cell) => ({
      ...cell,
      settings: { ...cell.settings, command: ['./rust-node', '--fast'] },
    }));
    const rust = withRun({ plan: { ...side.run.plan, cells } });
    expect(keysAgainst({ run: rust })).toEqual([]);
    expect(findSoftwareDifferences(side.run, rust)).toEqual([
      { key: 'command', a: 'our own', b: './rust-node --fast' },
    ]);
  });
});
