import { describe, expect, it } from '@jest/globals';
import type { Member } from '../../../controller/src/model/deployment.ts';
import type { ScrapeOutcome } from '../../../controller/src/model/observation.ts';
import type { Cell, Plan } from '../../../controller/src/model/plan.ts';
import type { RepetitionRecord, VerdictReason } from '../../../controller/src/model/record.ts';
import { buildRecord } from '../../../controller/src/run/build-record.ts';
import { noFindings } from '../../../controller/src/run/repetition-outcome.ts';
import type { RepetitionRequest } from '../../../controller/src/run/repetition-request.ts';
import { encodeLatencies } from '../../fixtures/encode-latencies.ts';
import { planOf, runId } from '../../fixtures/run-plan-harness.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const plan = planOf(1, 20_000);
const [first] = generateStoredRun().repetitions;
const delivered = (first?.nodes ?? []).flatMap(({ results }) => results ?? []);

interface Told {
  /** A member that is silent from the start. */
  readonly byzantine?: number;
  /** Who reports how many broken invariants. */
  readonly violations?: ScrapeOutcome['safetyViolations'];
  readonly runtime?: Plan['runtime'];
  /** What that member says that ten times as many transactions took. */
  readonly claimedMs?: number;
}

const members = delivered.map((_, nodeIndex) => ({
  nodeIndex,
  publicKeyHex: `0${nodeIndex}`,
  consensusKey: { publicKeyHex: `1${nodeIndex}` },
}));

const noScrapes: ScrapeOutcome = {
  samples: [],
  rounds: [],
  completeness: 1,
  dropped: [],
  malformed: [],
  resets: [],
  missed: [],
  safetyViolations: [],
};

function cellOf(byzantine: number | undefined): Cell {
  const [cell] = plan.cells;
  if (cell === undefined) throw new Error('one cell');
  const nodes = cell.nodes.map((node) =>
    node.index === byzantine
      ? { ...node, role: { behaviours: [{ name: 'silent' as const }] } }
      : node,
  );
  return { ...cell, nodes };
}

/** What is said of a network in which every transaction is sent as late, and takes as long after. */
function reasonsOf(lateMs: number, serviceMs: number, told: Told = {}): readonly VerdictReason[] {
  return recordOf(lateMs, serviceMs, told).reasons;
}

function recordOf(lateMs: number, serviceMs: number, told: Told = {}): RepetitionRecord {
  const cell = cellOf(told.byzantine);
  const [planned] = plan.order;
  if (planned === undefined) throw new Error('one cell, once');
  const all = (ms: number) => encodeLatencies(new Array<number>(1000).fill(ms * 1000), 'hdr-v2');
  const histograms = {
    commitLatency: all(lateMs + serviceMs),
    serviceLatency: all(serviceMs),
    sendLag: all(lateMs),
    blockLatency: all(serviceMs),
  };
  const { claimedMs } = told;
  const claimed =
    claimedMs === undefined
      ? {}
      : {
          serviceLatency: encodeLatencies(
            new Array<number>(10_000).fill(claimedMs * 1000),
            'hdr-v2',
          ),
        };
  const collected = delivered.map((results, nodeIndex) => ({
    nodeIndex,
    results: {
      ...results,
      histograms: nodeIndex === told.byzantine ? { ...histograms, ...claimed } : histograms,
    },
    log: null,
    resultsError: null,
    logError: null,
  }));
  const startedAt = new Date('2026-11-23T09:30:00Z');
  const after = (ms: number): Date => new Date(startedAt.getTime() + ms);
  const outcome = {
    ...noFindings,
    ...{ startedAt, endedAt: startedAt, phases: [], events: [], failure: null },
    ...{ exits: cell.nodes.map(() => null), killed: [], error: null, removalError: null },
    window: { startAt: startedAt, measureAt: after(200), endAt: after(20_200) },
    collected,
    scrapes:
      told.violations === undefined ? null : { ...noScrapes, safetyViolations: told.violations },
    deployment: { identities: members as unknown as readonly Member[], readyAt: startedAt },
  };
  const host = { cores: 2, memoryBytes: 2 ** 33 };
  const ofRuntime = { ...plan, runtime: told.runtime ?? plan.runtime };
  const request = {
    runId,
    plan: ofRuntime,
    cell,
    planned,
    attempt: 0,
    hosts: [host],
    allowMismatch: false,
  };
  return buildRecord(request as unknown as RepetitionRequest, outcome, null);
}

const lateness = (lateMs: number, serviceMs: number): string[] =>
  reasonsOf(lateMs, serviceMs).flatMap(({ code, verdict }) =>
    code === 'generator-late' ? [verdict] : [],
  );

describe('buildRecord', () => {
  it('holds lateness against what a transaction takes once it is sent', () => {
    expect(delivered).toHaveLength(4);
    expect(lateness(17, 340)).toEqual([]);
    expect(lateness(17, 10)).toEqual(['suspect']);
  });

  it('lets lateness not raise the limit that it is held against', () => {
    // A tenth of 310 ms is less than 33 ms; a tenth of what it is from the due time is more.
    expect(lateness(33, 310)).toEqual(['suspect']);
    expect(lateness(900, 10)).toEqual(['invalid']);
  });

  it('lets no member that breaks the rules raise that limit', () => {
    const late = reasonsOf(17, 10, { byzantine: 1, claimedMs: 340 });
    expect(late.map(({ code }) => code)).toContain('generator-late');
  });

  it('takes no word for a violation of safety from a member that breaks the rules', () => {
    const violations = [{ nodeIndex: 1, count: 2 }];
    const codesOf = (told: Told) => reasonsOf(0, 10, told).map(({ code }) => code);
    expect(codesOf({ violations })).toContain('safety-violation');
    expect(codesOf({ violations, byzantine: 1 })).not.toContain('safety-violation');
    expect(codesOf({ violations, byzantine: 2 })).toContain('safety-violation');
  });

  it('says of what scheme the signatures are that evidence rests on', () => {
    const committeeOf = (runtime: Plan['runtime']) =>
      recordOf(0, 10, { runtime }).byzantine?.committee;
    const publicKeys = ['10', '11', '12', '13'];
    expect(committeeOf('process')).toMatchObject({ scheme: 'ed25519', publicKeys });
    expect(committeeOf('sim')).toMatchObject({ scheme: 'simulated', publicKeys });
  });
});
