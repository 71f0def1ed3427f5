import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import type { Headline } from '../../../controller/src/model/finding.ts';
import type { StoredRun, VerdictReason } from '../../../controller/src/model/record.ts';
import { generateShapedRun } from '../../fixtures/shaped-run.ts';

const short = { measureMs: 3000 };
const clean = generateShapedRun(short);
const off = generateShapedRun({ ...short, mismatched: [0, 1] });
const allowed = generateShapedRun({ ...short, mismatched: [0, 1], isMismatchAllowed: true });

function headlineOf(run: StoredRun): Headline {
  return analyseRun(run).headline;
}

/** One more reason for every repetition of the cells named. */
function withReason(run: StoredRun, reason: VerdictReason, cells = ['n8', 'n12']): StoredRun {
  const repetitions = run.repetitions.map((record) =>
    cells.includes(record.cellId)
      ? { ...record, verdict: reason.verdict, reasons: [...record.reasons, reason] }
      : record,
  );
  return { ...run, repetitions };
}

function reason(code: string, verdict: VerdictReason['verdict'], text: string): VerdictReason {
  return { code, verdict, text, value: null, limit: null };
}

const dead = reason('node-died', 'invalid', 'n3 ended during the run.');
const limited = reason('host-limited', 'suspect', 'The host was busy.');

describe('the headline of a shaped run', () => {
  it('is that of any run if the network was the one asked for', () => {
    expect(headlineOf(clean).kind).toBe('valid');
  });

  it('says with numbers that the network was another one', () => {
    const { kind, text } = headlineOf(off);
    expect(kind).toBe('invalid');
    expect(text).toMatch(
      /^The network was not the one asked for at n = 8 and 12: at n = \d+, the median round trip from (eu-west to asia|asia to eu-west) was 1\d\d ms where 198-242 ms was asked \(passes: 213 to 227 ms\); 8 of \d+ checks are off\.$/,
    );
  });

  it('says so if even one repetition ended like that, and the size is invalid', () => {
    const once = generateShapedRun({ ...short, repetitions: 5, mismatched: [3] });
    const finding = analyseRun(once);
    expect(finding.headline.text).toMatch(/^The network was not the one asked for/);
    expect(finding.cells.map(({ verdict }) => verdict)).toEqual(['invalid', 'invalid']);
    expect(finding.cells.map(({ repetitionsCounted }) => repetitionsCounted)).toEqual([4, 4]);
  });

  it('comes after safety and failure, and before everything else', () => {
    expect(headlineOf(withReason(off, dead)).text).toMatch(/^The network was not/);
    expect(headlineOf(withReason(off, limited, ['n12'])).text).toMatch(
      /^The network was not .* This host was the limit at n = 12\.$/,
    );
    const failure = { code: 'DISK_FULL', message: 'No room.' };
    const failed = { ...off, run: { ...off.run, status: 'failed' as const, failure } };
    expect(headlineOf(failed).kind).toBe('failed');
    const broken = reason('safety-violation', 'invalid', 'A node reports it.');
    expect(headlineOf(withReason(off, broken)).kind).toBe('safety-violation');
  });

  it.each([
    ['network-drift', /^The network did not stay the one asked for at n = 8: n4 has lost/],
    ['change-not-applied', /^A planned change of the network did not take place at n = 8: n4/],
    ['network-disturbed', /^The network was disturbed at n = 8: n4/],
  ])('gives the reason of the judge for %s', (code, start) => {
    const run = withReason(clean, reason(code, 'invalid', 'n4 has lost its qdisc.'), ['n8']);
    expect(headlineOf(run)).toMatchObject({ kind: 'invalid', text: expect.stringMatching(start) });
  });

  it('leaves a drift that spoilt one of five repetitions to the reasons', () => {
    const many = generateShapedRun({ ...short, repetitions: 5 });
    const [first, ...others] = many.repetitions;
    if (first === undefined) throw new Error('the fixture has repetitions');
    const drift = reason('network-drift', 'invalid', 'n4 has lost its qdisc.');
    const spoilt = { ...first, verdict: 'invalid' as const, reasons: [drift] };
    expect(headlineOf({ ...many, repetitions: [spoilt, ...others] }).kind).toBe('valid');
  });

  it('says in the first line what was allowed, whatever else is there', () => {
    const { kind, text } = headlineOf(allowed);
    expect(kind).toBe('suspect');
    expect(text).toMatch(
      /^The network was not the one asked for at n = 8 and 12 \(kept by --allow-mismatch\): at n = /,
    );
    const remark =
      /The network was not the one asked for at n = 8 and 12 \(kept by --allow-mismatch\)\./;
    expect(headlineOf(withReason(allowed, limited))).toMatchObject({
      kind: 'host-limited',
      text: expect.stringMatching(remark),
    });
    expect(headlineOf(withReason(allowed, dead))).toMatchObject({
      kind: 'invalid',
      text: expect.stringMatching(remark),
    });
  });

  it('says what the judge said where nothing is off', () => {
    const odd = withReason(clean, reason('network-mismatch', 'invalid', 'No pair was measured.'));
    expect(headlineOf(odd).text).toBe(
      'The network was not the one asked for at n = 8 and 12: at n = 8, no pair was measured.',
    );
  });
});
