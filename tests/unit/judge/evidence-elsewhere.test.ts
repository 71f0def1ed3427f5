import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { committee, doubleProposal } from '../../fixtures/evidence.ts';

/** The program in docs/evidence.md, which shares nothing with ours but the bytes. */

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-evidence-'));
  const docs = readFileSync(new URL('../../../docs/evidence.md', import.meta.url), 'utf8');
  const [, program = ''] = /```python\n([\s\S]+?)```/.exec(docs) ?? [];
  writeFileSync(join(folder, 'verify.py'), program);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function verify(...evidence: readonly object[]) {
  const file = join(folder, 'result.json');
  const repetitions = [{}, { byzantine: { evidence, committee } }];
  writeFileSync(file, JSON.stringify({ repetitions }));
  const { status, stdout } = spawnSync('python3', [join(folder, 'verify.py'), file], {
    encoding: 'utf8',
  });
  return [status, stdout.trim()];
}

it('proves what we prove, and nothing that we do not', () => {
  expect(execFileSync('openssl', ['version'], { encoding: 'utf8' })).toContain('OpenSSL');
  const piece = doubleProposal(2);
  expect(verify(piece)).toEqual([0, '1 of 1 proven']);
  const stolen = { ...piece, offender: 1 };
  const same = { ...piece, second: piece.first };
  const other = { ...piece, offence: 'double-vote' };
  expect(verify(piece, stolen, same, other)).toEqual([1, '1 of 4 proven']);
});
