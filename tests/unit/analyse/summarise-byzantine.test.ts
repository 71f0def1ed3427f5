import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { deliveryOf } from '../../../controller/src/analyse/delivery.ts';
import { estimateMean } from '../../../controller/src/analyse/estimate-mean.ts';
import { recommendOfCells } from '../../../controller/src/analyse/recommend/cell-rules.ts';
import { warnLoad } from '../../../controller/src/analyse/warn-load.ts';
import { checkAll } from '../../../controller/src/conduct/load-evidence.ts';
import { reasonCodes } from '../../../controller/src/model/reason-kinds.ts';
import type { RepetitionRecord, StoredRun } from '../../../controller/src/model/record.ts';
import { renderCsv } from '../../../controller/src/report/render-csv.ts';
import { renderHtml } from '../../../controller/src/report/render-html.ts';
import { renderTerminal } from '../../../controller/src/report/render-terminal.ts';
import { byzantineRun } from '../../fixtures/byzantine-run.ts';

const stored = byzantineRun();
const finding = analyseRun(stored);
const [honest, some, many] = finding.cells;

/** The run with one cell's repetitions changed. */
function withCell(
  cellId: string | undefined,
  change: (record: RepetitionRecord) => RepetitionRecord,
): StoredRun {
  return {
    ...stored,
    repetitions: stored.repetitions.map((one) => (one.cellId === cellId ? change(one) : one)),
  };
}

const reason = (code: string): RepetitionRecord['reasons'][number] => ({
  ...{ code, verdict: 'invalid', text: 'It is so.', value: null, limit: null },
});

describe('what Byzantine members cost', () => {
  it('is held against the same cell without any', () => {
    expect(honest?.byzantine).toBeUndefined();
    expect(some?.byzantine).toMatchObject({
      members: 1,
      faultyMax: 1,
      isBeyond: false,
      behaviours: 'silent',
      safety: 'held',
      baseline: honest?.cellId,
      offeredRatio: 0.75,
      evidence: { pieces: 3, proven: 3, againstHonest: 0 },
    });
    expect(many?.byzantine).toMatchObject({ members: 2, isBeyond: true, offeredRatio: 0.5 });
    const [ratio, own, base] = [
      some?.byzantine?.throughputRatio,
      some?.throughputTxPerSec?.mean,
      honest?.throughputTxPerSec?.mean,
    ];
    expect(ratio).toBeCloseTo((own ?? 0) / (base ?? 1));
  });

  it('leaves what Byzantine members report out of every figure', () => {
    for (const { figures } of some?.repetitions ?? []) {
      expect(figures.throughputTxPerSec).toBeLessThan(10_000);
      expect(figures.roundsTimedOut).toBeLessThan(99);
      expect(figures.successRatio).toBeGreaterThan(0.9);
    }
  });

  it.each([
    [0.5, 'slowed'],
    [0.7, 'kept'],
    [2, 'kept'],
  ])('of %d of the throughput where three quarters are left to expect is %s', (part, liveness) => {
    const run = withCell(some?.cellId, (record) => ({
      ...record,
      nodes: record.nodes.map((node) => {
        if (node.results === null) return node;
        const { counters, window } = node.results;
        const seconds = (window.endUnixMs - window.startUnixMs) / 1_000;
        const transactionsCommitted = part * (honest?.throughputTxPerSec?.mean ?? 0) * seconds;
        return {
          ...node,
          results: { ...node.results, counters: { ...counters, transactionsCommitted } },
        };
      }),
    }));
    expect(analyseRun(run).cells[1]?.byzantine).toMatchObject({ liveness });
  });

  it('is slowed where honest clients lost what Byzantine members passed on of their own', () => {
    const run = withCell(some?.cellId, (record) => ({
      ...record,
      nodes: record.nodes.map((node) => {
        if (node.results === null) return node;
        const { scheduledInWindow } = node.results;
        const committedOfWindow = Math.round(0.8 * scheduledInWindow);
        return { ...node, results: { ...node.results, committedOfWindow } };
      }),
    }));
    const { byzantine } = analyseRun(run).cells[1] ?? {};
    expect(byzantine?.throughputRatio).toBeGreaterThan(0.9);
    expect(byzantine?.liveness).toBe('slowed');
  });

  it('is held against nothing that does not count itself', () => {
    const run = withCell(honest?.cellId, (record) => ({ ...record, verdict: 'invalid' as const }));
    const { byzantine } = analyseRun(run).cells[1] ?? {};
    expect(byzantine).toMatchObject({ baseline: null, throughputRatio: null, liveness: 'kept' });
  });

  it('is liveness lost where nothing was committed any more, and safety broken by proof', () => {
    const halted = withCell(some?.cellId, (record) => ({
      ...record,
      reasons: [reason(reasonCodes.noProgress)],
    }));
    expect(analyseRun(halted).cells[1]?.byzantine?.liveness).toBe('lost');
    const accused = withCell(many?.cellId, (record) => ({
      ...record,
      verdict: 'invalid',
      reasons: [reason(reasonCodes.evidenceAgainstHonest)],
    }));
    const again = analyseRun(accused);
    expect(again.cells[2]?.byzantine?.safety).toBe('broken');
    expect(again.headline.kind).toBe('safety-violation');
    expect(again.headline.text).toContain('beyond f = 1: safety is not promised');
  });

  it('is no reason to advise a longer timeout', () => {
    const idle = finding.cells.map((cell) => ({
      ...cell,
      ...{ cpuCoresPerNode: estimateMean([0.01]), roundsTimedOut: estimateMean([5]) },
    }));
    const advised = (cells: typeof idle) =>
      recommendOfCells({ ...finding, cells }).filter(({ id }) => id === 'timeouts-idle-cpu');
    expect(advised(idle.slice(0, 1))).toHaveLength(1);
    expect(advised(idle.slice(1))).toEqual([]);
  });

  it('is no overload: what their own clients offered is not asked of the others', () => {
    const told = (cells: typeof finding.cells) => warnLoad(cells).join(' ');
    const kept = { ...some, throughputTxPerSec: { ...some?.throughputTxPerSec, mean: 445 } };
    const lost = { ...kept, successRatio: { ...some?.successRatio, mean: 0.8 } };
    const [one, other] = [kept, lost] as unknown as typeof finding.cells;
    if (one === undefined || other === undefined) throw new Error('two cells');
    expect(one.offeredTxPerSec).toBe(600);
    expect(deliveryOf(one)).toBeCloseTo(445 / 450);
    expect(told([one])).toContain('kept up with the load');
    // What Byzantine members pass on hides nothing that honest clients lost.
    expect(deliveryOf(other)).toBe(0.8);
    expect(told([other])).toContain('of the offered 450 tx/s at honest members it committed 80 %');
  });

  it('leaves safety open where no honest node has a log', () => {
    const run = withCell(some?.cellId, (record) => ({
      ...record,
      nodes: record.nodes.map((node) =>
        some?.byzantine?.nodes.includes(node.nodeIndex) ? node : { ...node, log: null },
      ),
    }));
    expect(analyseRun(run).cells[1]?.byzantine?.safety).toBe('unverified');
  });

  it('is told in the terminal, on the page and in tables', () => {
    const terminal = renderTerminal(finding, { columns: 200, color: false });
    expect(terminal).toContain('1 of 4 (f = 1): silent. safety held; liveness');
    expect(terminal).toContain(
      '2 of 4 (beyond f = 1): silent. safety held (beyond f: safety is not promised)',
    );
    expect(terminal).toMatch(
      /misbehaved: silent \d+ times; 3 pieces of evidence against node \d, proven/,
    );
    const page = renderHtml(finding);
    expect(page).toContain('<h2>Byzantine members</h2>');
    expect(page).toContain('2 of 4 (beyond f = 1): silent');
    const lines = (name: string) =>
      renderCsv(finding, stored)
        .find((file) => file.name === name)
        ?.text.trim()
        .split('\r\n') ?? [];
    expect(lines('byzantine.csv')).toHaveLength(1 + 3 * 1 + 3 * 2);
    expect(lines('byzantine.csv')[0]).toContain('cell_liveness');
    expect(lines('evidence.csv')).toHaveLength(1 + 3 + 3);
    expect(
      renderTerminal(
        analyseRun({
          ...stored,
          repetitions: stored.repetitions.filter(({ cellId }) => cellId === honest?.cellId),
        }),
        { columns: 80, color: false },
      ),
    ).not.toContain('Byzantine members:');
  });

  it('is checked anew by whoever asks', () => {
    const checked = checkAll(stored);
    expect(checked).toHaveLength(6);
    expect(checked.every(({ flaw, isAgainstHonest }) => flaw === null && !isAgainstHonest)).toBe(
      true,
    );
    const forged = withCell(some?.cellId, (record) => {
      const { byzantine } = record;
      if (byzantine === undefined) return record;
      const evidence = byzantine.evidence.map((piece) => ({ ...piece, second: piece.first }));
      return { ...record, byzantine: { ...byzantine, evidence } };
    });
    expect(checkAll(forged).filter(({ flaw }) => flaw !== null)).toHaveLength(3);
  });
});
