import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { makeFolder } from '../lib/make-folder.ts';
import type { HostFacts } from '../model/record.ts';

/**
 * A canary: a fixed piece of arithmetic, timed before and after each repetition while no node of
 * ours runs. If it takes longer than this host has shown it can, somebody else uses the host (or
 * its clock is throttled), also where no counter tells. Adapter: reads the clock and one file.
 */
export interface Canary {
  /** About 0.2 s. @throws the signal's reason */
  sing(options: { readonly signal: AbortSignal }): Promise<CanaryReading>;
}

export interface CanaryReading {
  /** Over the loops of this song. The tail is what foreign load moves first. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Lowest p95 ever seen on this host, this song included. */
  readonly bestP95Ms: number;
  /** p95Ms / bestP95Ms, >= 1. */
  readonly ratio: number;
}

export interface CanaryOptions {
  readonly dataFolder: string;
  /** Songs are compared only between equal fingerprints; see `hostFingerprint`. */
  readonly fingerprint: string;
  /** Default 5,000,000: about 5 ms on a core of 2.5 to 3 GHz. */
  readonly roundsPerLoop?: number;
}

const LOOPS = 40;
/** Untimed, so that the timed loops run as compiled code. */
const LOOPS_TO_COMPILE = 5;
/** Part of the fingerprint: changing it starts anew. */
const ROUNDS_PER_LOOP = 5_000_000;
const FILE_NAME = 'canary.json';
/** Hosts remembered in one data folder; beyond that the file starts anew. */
const HOSTS_MAX = 200;

const fileSchema = z.record(z.string(), z.number().positive());

/** What must be equal for two timings of the same arithmetic to be comparable. */
export function hostFingerprint(host: HostFacts, nodeVersion: string): string {
  const { cpuModel, cores, kernel, hostname } = host;
  return [hostname, cpuModel, `${cores} cores`, kernel, nodeVersion, `${ROUNDS_PER_LOOP}`].join(
    '|',
  );
}

export function createCanary(options: CanaryOptions, { clock }: { readonly clock: Clock }): Canary {
  const path = join(options.dataFolder, FILE_NAME);
  const rounds = options.roundsPerLoop ?? ROUNDS_PER_LOOP;
  let bestHere = Number.POSITIVE_INFINITY;
  return {
    async sing({ signal }) {
      for (let loop = 0; loop < LOOPS_TO_COMPILE; loop++) spin(rounds / 10);
      const timesMs: number[] = [];
      for (let loop = 0; loop < LOOPS; loop++) {
        // Lets the controller answer between loops; no loop is timed across a turn.
        await nextTurn();
        signal.throwIfAborted();
        const beganMs = clock.monotonicMs();
        spin(rounds);
        timesMs.push(clock.monotonicMs() - beganMs);
      }
      const p95Ms = percentile(timesMs, 0.95);
      const known = await readBests(path);
      const stored = known[options.fingerprint] ?? Number.POSITIVE_INFINITY;
      bestHere = Math.min(bestHere, stored, p95Ms);
      if (bestHere < stored) await writeBest(path, known, options.fingerprint, bestHere);
      return {
        p50Ms: percentile(timesMs, 0.5),
        p95Ms,
        bestP95Ms: bestHere,
        ratio: p95Ms / bestHere,
      };
    },
  };
}

/** A chain of dependent integer operations that no compiler can shorten. */
function spin(rounds: number): number {
  // Taken out of the loop: a global is looked up slowly where Node runs code in a context.
  const { imul } = Math;
  let state = 1;
  for (let round = 0; round < rounds; round++) state = (imul(state, 1664525) + 1013904223) | 0;
  return state;
}

/** Nearest rank. @param values at least one */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number; // length >= 1
}

/** An absent, broken or overgrown file is an empty memory: the next best is written over it. */
async function readBests(path: string): Promise<Record<string, number>> {
  try {
    const bests = fileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    return Object.keys(bests).length > HOSTS_MAX ? {} : bests;
  } catch {
    return {};
  }
}

/**
 * Replaces the file in one step. Failing to is no reason to fail a run: the best is then known
 * to this process alone.
 */
async function writeBest(
  path: string,
  known: Record<string, number>,
  fingerprint: string,
  bestMs: number,
): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  try {
    await makeFolder(dirname(path));
    await writeFile(temporary, `${JSON.stringify({ ...known, [fingerprint]: bestMs }, null, 2)}\n`);
    await rename(temporary, path);
  } catch {
    // See above.
  }
}
