/**
 * The shape of a profile in a scenario file: how a link treats packets, as a name, a round trip or
 * a block. What follows from its keys together is in build-profile.ts.
 */
import { z } from 'zod';
import { adviceOf } from '../lib/unit-advice.ts';
import { parseDurationMs } from '../lib/units.ts';
import { bitRate, duration, note, type Parsed, percent, readQuantity, written } from './fields.ts';
import { profileNames } from './ready-profiles.ts';

export const rttMsMax = 60_000;
const queuePacketsMax = 1_000_000;

/** A round trip in ms: two ends of a range, or one value twice. */
export interface RttRange {
  readonly lowMs: number;
  readonly highMs: number;
}

export const profileWords = profileNames.join(', ');
const rttForm = 'a round trip such as 80ms, or a range such as 50-100ms, up to 60s';
export const profileForm = `one of ${profileWords}, a round trip such as 80ms or 50-100ms, or a block with rtt, loss, rate ...`;
const lossForm = 'a percentage such as 0.1%, up to 99%, or {burst: {enter: 1%, leave: 30%}}';
const rateForm = 'a rate such as 10Mbit, from 8kbit to 100Gbit';
const rtt = written(readRtt).meta({ type: 'string' });

const link = z.strictObject({
  like: note(z.enum(profileNames).optional(), {
    description: 'The ready profile to start from; the other keys change it.',
    form: `one of ${profileWords}`,
    defaultText: '`ideal`',
  }),
  rtt: note(rtt.optional(), {
    description:
      'The round trip that a ping shows; each direction gets half. A range is spread evenly (uniform).',
    form: rttForm,
    defaultText: '0ms',
  }),
  distribution: note(z.enum(['fixed', 'uniform', 'normal', 'pareto']).optional(), {
    description: 'How round trips spread around `rtt` where `jitter` is given.',
    form: 'one of fixed, uniform, normal, pareto',
    defaultText: '`normal` with jitter, `uniform` for a range, else `fixed`',
  }),
  jitter: note(duration(0, rttMsMax).optional(), {
    description:
      'Spread of the round trip: its standard deviation (normal, pareto) or half its width (uniform). Order is kept unless `reorder` is set.',
    form: 'a duration such as 10ms',
    defaultText: 'none',
  }),
  correlation: note(percent().optional(), {
    description:
      'How much the delay of a packet follows the one before. The kernel applies it to its random numbers, where it shows little.',
    form: 'a percentage such as 25%',
    defaultText: '0%',
  }),
  loss: note(
    z
      .union([
        percent(0.99),
        z.strictObject({
          burst: note(
            z.strictObject({
              enter: note(percent(), {
                description: 'Per packet: from the good state to the bad one.',
                form: 'a percentage such as 1%',
              }),
              leave: note(percent(), {
                description: 'Per packet: from the bad state back to the good one.',
                form: 'a percentage such as 30%',
              }),
              bad: note(percent().optional(), {
                description: 'Loss in the bad state.',
                form: 'a percentage such as 50%',
                defaultText: '100%',
              }),
              good: note(percent().optional(), {
                description: 'Loss in the good state.',
                form: 'a percentage such as 0%',
                defaultText: '0%',
              }),
            }),
            {
              description: 'Losses that come together (Gilbert-Elliott).',
              form: 'a block with enter and leave, and bad and good if they are not 100% and 0%',
            },
          ),
        }),
      ])
      .optional(),
    {
      description:
        'Share of packets lost, in each direction. Independent, or in bursts: `{burst: {enter, leave, bad, good}}`, the two states of Gilbert and Elliott.',
      form: lossForm,
      defaultText: '0%',
    },
  ),
  duplicate: note(percent(0.99).optional(), {
    description: 'Share of packets delivered twice (netem only).',
    form: 'a percentage such as 0.1%',
    defaultText: '0%',
  }),
  corrupt: note(percent(0.99).optional(), {
    description: 'Share of packets with one bit turned (netem only).',
    form: 'a percentage such as 0.01%',
    defaultText: '0%',
  }),
  reorder: note(z.boolean().optional(), {
    description: 'Lets jitter make packets overtake each other (netem only).',
    form: 'true or false',
    defaultText: '`false`',
  }),
  rate: note(
    z
      .union([
        bitRate(8_000, 100e9),
        z.strictObject({
          up: note(bitRate(8_000, 100e9).optional(), {
            description: 'What a node can send.',
            form: rateForm,
          }),
          down: note(bitRate(8_000, 100e9).optional(), {
            description: 'What a node can receive.',
            form: rateForm,
          }),
        }),
      ])
      .optional(),
    {
      description:
        'Of `network.profile` and of a group: the access link of each node, all its traffic together, `{up, down}` if they differ. Between two regions: what each node can send that way.',
      form: `${rateForm}, or {up: 10Mbit, down: 50Mbit}`,
      defaultText: 'unlimited',
    },
  ),
  queue: note(z.int().min(1).max(queuePacketsMax).optional(), {
    description: 'Packets that may wait, those under way included (netem only).',
    form: 'a whole number from 1 to 1000000',
    defaultText: '1.5 x rate x delay, at least 1000',
  }),
});
export type RawLink = z.infer<typeof link>;

/** A ready profile's name, a round trip, or a block. */
export type RawProfile = string | RttRange | RawLink;

export const profileText = written(readProfileText).meta({ type: 'string' });
export const profileSchema = z.union([profileText, link]);

function readRtt(value: unknown): Parsed<RttRange> {
  const range = { min: 0, max: rttMsMax };
  const ends =
    typeof value === 'string'
      ? /^\s*([\d.]+)\s*([A-Za-zµμ]*)\s*-\s*([\d.]+\s*[A-Za-zµμ]*)\s*$/.exec(value)
      : null;
  if (ends === null) {
    const one = readQuantity(value, parseDurationMs, range);
    if (one.kind === 'ok') return { ...one, value: { lowMs: one.value, highMs: one.value } };
    return (typeof value === 'string' ? readSpread(value) : undefined) ?? one;
  }
  const [, number = '', ownUnit = '', upper = ''] = ends;
  // `50-100ms`: the unit is said once.
  const unit = ownUnit === '' ? (/[A-Za-zµμ]+$/.exec(upper)?.[0] ?? '') : ownUnit;
  const low = readQuantity(`${number}${unit}`, parseDurationMs, range);
  const high = readQuantity(upper, parseDurationMs, range);
  if (low.kind === 'refused') return high.kind === 'refused' ? joinEnds(low, high) : low;
  if (high.kind === 'refused') return high;
  if (low.value > high.value) {
    return { kind: 'refused', problem: 'out-of-range', why: 'the range ends before it starts' };
  }
  return { kind: 'ok', value: { lowMs: low.value, highMs: high.value } };
}

type Refusal = Extract<Parsed<number>, { kind: 'refused' }>;

/** What is to be written is the whole range: `50-100ms`. */
function joinEnds(low: Refusal, high: Refusal): Refusal {
  const { readings: lows = [] } = low;
  const { readings: highs = [] } = high;
  const readings = lows.flatMap(({ text, value, when }, index) => {
    const upper = highs[index]?.text;
    if (upper === undefined) return [];
    const unit = /[a-z]+$/.exec(upper)?.[0] ?? '';
    const lower = text.endsWith(unit) ? text.slice(0, text.length - unit.length) : text;
    return [{ text: `${lower}-${upper}`, value, ...(when === undefined ? {} : { when }) }];
  });
  const why = `${low.why.split('; write ')[0]}; ${adviceOf(readings)}`;
  return readings.length === 0 ? low : { ...low, why, readings };
}

/** `80ms 5ms` as tc writes it, and `80ms ± 5ms`. */
function readSpread(value: string): Refusal | undefined {
  const [, rtt = '', jitter = ''] =
    /^\s*([\d.]+\s*[a-z]+)\s*(?:\s|±|\+\/?-)\s*([\d.]+\s*[a-z]+)\b/.exec(value) ?? [];
  const isBoth = [rtt, jitter].every((one) => parseDurationMs(one).kind === 'ok');
  if (!isBoth) return undefined;
  const why = `a spread has its own key; write {rtt: ${rtt}, jitter: ${jitter}}, both of the round trip`;
  return { kind: 'refused', problem: 'wrong-unit', why };
}

function readProfileText(value: unknown): Parsed<string | RttRange> {
  if (typeof value !== 'string') return readRtt(value);
  if (/^\s*[-\d.]/.test(value)) return readRtt(value);
  const found = profileNames.find((name) => name === value);
  if (found !== undefined) return { kind: 'ok', value: found };
  const why = 'there is no such profile';
  return { kind: 'refused', problem: 'not-one-of', why, candidates: profileNames };
}
