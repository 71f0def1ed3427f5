import { nameNodes } from '../model/name-nodes.ts';
import type { NetworkState } from '../model/network.ts';
import type { Witness } from '../model/timeline.ts';
import type {
  CountedLink,
  RateProbe,
  RoundTripProbe,
  RoundTrips,
  Shaper,
} from '../shape/shaper.ts';
import type { Sign } from './change-signs.ts';
import type { NodePair } from './choose-pairs.ts';
import {
  offeredRate,
  witnessOfCut,
  witnessOfLoss,
  witnessOfRate,
  witnessOfRoundTrips,
  witnessOfSettings,
} from './read-sign.ts';

/** Measures, beside the load and in a short time, whether a change of the network took effect. */

export interface SignOptions {
  readonly signal: AbortSignal;
  /** How long the state holds that is to be measured. */
  readonly holdsMs: number;
  /** That state, to be read back where nothing can be measured. */
  readonly state: NetworkState;
  /** Nodes that the change concerns. */
  readonly isConcerned: (sentence: string) => boolean;
}

const CUT_PROBES = 3;
const OPEN_PROBES = 5;
const ROUND_TRIP_PROBES = 15;
const PROBE_EVERY_MS = 30;
/** Of the time that a state holds, what may be taken for sending. */
const SHARE_OF_HOLD = 0.4;
const CUT_WAIT_MS_MAX = 300;
/** What a loss under userspace adds to an answer, and a busy host to any. */
const PATIENCE_MS = 500;
/** Losses that are to be expected; so many that few of them are no chance. */
const LOSSES_WANTED = 15;
const LOSS_PROBES_MAX = 600;
const LOSS_EVERY_MS = 5;
const RATE_MS = 400;
const RATE_BITS_MAX = 500_000_000;
const RATE_LIMIT_MS = 5_000;

/** @returns null where it cannot be told */
export async function measureSign(
  shaper: Shaper,
  sign: Sign,
  options: SignOptions,
): Promise<Witness | null> {
  switch (sign.kind) {
    case 'cut':
      // A link that is cut is known by its packets; that its rule stands is no trace.
      return probeCut(shaper, sign, options);
    case 'open':
      return (await probeCut(shaper, sign, options)) ?? readBack(shaper, options);
    case 'round-trip':
      return (await probeRoundTrips(shaper, sign, options)) ?? readBack(shaper, options);
    case 'loss':
      return (await probeLoss(shaper, sign, options)) ?? readBack(shaper, options);
    case 'rate':
      return (await probeRate(shaper, sign, options)) ?? readBack(shaper, options);
    case 'settings':
      return readBack(shaper, options);
  }
}

type CutSign = Extract<Sign, { readonly answerMs: number }>;
type LinkSign = Extract<Sign, { readonly toRegion: number }>;

async function probeCut(
  shaper: Shaper,
  { kind, pairs, answerMs }: CutSign,
  options: SignOptions,
): Promise<Witness | null> {
  const isCut = kind === 'cut';
  const patienceMs = isCut ? CUT_WAIT_MS_MAX : 1.5 * answerMs + PATIENCE_MS;
  const timeoutMs = Math.ceil(Math.min(patienceMs, Math.max(1, options.holdsMs / 4)));
  const count = isCut ? CUT_PROBES : OPEN_PROBES;
  const answers = await probe(
    shaper,
    pairs,
    { count, intervalMs: PROBE_EVERY_MS, timeoutMs },
    options,
  );
  const { sent, answered } = totalOf(answers);
  return witnessOfCut(isCut ? 'cut' : 'open', wherePairs(pairs), { sent, through: answered });
}

async function probeRoundTrips(
  shaper: Shaper,
  sign: LinkSign,
  options: SignOptions,
): Promise<Witness | null> {
  const { pairs, answerMs } = sign;
  const count = affordable(ROUND_TRIP_PROBES, PROBE_EVERY_MS, options);
  const timeoutMs = Math.ceil(1.5 * Math.max(answerMs, sign.before) + PATIENCE_MS);
  const order = { count, intervalMs: PROBE_EVERY_MS, timeoutMs };
  return witnessOfRoundTrips(sign, wherePairs(pairs), await probe(shaper, pairs, order, options));
}

/** In userspace a loss only delays, and is counted by who sends. */
async function probeLoss(
  shaper: Shaper,
  sign: LinkSign,
  options: SignOptions,
): Promise<Witness | null> {
  const { pairs, before, asked, answerMs } = sign;
  const wanted = Math.ceil(LOSSES_WANTED / Math.abs(asked - before) / pairs.length);
  const count = affordable(Math.min(LOSS_PROBES_MAX, wanted), LOSS_EVERY_MS, options);
  const timeoutMs = Math.ceil(1.5 * answerMs + PATIENCE_MS);
  const order = { count, intervalMs: LOSS_EVERY_MS, timeoutMs };
  if (shaper.kind === 'userspace') {
    const first = await shaper.counters(options);
    await probe(shaper, pairs, order, options);
    const losses = lossesBetween(first, await shaper.counters(options), sign);
    return witnessOfLoss(sign, wherePairs(pairs), { ...losses, what: 'segments' });
  }
  const { sent, answered } = totalOf(await probe(shaper, pairs, order, options));
  const losses = { sent, lost: sent - answered, what: 'round trips' };
  return witnessOfLoss(sign, wherePairs(pairs), losses);
}

async function probeRate(
  shaper: Shaper,
  sign: LinkSign,
  options: SignOptions,
): Promise<Witness | null> {
  const pairs = sign.pairs.slice(0, 1);
  const probes = pairs.map(
    (pair): RateProbe => ({
      ...pair,
      durationMs: Math.max(1, Math.min(RATE_MS, Math.floor(SHARE_OF_HOLD * options.holdsMs))),
      rateBitsPerSec: offeredRate(sign),
      timeoutMs: Math.ceil(sign.answerMs + PATIENCE_MS),
      shares: [],
    }),
  );
  const bounds = { limitMs: RATE_LIMIT_MS, bitsPerSecMax: RATE_BITS_MAX, hostShare: 1 };
  const readings = await shaper.probeRates(probes, { ...bounds, signal: options.signal });
  return witnessOfRate(sign, wherePairs(pairs), readings);
}

function affordable(wanted: number, everyMs: number, { holdsMs }: SignOptions): number {
  return Math.max(1, Math.min(wanted, Math.floor((SHARE_OF_HOLD * holdsMs) / everyMs)));
}

function totalOf(answers: readonly RoundTrips[]): {
  readonly sent: number;
  readonly answered: number;
} {
  const sum = (of: (one: RoundTrips) => number): number =>
    answers.reduce((all, one) => all + of(one), 0);
  return { sent: sum(({ sent }) => sent), answered: sum(({ rttMs }) => rttMs.length) };
}

async function readBack(
  shaper: Shaper,
  { state, signal, isConcerned }: SignOptions,
): Promise<Witness> {
  const differences = await shaper.inspect(state, { signal });
  return witnessOfSettings(differences.filter(isConcerned));
}

function probe(
  shaper: Shaper,
  pairs: readonly NodePair[],
  order: Omit<RoundTripProbe, 'fromNode' | 'toNode'>,
  { signal }: SignOptions,
): Promise<readonly RoundTrips[]> {
  return shaper.probeRoundTrips(
    pairs.map((pair) => ({ ...pair, ...order })),
    { signal },
  );
}

/** What the senders of the pairs counted towards the regions that they were probed in. */
function lossesBetween(
  first: readonly CountedLink[],
  last: readonly CountedLink[],
  { pairs, toRegion }: LinkSign,
): { readonly sent: number; readonly lost: number } {
  const senders = new Set(pairs.map(({ fromNode }) => fromNode));
  const sum = (links: readonly CountedLink[]) =>
    links
      .filter((link) => senders.has(link.nodeIndex) && link.toRegion === toRegion)
      .reduce(
        (all, { packets, dropped }) => ({
          sent: all.sent + packets + dropped,
          lost: all.lost + dropped,
        }),
        { sent: 0, lost: 0 },
      );
  const [before, after] = [sum(first), sum(last)];
  // Of a node that began anew meanwhile: what it counted since.
  if (after.sent < before.sent) return after;
  return { sent: after.sent - before.sent, lost: after.lost - before.lost };
}

function wherePairs(pairs: readonly NodePair[]): string {
  const [first] = pairs;
  if (first === undefined) return '';
  const where = `from node ${first.fromNode} to node ${first.toNode}`;
  return pairs.length === 1
    ? where
    : `from ${nameNodes(pairs.map(({ fromNode }) => fromNode))} to ${nameNodes(pairs.map(({ toNode }) => toNode))}`;
}
