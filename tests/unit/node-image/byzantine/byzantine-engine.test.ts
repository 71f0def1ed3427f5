import { describe, expect, it } from '@jest/globals';
import { ByzantineEngine } from '../../../../node-image/src/byzantine/byzantine-engine.ts';
import type { Behaviour, BehaviourName } from '../../../../node-image/src/contract/index.ts';
import { behaviourNames } from '../../../../node-image/src/contract/index.ts';
import type { Output } from '../../../../node-image/src/engine/seam/engine.ts';
import type { MessageRole } from '../../../../node-image/src/engine/seam/message.ts';
import { forger, type Note, note, ScriptedEngine, traitsOf } from './scripted-engine.ts';

/** Member 0 of five, which behaves so; its engine, its twin's and what counts. */
function member(behaviours: readonly Behaviour[], seed = 1) {
  const inner = new ScriptedEngine();
  const second = new ScriptedEngine();
  const counts: Partial<Record<BehaviourName, number>> = {};
  const engine = new ByzantineEngine(
    { selfIndex: 0, committeeSize: 5, baseTimeoutMs: 1_000 },
    {
      engine: inner,
      traitsOf,
      forger,
      createTwin: () => second,
      onMisbehaviour: (name) => {
        counts[name] = (counts[name] ?? 0) + 1;
      },
    },
  );
  engine.behave({ behaviours: [...behaviours], seed });
  /** What leaves, as `receiver: role text`, when the honest engine does this. */
  const say = (outputs: readonly Output[], nowMs = 0): string[] => {
    inner.next = outputs;
    return engine.step(nowMs, { kind: 'submit', transactions: [] }).map(show);
  };
  return { engine, inner, second, counts, say };
}

function show(output: Output): string {
  if (output.kind === 'wake') return `wake ${output.atMs}`;
  if (output.kind !== 'send' && output.kind !== 'broadcast') return output.kind;
  const { kind, text } = output.message as Note; // all messages here are notes
  return `${output.kind === 'send' ? output.to : 'all'}: ${kind} ${text}`;
}

const toAll = (role: MessageRole, text = 'a'): Output => ({
  kind: 'broadcast',
  message: note(role, text),
});
const toOne = (to: number, role: MessageRole, text = 'a'): Output => ({
  kind: 'send',
  to,
  message: note(role, text),
});

describe('an engine that was told nothing', () => {
  it('is the honest one', () => {
    const { say, counts, engine, inner } = member([]);
    const outputs = [toAll('proposal'), toOne(2, 'vote'), { kind: 'wake', atMs: 50 } as const];
    expect(say(outputs)).toEqual(['all: proposal a', '2: vote a', 'wake 50']);
    engine.step(50, { kind: 'wake' });
    expect(inner.heard.map(({ input }) => input.kind)).toEqual(['submit', 'wake']);
    expect(counts).toEqual({});
  });
});

describe('a behaviour', () => {
  it.each<[Behaviour, readonly Output[], readonly string[], number]>([
    [{ name: 'silent' }, [toAll('vote'), { kind: 'reject', transactions: [] }], ['reject'], 1],
    [{ name: 'silent-leader' }, [toAll('proposal'), toOne(1, 'vote')], ['1: vote a'], 1],
    [{ name: 'withhold-votes' }, [toAll('proposal'), toOne(1, 'vote')], ['all: proposal a'], 1],
    [{ name: 'double-vote' }, [toOne(3, 'vote')], ['3: vote a', '3: vote a or not'], 1],
    [{ name: 'stale-certificate' }, [toAll('proposal')], ['all: proposal stale a'], 1],
    [{ name: 'lying-timeout' }, [toAll('give-up')], ['all: give-up understated a'], 1],
    [{ name: 'invalid-certificates' }, [toAll('give-up')], ['all: give-up invalid a'], 1],
    [{ name: 'selective-send', nodes: [2] }, [toAll('vote')], ['2: vote a'], 1],
    [{ name: 'selective-send', nodes: [2] }, [toOne(2, 'vote')], ['2: vote a'], 0],
    [{ name: 'equivocate', share: 1 }, [toAll('proposal')], ['all: proposal a'], 0],
    [{ name: 'equivocate' }, [toOne(1, 'vote')], ['1: vote a'], 0],
  ])('%j changes what leaves, and counts it', (behaviour, outputs, left, count) => {
    const { say, counts } = member([behaviour]);
    expect(say(outputs)).toEqual(left);
    expect(counts[behaviour.name] ?? 0).toBe(count);
  });

  it('equivocate shows each of the others one of two proposals, drawn anew each time', () => {
    const { say, counts } = member([{ name: 'equivocate', share: 0.25 }]);
    const splits = Array.from({ length: 12 }, () => {
      const left = say([toAll('proposal')]);
      expect(left.map((line) => line[0]).sort()).toEqual(['1', '2', '3', '4']);
      const first = left.filter((line) => line.endsWith('proposal a'));
      expect(first).toHaveLength(1);
      return first[0];
    });
    expect(new Set(splits).size).toBeGreaterThan(1);
    expect(counts.equivocate).toBe(12);
  });

  it('delay-leader holds proposals back for so long, and asks to be woken for them', () => {
    const { say, engine, counts } = member([{ name: 'delay-leader', delayMs: 300 }]);
    expect(say([toAll('proposal'), toOne(1, 'vote')], 100)).toEqual(['1: vote a', 'wake 400']);
    expect(counts['delay-leader']).toBeUndefined();
    expect(engine.step(399, { kind: 'wake' }).map(show)).toEqual(['wake 400']);
    expect(engine.step(400, { kind: 'wake' }).map(show)).toEqual(['all: proposal a']);
    expect(counts['delay-leader']).toBe(1);
  });

  it.each<[BehaviourName, string]>([
    ['bad-signatures', 'all: give-up missigned 7'],
    ['timeout-spam', 'all: give-up spam 7'],
    ['sync-flood', 'all: request flood'],
  ])('%s sends at its own pace, however often it is asked', (name, line) => {
    const { say, counts } = member([{ name, perSec: 10 }]);
    expect(say([], 1_000)).toEqual([line, 'wake 1100']);
    expect(say([], 1_050)).toEqual([]);
    expect(say([], 1_300)).toEqual([line, line, line, 'wake 1400']);
    expect(counts[name]).toBe(4);
  });

  it('replay sends on what anybody said', () => {
    const { engine, counts } = member([{ name: 'replay', perSec: 10 }]);
    engine.step(0, { kind: 'wake' });
    const message = note('vote', 'of another');
    const outputs = engine.step(200, { kind: 'message', from: 3, message });
    expect(outputs.map(show)).toContain('all: vote of another');
    expect(counts.replay).toBeGreaterThan(0);
  });

  it('censor never hears of what it censors, and counts the proposals that it leads to', () => {
    const { engine, inner, say, counts } = member([{ name: 'censor', nodes: [2] }]);
    engine.step(0, { kind: 'message', from: 2, message: note('forward') });
    engine.step(0, { kind: 'message', from: 1, message: note('forward') });
    engine.step(0, { kind: 'message', from: 2, message: note('vote') });
    expect(inner.heard.map(({ input }) => input.kind === 'message' && input.from)).toEqual([1, 2]);
    expect(counts.censor).toBeUndefined();
    expect(say([toAll('proposal', 'b')])).toEqual(['all: proposal b']);
    say([toAll('proposal', 'c')]);
    expect(counts.censor).toBe(1);
  });

  it('twin shows two engines to a part of the others each', () => {
    const { engine, inner, second, counts } = member([{ name: 'twin' }]);
    engine.start(0);
    inner.next = [toAll('proposal', 'of one')];
    second.next = [toAll('proposal', 'of the other'), { kind: 'persist', state: 1 }];
    const left = engine.step(5, { kind: 'message', from: 1, message: note('vote') }).map(show);
    expect(left.map((line) => line.slice(3)).sort()).toEqual([
      'proposal of one',
      'proposal of one',
      'proposal of the other',
      'proposal of the other',
    ]);
    expect(left.map((line) => line[0]).sort()).toEqual(['1', '2', '3', '4']);
    expect(second.heard).toHaveLength(1);
    expect(counts.twin).toBe(1);
  });
});

describe('behaviours together', () => {
  it('count only what leaves', () => {
    const { say, counts } = member([{ name: 'silent' }, { name: 'double-vote' }]);
    expect(say([toOne(1, 'vote')])).toEqual([]);
    expect(counts).toEqual({ silent: 2 });
  });

  it('pass messages in one order, whatever the order they were told in', () => {
    const both: Behaviour[] = [{ name: 'double-vote' }, { name: 'selective-send', nodes: [3] }];
    for (const behaviours of [both, both.toReversed()]) {
      const { say } = member(behaviours);
      expect(say([toAll('vote')])).toEqual(['3: vote a', '3: vote a or not']);
    }
  });

  it('end when the next order comes', () => {
    const { engine, say } = member([{ name: 'silent' }]);
    expect(say([toAll('vote')])).toEqual([]);
    engine.behave({ behaviours: [{ name: 'withhold-votes' }], seed: 0 });
    expect(say([toAll('vote'), toAll('proposal')])).toEqual(['all: proposal a']);
    engine.behave({ behaviours: [], seed: 0 });
    expect(say([toAll('vote')])).toEqual(['all: vote a']);
  });

  it('do the same for the same seed', () => {
    const everything = behaviourNames.filter((name) => name !== 'silent' && name !== 'twin');
    const run = (seed: number): string[] => {
      const { say } = member(
        everything.map((name) => ({ name })),
        seed,
      );
      return Array.from({ length: 50 }, (_, beat) =>
        say([toAll('proposal', `${beat}`), toAll('give-up', `${beat}`)], beat * 20),
      ).flat();
    };
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  it('let the engine inside be woken when it asked to be, and not before', () => {
    const { engine, inner, say } = member([{ name: 'sync-flood', perSec: 10 }]);
    expect(say([{ kind: 'wake', atMs: 250 }])).toEqual(['all: request flood', 'wake 100']);
    const wakes = (): number => inner.heard.filter(({ input }) => input.kind === 'wake').length;
    engine.step(100, { kind: 'wake' });
    expect(wakes()).toBe(0);
    expect(engine.step(200, { kind: 'wake' }).map(show)).toContain('wake 250');
    engine.step(250, { kind: 'wake' });
    expect(wakes()).toBe(1);
  });
});
