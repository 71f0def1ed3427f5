/** A scenario that came over the network, read as the command line reads a file. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { MatrixFile } from '../../config/matrix-of-scenario.ts';
import { matrixFilesOf, parseScenario, type ScenarioSource } from '../../config/parse-scenario.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Scenario } from '../../model/scenario.ts';
import type { ScenarioRequest } from '../api/scenarios.ts';

export interface SubmissionRules {
  /** Where the ready scenarios and their matrices are: the only files that are read. */
  readonly readyFolder: string;
  /** Whether a scenario may name a program to be started as a node. */
  readonly allowCommands: boolean;
}

/** @throws TestbedError CONFIG_INVALID, USAGE, REQUEST_REFUSED */
export async function readSubmission(
  { text, name, overrides, files }: ScenarioRequest,
  { readyFolder, allowCommands }: SubmissionRules,
): Promise<Scenario> {
  const source: ScenarioSource = {
    file: name,
    text: text ?? undefined,
    overrides,
    optionFor: ([key]) => (typeof key === 'string' ? `--${key}` : undefined),
  };
  const matrices = new Map<string, MatrixFile>();
  for (const wanted of matrixFilesOf(source)) {
    const sent = Object.hasOwn(files, wanted) ? files[wanted] : undefined;
    matrices.set(
      wanted,
      sent === undefined ? await readReady(wanted, readyFolder) : { file: wanted, text: sent },
    );
  }
  const scenario = parseScenario({ ...source, matrices });
  const commands = [scenario, ...(scenario.variations ?? []).map((one) => one.scenario)];
  if (!allowCommands && commands.some(({ command }) => command !== undefined)) {
    throw new TestbedError(
      'REQUEST_REFUSED',
      'This server starts no program of a scenario: `command`.',
      {
        hint: 'Whoever runs the server can allow it: testbed serve --allow-commands',
      },
    );
  }
  return scenario;
}

async function readReady(wanted: string, folder: string): Promise<MatrixFile> {
  const unreadable = 'it was not sent along, and the server reads ready matrices only';
  if (basename(wanted) !== wanted || wanted.startsWith('.')) return { file: wanted, unreadable };
  try {
    return { file: wanted, text: await readFile(join(folder, wanted), 'utf8') };
  } catch {
    return { file: wanted, unreadable };
  }
}
