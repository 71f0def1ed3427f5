import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import type { RepetitionRecord, StoredRun } from '../../../controller/src/model/record.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const stored = generateStoredRun({
  sizes: [4],
  repetitions: 2,
  measureMs: 20_000,
  withTrouble: false,
});

/** The second repetition was stopped so long after its window had begun. */
function cutAfter(ms: number): StoredRun {
  const [first, second] = stored.repetitions as [RepetitionRecord, RepetitionRecord];
  const cut: RepetitionRecord = {
    ...second,
    verdict: 'invalid',
    failure: { code: 'INTERRUPTED', message: 'The repetition was stopped.' },
    nodes: second.nodes.map((node) => {
      const results = node.results;
      if (results === null) return node;
      const { startUnixMs } = results.window;
      const window = { startUnixMs, endUnixMs: startUnixMs + ms };
      return { ...node, results: { ...results, window, committedInWindow: 3 } };
    }),
  };
  return { run: { ...stored.run, status: 'interrupted' }, repetitions: [first, cut] };
}

describe('a repetition that was cut', () => {
  it('is not counted as done', () => {
    const { headline, cells } = analyseRun(cutAfter(6000));
    expect(headline.text).toBe('The run was interrupted after 1 of 2 repetitions.');
    expect(cells[0]).toMatchObject({ repetitionsPlanned: 2, repetitionsDone: 1 });
    expect(cells[0]?.reasons.map(({ text }) => text)).toContain(
      'Only 1 of 2 planned repetitions can be counted (1 was done); at least 2 are needed.',
    );
  });

  it('has its rate over what there is of its window', () => {
    const figures = analyseRun(cutAfter(6000)).cells[0]?.repetitions[1]?.figures;
    expect(figures).toMatchObject({ windowSeconds: 6, throughputTxPerSec: 2 });
  });

  it('has no rate where a block more or less would change it', () => {
    const figures = analyseRun(cutAfter(58)).cells[0]?.repetitions[1]?.figures;
    expect(figures).toMatchObject({
      windowSeconds: 0.058,
      throughputTxPerSec: null,
      blocksPerSec: null,
    });
  });
});

describe('a repetition that was done again', () => {
  it('says which node died in the attempt that nothing else tells of', () => {
    const [first, second] = stored.repetitions as [RepetitionRecord, RepetitionRecord];
    const reason = (code: string, text: string) =>
      ({ code, verdict: 'invalid', text, value: null, limit: null }) as const;
    const died: RepetitionRecord = {
      ...first,
      verdict: 'invalid',
      reasons: [
        reason('repetition-failed', 'The repetition failed with NODE_DIED: a node died.'),
        reason('node-died', 'Node 3 ended by itself with exit code 137.'),
      ],
    };
    const again = { ...first, attempt: 1 };
    const { warnings } = analyseRun({ ...stored, repetitions: [died, again, second] });
    expect(warnings).toContain(
      `1 repetition had to be done again (n = 4, repetition ${first.repetition + 1}: node 3 ended by itself with exit code 137); figures are of the last attempt.`,
    );
  });
});
