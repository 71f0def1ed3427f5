import type { Engine, Input, Output } from '../../engine/seam/engine.ts';
import { pickSome } from '../chance.ts';
import type { CreateInterceptor, Letter, Moment } from '../interceptor.ts';
import { lettersTo, receiversOf, shareOf } from '../letters.ts';

/** The second one's clock is off by this, so that no two of their blocks are the same. */
const clockOffsetMs = 0.5;

/**
 * Two engines with one key (Bano et al., Twins, 2020). Both hear what the network says; what asks
 * for an answer and what clients hand in is heard by the one that its sender sees. The second one's
 * promises reach no disk and its commits nobody: what counts for this node is what the first does.
 */
export const twin: CreateInterceptor = (context) => {
  const { others, chance, createTwin, traitsOf, deed } = context;
  const first = new Set(pickSome(others, shareOf(context, 0.5), chance));
  const second = createTwin();
  let isStarted = false;
  let wakeAtMs = Number.POSITIVE_INFINITY;
  let isNextSubmitForSecond = true;
  const waiting: Letter[] = [];

  const write = (to: number | null, message: Letter['message']): void => {
    const letter = { to, message, deeds: [] };
    const receivers = receiversOf(letter, others).filter((member) => !first.has(member));
    if (receivers.length === 0) return;
    const isDeed = traitsOf(message).role === 'proposal';
    waiting.push(...lettersTo(receivers, { ...letter, deeds: isDeed ? [deed()] : [] }));
  };
  const carryOut = (outputs: readonly Output[]): void => {
    for (const output of outputs) {
      if (output.kind === 'send') write(output.to, output.message);
      else if (output.kind === 'broadcast') write(null, output.message);
      else if (output.kind === 'wake') wakeAtMs = output.atMs;
    }
  };
  const run = (take: (engine: Engine, nowMs: number) => readonly Output[], at: Moment): void =>
    carryOut(take(second, at.nowMs + clockOffsetMs));
  const startOnce = (moment: Moment): void => {
    if (isStarted) return;
    isStarted = true;
    run((engine, nowMs) => engine.start(nowMs), moment);
  };
  const wakeIfDue = (moment: Moment): void => {
    if (moment.nowMs + clockOffsetMs < wakeAtMs) return;
    wakeAtMs = Number.POSITIVE_INFINITY;
    run((engine, nowMs) => engine.step(nowMs, { kind: 'wake' }), moment);
  };
  /** Whether the first, the second or both are to hear of it. */
  const hearersOf = (input: Input): { readonly first: boolean; readonly second: boolean } => {
    if (input.kind === 'wake') return { first: true, second: false };
    if (input.kind === 'submit') {
      isNextSubmitForSecond = !isNextSubmitForSecond;
      return { first: isNextSubmitForSecond, second: !isNextSubmitForSecond };
    }
    const { role } = traitsOf(input.message);
    if (role !== 'forward' && role !== 'request') return { first: true, second: true };
    const isFirst = first.has(input.from);
    return { first: isFirst, second: !isFirst };
  };

  return {
    hear(input, moment) {
      startOnce(moment);
      const hearers = hearersOf(input);
      if (hearers.second) run((engine, nowMs) => engine.step(nowMs, input), moment);
      return hearers.first ? input : null;
    },
    say(letter) {
      const all = receiversOf(letter, others);
      const receivers = all.filter((member) => first.has(member));
      return receivers.length === all.length ? [letter] : lettersTo(receivers, letter);
    },
    act(moment) {
      startOnce(moment);
      wakeIfDue(moment);
      return waiting.splice(0);
    },
    dueAtMs: () => wakeAtMs - clockOffsetMs,
    isWanted: (nowMs, from, header) => second.isWanted(nowMs + clockOffsetMs, from, header),
  };
};
