import { describe, expect, it } from '@jest/globals';
import { findFlaw } from '../../../controller/src/judge/check-evidence.ts';
import type { NodeEvidence } from '../../../node-image/src/contract/index.ts';
import {
  committee,
  doubleProposal,
  type Statement,
  signedBy,
  statement,
} from '../../fixtures/evidence.ts';

/** Two statements of member 2. */
function pieceOf(
  offence: NodeEvidence['offence'],
  first: Statement,
  second: Statement,
): NodeEvidence {
  return {
    offence,
    round: 7,
    offender: 2,
    first: signedBy(2, statement(first)),
    second: signedBy(2, statement(second)),
  };
}

const vote = { kind: 'V', numbers: [7], content: 'a' };
const prepare = { protocol: 'prsm-testbed/pbft/1', kind: 'R', numbers: [0, 7], content: 'a' };

describe('evidence', () => {
  it('proves what it says where both strings are signed, and contradict each other', () => {
    expect(findFlaw(doubleProposal(2), committee)).toBeNull();
    expect(findFlaw(pieceOf('double-vote', vote, { ...vote, content: 'b' }), committee)).toBeNull();
    const other = { ...prepare, content: 'b' };
    expect(findFlaw(pieceOf('double-vote', prepare, other), committee)).toBeNull();
  });

  it.each<[string, NodeEvidence, string]>([
    ['of somebody else', { ...doubleProposal(2), offender: 1 }, 'first signature'],
    ['of nobody', { ...doubleProposal(2), offender: 9 }, 'no member 9'],
    ['of another round', { ...doubleProposal(2), round: 8 }, 'not about 8'],
    ['of another offence', { ...doubleProposal(2), offence: 'double-vote' }, 'no double-vote'],
    ['that says one thing twice', pieceOf('double-vote', vote, vote), 'say the same'],
    ['of two rounds', pieceOf('double-vote', vote, { ...vote, numbers: [8] }), 'both can be true'],
    [
      'of two slots of one view',
      pieceOf('double-vote', prepare, { ...prepare, numbers: [0, 8] }),
      'both can be true',
    ],
    [
      'of another chain',
      pieceOf('double-vote', { ...vote, chain: 'b' }, { ...vote, chain: 'b', content: 'b' }),
      'not signed for this chain',
    ],
    [
      'of two timeouts, of which the second knows more',
      pieceOf(
        'double-give-up',
        { kind: 'T', numbers: [7, 5], content: '' },
        { kind: 'T', numbers: [7, 6], content: '' },
      ),
      'no double-give-up',
    ],
  ])('proves nothing %s', (_, piece, why) => {
    expect(findFlaw(piece, committee)).toContain(why);
  });

  it('proves nothing with a bit changed, wherever it is', () => {
    const piece = doubleProposal(2);
    const flip = (hex: string, at: number): string =>
      `${hex.slice(0, at)}${hex[at] === '0' ? '1' : '0'}${hex.slice(at + 1)}`;
    for (const side of ['first', 'second'] as const) {
      for (const field of ['signedHex', 'signatureHex'] as const) {
        const at = piece[side][field].length - 1;
        const changed = { ...piece[side], [field]: flip(piece[side][field], at) };
        expect(findFlaw({ ...piece, [side]: changed }, committee)).toContain(
          `the ${side} signature`,
        );
      }
    }
    expect(findFlaw(piece, { ...committee, scheme: 'rot13' })).toContain('not known');
  });
});
