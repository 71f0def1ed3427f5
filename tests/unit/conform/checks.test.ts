import { describe, expect, it } from '@jest/globals';
import { countChecks, formatConformity } from '../../../controller/src/cli/format-conformity.ts';
import { createCheckList, NodeEnded } from '../../../controller/src/conform/check-list.ts';
import {
  expectRefusal,
  expectReply,
  type Subject,
} from '../../../controller/src/conform/subject.ts';
import type { RawReply } from '../../../controller/src/control/node-client.ts';
import { readinessSchema } from '../../../node-image/src/contract/index.ts';

/** A node that answers everything with this. */
function subjectOf(answer: Partial<RawReply> | Error) {
  const { signal } = new AbortController();
  const list = createCheckList(signal, () => undefined);
  const send: Subject['send'] = async () => {
    if (answer instanceof Error) throw answer;
    return { status: 200, contentType: 'application/json', text: '', ...answer };
  };
  return { list, subject: { list, signal, send } as Partial<Subject> as Subject }; // no network
}

const refusal = { method: 'POST', path: '/v1/start', body: '{}', what: 'while it waits' };
const refused = { ...refusal, status: 409, code: 'WRONG_STATE' };

describe('a check', () => {
  it.each<[string, Partial<RawReply> | Error, object]>([
    [
      'a refusal as promised',
      { status: 409, text: '{"code": "WRONG_STATE", "message": "no"}' },
      { outcome: 'pass', field: null, found: null },
    ],
    ['an acceptance', { text: '{}' }, { found: 'status 200 instead of 409: {}' }],
    [
      'another code',
      { status: 409, text: '{"code": "NO", "message": "no"}' },
      { field: '/code', found: '"NO" instead of "WRONG_STATE"' },
    ],
    [
      'a body without words',
      { status: 409, text: '{"code": "WRONG_STATE"}' },
      { field: '/message' },
    ],
    ['a body of text', { status: 409, text: 'no' }, { found: 'the refusal is not JSON: no' }],
    ['no reply', new Error('socket hang up'), { outcome: 'fail', found: 'socket hang up' }],
  ])('of a refusal tells %s', async (_, answer, expected) => {
    const { list, subject } = subjectOf(answer);
    await expectRefusal(subject, refused);
    expect(list.checks).toEqual([
      expect.objectContaining({ request: 'POST /v1/start', ...expected }),
    ]);
  });

  it('of a reply names the field that is not as promised', async () => {
    const reply = { state: 'waiting', linksPlanned: 0, linksUp: -1, missing: [], failure: null };
    const { list, subject } = subjectOf({ text: JSON.stringify(reply) });
    const asked = { method: 'GET', path: '/v1/ready', what: 'says its state' };
    expect(await expectReply(subject, asked, readinessSchema)).toBeNull();
    expect(list.checks[0]).toMatchObject({ outcome: 'fail', field: '/linksUp' });
  });

  it('that finds a node gone is told, and ends what is asked of its network', async () => {
    const { list, subject } = subjectOf(new NodeEnded('node 0 ended with code 255'));
    await expect(expectRefusal(subject, refused)).rejects.toThrow('ended with code 255');
    expect(list.checks).toHaveLength(1);
  });

  it('stands in a table of 80 columns, with field and reason below those that fail', () => {
    const checks = [
      { request: 'GET /v1/log', what: 'is empty', outcome: 'pass', field: null, found: null },
      {
        request: 'POST /v1/start',
        what: 'is refused '.repeat(8),
        outcome: 'fail',
        field: '/code',
        found: 'x',
      },
      {
        request: 'POST /v1/probe',
        what: 'measures',
        outcome: 'not-applicable',
        field: null,
        found: 'no capability',
      },
    ] as const;
    const text = formatConformity(checks, 80);
    expect(text).toContain('pass  GET /v1/log     is empty\nFAIL  POST /v1/start  is refused');
    expect(text).toContain(
      '\n      /code: x\n-     POST /v1/probe  measures\n      no capability\n',
    );
    expect(text).toContain('\n\n1 pass, 1 fail, 1 not applicable');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(countChecks(checks)).toEqual({ pass: 1, fail: 1, notApplicable: 1 });
  });
});
