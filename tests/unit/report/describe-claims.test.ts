import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import type { NodeClaims, StoredRun } from '../../../controller/src/model/record.ts';
import { describeClaims } from '../../../controller/src/report/describe-claims.ts';
import { renderHtml } from '../../../controller/src/report/render-html.ts';
import { renderJson } from '../../../controller/src/report/render-json.ts';
import { renderTerminal } from '../../../controller/src/report/render-terminal.ts';
import { generateCrossedRun } from '../../fixtures/crossed-run.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const stored = generateStoredRun({ sizes: [4], repetitions: 1, measureMs: 1000 });
const claiming = (claims: NodeClaims): StoredRun => ({
  ...stored,
  run: { ...stored.run, provenance: { ...stored.run.provenance, claims } },
});
const perl = { software: 'perl-node/1 <b>', protocol: null, said: 'node 0 at n = 4' };
const foreign = claiming({ source: 'abc123', nodes: [perl] });

describe('what nodes claim', () => {
  it('is said in the terminal, the HTML report and the JSON document', () => {
    const finding = analyseRun(foreign);
    const terminal = renderTerminal(finding, { columns: 200, color: false });
    expect(terminal).toContain(
      'nodes say they are: perl-node/1 <b> (protocol not told), image source abc123',
    );
    const html = renderHtml(finding);
    expect(html).toContain('perl-node/1 &lt;b&gt; (protocol not told), image source abc123');
    expect(JSON.parse(renderJson(finding, foreign)).run.provenance.claims).toEqual({
      source: 'abc123',
      nodes: [perl],
    });
  });

  it('is not mentioned where it was not recorded', () => {
    expect(describeClaims(stored.run)).toBeNull();
  });

  it('is bounded', () => {
    const nodes = Array.from({ length: 5 }, (_, index) => ({ ...perl, software: `v${index}` }));
    expect(describeClaims(claiming({ source: null, nodes }).run)).toMatch(/^v0 .*v2 .*, 2 more$/);
  });

  it('is a warning where nodes differ, unless there are as many builds as answers', () => {
    const warningsOf = (run: StoredRun['run'], answers: number): readonly string[] => {
      const nodes = ['v1', 'v2', 'v3'].slice(0, answers).map((software) => ({ ...perl, software }));
      const provenance = { ...run.provenance, claims: { source: null, nodes } };
      const { warnings } = analyseRun({ run: { ...run, provenance }, repetitions: [] });
      return warnings.filter((text) => text.includes('different software'));
    };
    const vary = { image: ['a:v1', 'a:v2'], network: ['lan', 'wan'] };
    const builds = generateCrossedRun({ sizes: [4], repetitions: 1, measureMs: 1000, vary });
    expect(warningsOf(stored.run, 2)).toHaveLength(1);
    expect(warningsOf(builds.run, 2)).toEqual([]);
    expect(warningsOf(builds.run, 3)).toHaveLength(1);
  });
});
