import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createBlockChain } from '../../../../node-image/src/sidecar/block-chain.ts';
import { createFigures } from '../../../../node-image/src/sidecar/figures.ts';
import { readMessage } from '../../../../node-image/src/sidecar/messages.ts';
import { parseUsage } from '../../../../node-image/src/sidecar/program-usage.ts';

describe('the sidecar', () => {
  it('reads what a program says, and quotes what is no message', () => {
    expect(readMessage('{"type":"commit","transactions":["AAE="],"proposer":2}')).toMatchObject({
      transactions: ['AAE='],
      proposer: 2,
    });
    expect(readMessage('{"type":"counters","messagesSent":3}')).toMatchObject({
      messagesSent: 3,
      bytesSent: 0,
    });
    expect(() => readMessage('hello')).toThrow('a line that is not JSON: hello');
    expect(() => readMessage('{"type":"commit","transactions":["?"]}')).toThrow('/transactions/0');
    expect(() => readMessage('{"type":"commit"}')).toThrow('/transactions');
    expect(() => readMessage('{"type":"vote"}')).toThrow('"vote"');
  });

  it('gives blocks the running digests of the contract, which tell any difference', () => {
    const bytes = (...texts: string[]) => texts.map((text) => Buffer.from(text));
    const chain = createBlockChain();
    const first = chain(bytes('a', 'bc'));
    const id = createHash('sha256').update('1:2:1:a:2:bc').digest();
    const digest = createHash('sha256').update(Buffer.alloc(32)).update(id).digest('hex');
    expect(first).toEqual({ height: 1, digestHex: digest });
    expect(chain([]).height).toBe(2);
    const others = [bytes('ab', 'c'), bytes('abc'), bytes('bc', 'a'), []].map(
      (transactions) => createBlockChain()(transactions).digestHex,
    );
    expect(new Set([...others, digest]).size).toBe(5);
  });

  it('counts what it sees and what the program tells', () => {
    const figures = createFigures();
    figures.commit(3, true);
    figures.commit(0, false);
    const message = readMessage('{"type":"counters","messagesSent":7,"roundsEntered":4}');
    if (message.type === 'counters') figures.report(message);
    const seen = { linksPlanned: 3, linksUp: 3, submitted: 5, rejected: 1 };
    expect(figures.look(seen)).toMatchObject({
      engine: {
        committedHeight: 2,
        round: 4,
        counters: { blocksCommitted: 2, blocksProposed: 1, transactionsCommitted: 3 },
      },
      traffic: { messagesSent: 7 },
      transactionsSubmitted: 5,
    });
  });

  it('reads processor time and memory of the program, whatever it is called', () => {
    const rest = Array.from({ length: 30 }, (_, index) => index + 4);
    const stat = `42 (a ) b) S ${rest.join(' ')}`;
    // Field 14, 15 and 24 of the line.
    expect(parseUsage(stat)).toEqual({ cpuMicros: (14 + 15) * 10_000, residentBytes: 24 * 4_096 });
    expect(parseUsage('')).toBeNull();
  });
});
