import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import {
  type SimulationCosts,
  simulationCostsSchema,
} from '../../../../node-image/src/contract/index.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { calibrateCosts } from './calibrate-costs.ts';

/**
 * What work costs on this machine, measured once and kept: simulations that are to be the same have
 * to reckon with the same.
 */
export async function keptCosts(dataFolder: string, nowMs: () => number): Promise<SimulationCosts> {
  const path = join(dataFolder, 'simulation-costs.json');
  const machine = `${cpus()[0]?.model ?? ''} ${process.version}`;
  const kept = keptSchema.safeParse(await readJson(path));
  if (kept.success && kept.data.machine === machine) return kept.data.costs;
  const costs = calibrateCosts(nowMs);
  await makeFolder(dataFolder);
  await writeFile(path, `${JSON.stringify({ machine, costs }, null, 2)}\n`);
  return costs;
}

const keptSchema = z.object({ machine: z.string(), costs: simulationCostsSchema });

/** Undefined where there is none that can be read: it is made anew. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
