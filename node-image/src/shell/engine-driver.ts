import { DecodeError } from '../codec/decode-error.ts';
import { frameOf } from '../codec/frame.ts';
import type { Commit, Engine, EngineStatus, Input, Output } from '../engine/seam/engine.ts';
import type { Evidence } from '../engine/seam/evidence.ts';
import type {
  EngineMessage,
  LinkTraits,
  MessageTraits,
  Transaction,
} from '../engine/seam/message.ts';
import type { Protocol } from '../engine/seam/protocol.ts';
import { Allowances } from '../engine/shared/allowances.ts';
import type { NodeClock } from './clock.ts';
import type { EngineClock } from './engine-clock.ts';
import { createSubmissionGate } from './submission-gate.ts';

/**
 * Runs a pure engine in the real world: feeds it messages, time and transactions, and carries out
 * what it answers, in order. One input at a time; the engine never waits for anything.
 */
export interface EngineDriver {
  start(): void;
  /** The body of a frame from this member. */
  receive(from: number, body: Uint8Array): void;
  submit(transactions: readonly Transaction[]): void;
  status(): EngineStatus;
  /** The engine's clock was set: what it waits for comes at another time. */
  clockMoved(): void;
  /** Lets the engine take a step now: it may have been told something. */
  nudge(): void;
  /** Feeds nothing more to the engine. */
  stop(): void;
}

export interface EngineDriverDependencies {
  readonly engine: Engine;
  /** Whose engine it is: what its messages are, and how they look on the wire. */
  readonly protocol: Pick<Protocol, 'encode' | 'decode' | 'decodeHeader' | 'traitsOf'>;
  readonly clock: NodeClock;
  /** What the engine takes for the time. */
  readonly engineClock: EngineClock;
  readonly send: (to: number, traits: LinkTraits, frame: Uint8Array) => void;
  readonly broadcast: (traits: LinkTraits, frame: Uint8Array) => void;
  /** Returns when the state is durable. */
  readonly persist: (state: unknown) => void;
  readonly onCommit: (commit: Commit, nowMs: number) => void;
  readonly onReject: (transactions: readonly Transaction[], nowMs: number) => void;
  readonly onEvidence: (evidence: Evidence) => void;
  readonly onMalformed: (from: number, error: DecodeError) => void;
  /** The engine found its own rules broken; it is not fed any more. */
  readonly onFailure: (error: unknown) => void;
}

export function createEngineDriver(dependencies: EngineDriverDependencies): EngineDriver {
  const { engine, protocol, clock, engineClock } = dependencies;
  let isRunning = false;
  /** Failed or stopped: what comes now is discarded. */
  let isOver = false;
  /** Frames that came before `start`; peers start at slightly different times. */
  let early: { from: number; body: Uint8Array }[] = [];
  let earlyBytes = 0;
  const malformed = new Allowances(MALFORMED_MAX);
  const alarm = createAlarm({ clock, engineClock }, () => {
    gate.flush(); // it may be woken to propose
    feed({ kind: 'wake' });
  });

  const gate = createSubmissionGate({
    nowMs: clock.nowMs,
    after: clock.after,
    pass: (transactions) => feed({ kind: 'submit', transactions }),
  });

  const carryOut = (outputs: readonly Output[]): void => {
    // Read after the step: the time it took to verify what came is part of the latency.
    const nowMs = clock.nowMs();
    for (const output of outputs) {
      switch (output.kind) {
        case 'send':
          dependencies.send(
            output.to,
            protocol.traitsOf(output.message),
            frameOf(protocol.encode(output.message)),
          );
          break;
        case 'broadcast': {
          const traits = protocol.traitsOf(output.message);
          dependencies.broadcast(traits, frameOf(protocol.encode(output.message)));
          notePace(traits, nowMs);
          break;
        }
        case 'persist':
          dependencies.persist(output.state);
          break;
        case 'commit':
          dependencies.onCommit(output.commit, nowMs);
          break;
        case 'wake':
          alarm.set(output.atMs);
          break;
        case 'reject':
          dependencies.onReject(output.transactions, nowMs);
          break;
        case 'evidence':
          dependencies.onEvidence(output.evidence);
          break;
        default:
          output satisfies never;
      }
    }
  };

  const notePace = (traits: MessageTraits, nowMs: number): void => {
    const { proposedTransactions, flushesSubmissions } = traits;
    if (flushesSubmissions === 'soon') gate.leaderWaits();
    if (proposedTransactions !== null) gate.proposalSeen(proposedTransactions > 0, nowMs);
  };

  const guarded = (action: (nowMs: number) => readonly Output[]): void => {
    try {
      carryOut(action(engineClock.nowMs()));
    } catch (error) {
      end();
      dependencies.onFailure(error);
    }
  };

  const end = (): void => {
    isRunning = false;
    isOver = true;
    alarm.clear();
    gate.clear();
    early = [];
    earlyBytes = 0;
  };

  const keepForStart = (from: number, body: Uint8Array): void => {
    if (isOver || early.length >= EARLY_FRAMES_MAX) return;
    if (earlyBytes + body.length > EARLY_BYTES_MAX) return;
    early.push({ from, body });
    earlyBytes += body.length;
  };

  const feed = (input: Input): void => {
    if (isRunning) guarded((nowMs) => engine.step(nowMs, input));
  };

  const receive = (from: number, body: Uint8Array): void => {
    let message: EngineMessage;
    // Honest members send nothing malformed, and to see that it is takes as long as to decode it.
    if (!malformed.isFree(from, clock.nowMs())) return;
    try {
      if (!engine.isWanted(engineClock.nowMs(), from, protocol.decodeHeader(body))) return;
      message = protocol.decode(body);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      malformed.spend(from, 1, clock.nowMs());
      dependencies.onMalformed(from, error);
      return;
    }
    const traits = protocol.traitsOf(message);
    if (traits.flushesSubmissions === 'before') gate.flush();
    feed({ kind: 'message', from, message });
    notePace(traits, clock.nowMs());
    if (traits.flushesSubmissions === 'after') gate.flush();
  };

  return {
    start() {
      isRunning = true;
      guarded((nowMs) => engine.start(nowMs));
      const waiting = early;
      early = [];
      earlyBytes = 0;
      for (const { from, body } of waiting) {
        if (isRunning) receive(from, body);
      }
    },
    receive(from, body) {
      if (isRunning) receive(from, body);
      else keepForStart(from, body);
    },
    submit: gate.submit,
    status: () => engine.status(),
    clockMoved: alarm.rearm,
    nudge: () => feed({ kind: 'wake' }),
    stop: end,
  };
}

/** Of one member, before what it sends is dropped unseen for a while. */
const MALFORMED_MAX = { amount: 4, periodMs: 1_000 };
const EARLY_FRAMES_MAX = 4_096;
const EARLY_BYTES_MAX = 8 * 1024 * 1024;

interface Alarm {
  /** @param atMs by the engine's clock */
  set(atMs: number): void;
  rearm(): void;
  clear(): void;
}

/** Rings once at the time last set. Moving it later costs nothing: the timer in place re-arms. */
function createAlarm(
  { clock, engineClock }: Pick<EngineDriverDependencies, 'clock' | 'engineClock'>,
  ring: () => void,
): Alarm {
  let dueMs = Number.POSITIVE_INFINITY;
  let timerMs = Number.POSITIVE_INFINITY;
  let cancel: (() => void) | null = null;

  const waitMs = (): number => engineClock.dueMs(dueMs) - clock.nowMs();
  const arm = (): void => {
    cancel?.();
    timerMs = dueMs;
    cancel = clock.after(Math.max(0, Math.ceil(waitMs())), fire);
  };
  const fire = (): void => {
    cancel = null;
    timerMs = Number.POSITIVE_INFINITY;
    // A quarter of a millisecond early is on time: timers have no finer grain.
    if (waitMs() > 0.25) {
      if (dueMs !== Number.POSITIVE_INFINITY) arm();
      return;
    }
    dueMs = Number.POSITIVE_INFINITY;
    ring();
  };
  return {
    set(atMs) {
      dueMs = atMs;
      if (atMs < timerMs) arm();
    },
    rearm() {
      if (dueMs !== Number.POSITIVE_INFINITY) arm();
    },
    clear() {
      cancel?.();
      cancel = null;
      dueMs = Number.POSITIVE_INFINITY;
      timerMs = Number.POSITIVE_INFINITY;
    },
  };
}
