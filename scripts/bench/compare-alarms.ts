/**
 * How often `compare` cries wolf, and how often it finds what is there: seeded simulations of the
 * blocks and sessions that the verb reads, judged by the same functions. Prints docs/compare-alarms.md.
 *
 *   node scripts/bench/compare-alarms.ts            the table, from seed 1
 *   node scripts/bench/compare-alarms.ts --seed 7   another stream of chance
 *
 * For real runs see compare-real.ts beside it.
 */
import { compareBlocks } from '../../controller/src/analyse/comparison/compare-blocks.ts';
import { compareHistory } from '../../controller/src/analyse/comparison/compare-history.ts';
import { compareSessions } from '../../controller/src/analyse/comparison/compare-sessions.ts';
import { decide } from '../../controller/src/analyse/comparison/decide.ts';
import type { Effect } from '../../controller/src/analyse/comparison/effect.ts';
import { measureSessionNoise } from '../../controller/src/analyse/comparison/session-noise.ts';
import { mean } from '../../controller/src/analyse/describe.ts';
import { createPrng, type Prng } from '../../controller/src/lib/prng.ts';

/** A host: repetitions scatter, blocks share an hour, and sessions differ. */
export interface Noise {
  readonly name: string;
  /** Coefficient of variation between repetitions, between blocks, and between sessions. */
  readonly repetition: number;
  readonly block: number;
  readonly session: number;
}

export const noises: readonly Noise[] = [
  { name: 'quiet: 3 %, sessions alike', repetition: 0.03, block: 0, session: 0 },
  { name: 'usual: 3 %, sessions 3 %', repetition: 0.03, block: 0.03, session: 0.03 },
  { name: 'drifting: 5 %, hours 10 %, sessions 6 %', repetition: 0.05, block: 0.1, session: 0.06 },
];

const blocks = 5;
const pastSessions = 6;

function normal(prng: Prng): number {
  const radius = Math.sqrt(-2 * Math.log(1 - prng.next()));
  return radius * Math.cos(2 * Math.PI * prng.next());
}

/** Repetitions of one session of a system that does `level`. */
function session(level: number, noise: Noise, prng: Prng): readonly number[] {
  const today = level * Math.exp(noise.session * normal(prng));
  return Array.from({ length: blocks }, () => today * Math.exp(noise.repetition * normal(prng)));
}

/** new / old of each block: the hour is in both, and cancels. */
function blockRatios(level: number, noise: Noise, prng: Prng): readonly number[] {
  const one = (hour: number, of: number): number =>
    of * hour * Math.exp(noise.repetition * normal(prng));
  return Array.from({ length: blocks }, () => {
    const hour = Math.exp(noise.block * normal(prng));
    return one(hour, level) / one(hour, 1);
  });
}

export type Design = 'paired-blocks' | 'history' | 'lone';

/** Whether a comparison of this design calls a system that does `level` of the old one a regression. */
export function callsRegression(design: Design, level: number, noise: Noise, prng: Prng): boolean {
  const past = Array.from({ length: pastSessions }, () => session(1, noise, prng));
  const known = measureSessionNoise(design === 'history' ? past : []);
  const effect = ((): Effect => {
    if (design === 'paired-blocks') return compareBlocks(blockRatios(level, noise, prng));
    const newest = session(level, noise, prng);
    if (design === 'lone') return compareSessions(past[0] ?? [], newest, known.tau);
    return compareHistory(mean(newest), {
      sessions: past.map(mean),
      withinSpread: 0,
      floor: 0.02,
    });
  })();
  const weighing = {
    adjustedP: effect.p,
    direction: 1,
    noise: known.noise,
    tau: known.tau,
    significance: 0.05,
  } as const;
  return decide(effect, weighing).outcome === 'regression';
}

/** Share of `trials` that are called a regression. */
export function alarmShare(design: Design, level: number, noise: Noise, options: Trials): number {
  const prng = createPrng(options.seed);
  let called = 0;
  for (let trial = 0; trial < options.trials; trial++) {
    if (callsRegression(design, level, noise, prng)) called++;
  }
  return called / options.trials;
}

export interface Trials {
  readonly seed: number;
  readonly trials: number;
}

export function renderTable(options: Trials): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const rows = noises.flatMap((noise) =>
    (['paired-blocks', 'history', 'lone'] as const).map((design) => {
      const shares = [1, 0.9, 0.8].map((level) =>
        percent(alarmShare(design, level, noise, options)),
      );
      return `| ${noise.name} | ${design} | ${shares.join(' | ')} |`;
    }),
  );
  return [
    '# How often a comparison is wrong',
    '',
    `Made by \`node scripts/bench/compare-alarms.ts --seed ${options.seed}\`: ${options.trials} simulated comparisons per cell, ${blocks}`,
    `repetitions (or blocks), ${pastSessions} past sessions, judged by the functions that \`testbed compare\` uses. A test`,
    'computes this table again. It is a simulation: noise is log-normal, which a real host is not always.',
    '',
    '| host | design | called worse, nothing changed | called worse, 10 % slower | called worse, 20 % slower |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    'A false alarm is the third column. Two lone sessions find little, on purpose: what one session differs',
    'from the next by is not known from two, so a slowdown has to stand out from an assumed 5 %. Decide with',
    'blocks of one run.',
    '',
  ].join('\n');
}

export const tableTrials: Trials = { seed: 1, trials: 300 };

if (import.meta.main) {
  const at = process.argv.indexOf('--seed');
  const seed = at === -1 ? tableTrials.seed : Number(process.argv[at + 1]);
  process.stdout.write(renderTable({ ...tableTrials, seed }));
}
