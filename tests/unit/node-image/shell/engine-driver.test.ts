import { describe, expect, it } from '@jest/globals';
import type {
  Block,
  BlockId,
  Message,
} from '../../../../node-image/src/engine/chained/messages.ts';
import type {
  DurableState,
  Engine,
  Input,
  Output,
} from '../../../../node-image/src/engine/chained/seam.ts';
import { jolteon } from '../../../../node-image/src/engine/jolteon/protocol.ts';
import type { EngineStatus } from '../../../../node-image/src/engine/seam/engine.ts';
import {
  createEngineClock,
  type EngineClock,
} from '../../../../node-image/src/shell/engine-clock.ts';
import {
  createEngineDriver,
  type EngineDriver,
} from '../../../../node-image/src/shell/engine-driver.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';

const request: Message = {
  kind: 'block-request',
  blockId: '00'.repeat(32) as BlockId,
  floorRound: 4,
};
const state: DurableState = {
  lastVotedRound: 1,
  lastProposedRound: 1,
  highQc: { round: 0, blockId: '00'.repeat(32) as BlockId, signers: [], signatures: [] },
  lastTc: null,
  lockedRound: 0,
};
const body = jolteon.encode(request);

interface Bench {
  readonly engineClock: EngineClock;
  readonly clock: FakeClock;
  readonly driver: EngineDriver;
  readonly inputs: Input[];
  readonly effects: string[];
  readonly failures: unknown[];
  answer: (input: Input, nowMs: number) => readonly Output[];
  isWanted: (from: number) => boolean;
}

function createBench(): Bench {
  const clock = createFakeClock(0);
  const inputs: Input[] = [];
  const effects: string[] = [];
  const failures: unknown[] = [];
  const engineClock = createEngineClock(clock);
  const engine: Engine = {
    start: () => [{ kind: 'wake', atMs: 50 }],
    step(nowMs, input) {
      inputs.push(input);
      return bench.answer(input, nowMs);
    },
    isWanted: (_nowMs, from) => bench.isWanted(from),
    status: () => ({ round: 9 }) as EngineStatus,
  };
  const bench: Bench = {
    clock,
    engineClock,
    inputs,
    effects,
    failures,
    answer: () => [],
    isWanted: () => true,
    driver: createEngineDriver({
      engine,
      protocol: jolteon,
      clock,
      engineClock,
      send: (to, { lane }, frame) => effects.push(`send ${lane} ${frame.length} to ${to}`),
      broadcast: ({ lane }, frame) => effects.push(`broadcast ${lane} ${frame.length}`),
      persist: () => effects.push('persist'),
      onCommit: ({ height }, nowMs) => effects.push(`commit ${height} at ${nowMs}`),
      onReject: (transactions) => effects.push(`reject ${transactions.length}`),
      onEvidence: ({ offence }) => effects.push(offence),
      onMalformed: (from) => effects.push(`malformed from ${from}`),
      onFailure: (error) => failures.push(error),
    }),
  };
  return bench;
}

describe('engine driver', () => {
  it('carries out outputs in their order', () => {
    const bench = createBench();
    bench.driver.start();
    bench.answer = () => [
      { kind: 'persist', state },
      { kind: 'send', to: 2, message: request },
      { kind: 'reject', transactions: [new Uint8Array(20)] },
      { kind: 'broadcast', message: request },
    ];
    bench.driver.submit([]);
    expect(bench.effects).toEqual([
      'persist',
      `send bulk ${body.length + 4} to 2`,
      'reject 1',
      `broadcast bulk ${body.length + 4}`,
    ]);
  });

  it('dates a commit after the step that made it, however long that verified', () => {
    const bench = createBench();
    bench.driver.start();
    bench.answer = () => {
      bench.clock.advance(30);
      const block = { id: 'ab'.repeat(32) as BlockId } as Block;
      const commit = { block, height: 7, digestHex: '', transactions: [] };
      return [{ kind: 'commit', commit }];
    };
    bench.driver.receive(3, body);
    expect(bench.effects).toEqual(['commit 7 at 30']);
  });

  it('wakes the engine by the clock that the engine sees, and dates what it commits by the true one', () => {
    const bench = createBench();
    const setClock = (offsetMs: number): void => {
      bench.engineClock.setOffset(offsetMs);
      bench.driver.clockMoved();
    };
    const seen: number[] = [];
    bench.answer = (_input, nowMs) => {
      seen.push(nowMs);
      const block = { id: 'ab'.repeat(32) as BlockId } as Block;
      const commit = { block, height: 7, digestHex: '', transactions: [] };
      return [
        { kind: 'commit', commit },
        { kind: 'wake', atMs: nowMs + 1_000 },
      ];
    };
    bench.driver.start(); // asks to be woken at 50
    setClock(40);
    bench.clock.advance(9);
    expect(seen).toEqual([]);
    bench.clock.advance(1);
    expect(seen).toEqual([50]);
    // Far ahead: due at once. Set back: not before its clock has come there again.
    setClock(5_000);
    bench.clock.advance(0);
    expect(seen).toEqual([50, 5_010]);
    setClock(0);
    bench.clock.advance(5_900);
    expect(seen).toHaveLength(2);
    bench.clock.advance(101);
    expect(seen).toHaveLength(3);
    expect(seen[2]).toBeCloseTo(6_010, 0);
    expect(bench.effects).toEqual(['commit 7 at 10', 'commit 7 at 10', 'commit 7 at 6010']);
  });

  it('passes on a message with the sender of the connection', () => {
    const bench = createBench();
    bench.driver.start();
    bench.driver.receive(3, body);
    expect(bench.inputs).toEqual([{ kind: 'message', from: 3, message: request }]);
  });

  it('keeps messages that come before the start for after it', () => {
    const bench = createBench();
    bench.driver.receive(1, body);
    expect(bench.inputs).toEqual([]);
    bench.driver.start();
    expect(bench.inputs.length).toBe(1);
  });

  it('keeps at most 8 MiB before the start', () => {
    const bench = createBench();
    const large: Message = { kind: 'forward', transactions: [new Uint8Array(1024 * 1024)] };
    const largeBody = jolteon.encode(large);
    for (let i = 0; i < 12; i++) bench.driver.receive(1, largeBody);
    bench.driver.receive(1, body);
    bench.driver.start();
    const kinds = bench.inputs.map((input) => input.kind === 'message' && input.message.kind);
    expect(kinds).toEqual([...new Array(7).fill('forward'), 'block-request']);
  });

  it.each(['failed', 'stopped'])(
    'discards what comes after it %s, instead of keeping it for a start',
    (how) => {
      const bench = createBench();
      bench.driver.receive(1, body);
      bench.driver.receive(1, body);
      if (how === 'failed') {
        bench.answer = () => {
          throw new Error('invariant broken');
        };
        bench.driver.start();
        expect(bench.inputs.length).toBe(1);
      } else bench.driver.stop();
      bench.answer = () => [];
      const before = bench.inputs.length;
      bench.driver.receive(2, body);
      bench.driver.start();
      expect(bench.inputs.length).toBe(before);
    },
  );

  it('decodes no more than the front of what the engine does not want', () => {
    const bench = createBench();
    bench.driver.start();
    bench.isWanted = (from) => from !== 2;
    const response = jolteon.encode({
      kind: 'block-response',
      blocks: [],
      droppedRound: 0,
    });
    const torn = response.subarray(0, -1);
    bench.driver.receive(2, torn);
    expect([bench.effects, bench.inputs]).toEqual([[], []]);
    bench.driver.receive(3, torn);
    expect(bench.effects).toEqual(['malformed from 3']);
  });

  it('reports a malformed message and goes on', () => {
    const bench = createBench();
    bench.driver.start();
    bench.driver.receive(2, Uint8Array.of(99));
    bench.driver.receive(2, body);
    expect(bench.effects).toEqual(['malformed from 2']);
    expect(bench.inputs.length).toBe(1);
  });

  it('looks at five malformed messages of a member in a second, and at those of others', () => {
    const bench = createBench();
    bench.driver.start();
    for (let count = 0; count < 9; count++) bench.driver.receive(2, Uint8Array.of(99));
    expect(bench.effects).toEqual(new Array(5).fill('malformed from 2'));
    bench.driver.receive(2, body);
    expect(bench.inputs.filter((input) => input.kind === 'message')).toEqual([]);
    bench.driver.receive(3, body);
    bench.clock.advance(2_000);
    bench.driver.receive(2, body);
    expect(bench.inputs.filter((input) => input.kind === 'message')).toHaveLength(2);
  });

  it('gives held transactions to the engine before a vote and after a proposal', () => {
    const bench = createBench();
    const id = 'ab'.repeat(32) as BlockId;
    const signature = new Uint8Array(64);
    const block = {
      id,
      round: 1,
      author: 0,
      parentQc: state.highQc,
      timeoutCertificate: null,
      transactions: [new Uint8Array(20)],
      createdUnixMs: 0,
    };
    const proposal = jolteon.encode({ kind: 'proposal', block, signature });
    const vote = jolteon.encode({ kind: 'vote', round: 1, blockId: id, voter: 2, signature });
    bench.driver.start();
    bench.driver.receive(0, proposal);
    bench.driver.submit([new Uint8Array(20)]);
    bench.driver.receive(2, vote);
    bench.driver.submit([new Uint8Array(20)]);
    bench.driver.receive(0, proposal);
    const kinds = bench.inputs.map((input) =>
      input.kind === 'message' ? input.message.kind : input.kind,
    );
    expect(kinds).toEqual(['proposal', 'submit', 'vote', 'proposal', 'submit']);
  });

  it('wakes the engine at the time it asked for last, once', () => {
    const bench = createBench();
    const wakes: number[] = [];
    bench.answer = (input, nowMs) => {
      if (input.kind === 'wake') wakes.push(nowMs);
      return [];
    };
    bench.driver.start();
    bench.clock.advance(200);
    expect(wakes).toEqual([50]);
  });

  it('moves the alarm later and earlier', () => {
    const bench = createBench();
    const wakes: number[] = [];
    bench.answer = (input, nowMs) => {
      if (input.kind === 'wake') wakes.push(nowMs);
      return input.kind === 'submit' ? [{ kind: 'wake', atMs: 120 }] : [];
    };
    bench.driver.start();
    bench.clock.advance(20);
    bench.driver.submit([]);
    bench.clock.advance(90);
    expect(wakes).toEqual([]);
    bench.answer = (input, nowMs) => {
      if (input.kind === 'wake') wakes.push(nowMs);
      return input.kind === 'submit' ? [{ kind: 'wake', atMs: 115 }] : [];
    };
    bench.driver.submit([]);
    bench.clock.advance(100);
    expect(wakes).toEqual([115]);
  });

  it('reports a broken engine once and feeds it no more', () => {
    const bench = createBench();
    bench.driver.start();
    bench.answer = () => {
      throw new Error('invariant broken');
    };
    bench.driver.submit([]);
    bench.driver.submit([]);
    bench.clock.advance(1_000);
    expect(bench.failures).toEqual([new Error('invariant broken')]);
    expect(bench.inputs.length).toBe(1);
  });

  it('feeds nothing after it was stopped', () => {
    const bench = createBench();
    bench.driver.start();
    bench.driver.stop();
    bench.driver.receive(1, body);
    bench.driver.submit([]);
    bench.clock.advance(1_000);
    expect(bench.inputs).toEqual([]);
  });
});
