/** What a command line asks to be run, for a server: the texts, not what they mean. */
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { filesOf } from '../../config/parse-scenario.ts';
import { limits } from '../../config/schema.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import { fileReason } from '../../lib/file-reason.ts';
import type { Submission } from '../../serve/api/queue.ts';
import type { Arguments, CommandContext } from '../command.ts';
import { executeOptionsOf } from '../execute-scenario.ts';
import { readOverridesOf } from '../scenario-options.ts';

/** @throws TestbedError CONFIG_UNREADABLE, USAGE */
export async function submissionOf(
  args: Arguments,
  file: string | undefined,
  context: CommandContext,
): Promise<Submission> {
  const overrides = readOverridesOf(args, file !== undefined);
  const { text, folder } = await readTextOf(file, context);
  const name = file === '-' ? 'standard input' : (file ?? 'the command line');
  const named = filesOf({ file: name, text: text ?? undefined, overrides });
  const files: Record<string, string> = {};
  for (const wanted of [...named.matrices, ...named.edges]) {
    // One that cannot be read here may be a ready one of the server, which says so if it is not.
    const path = isAbsolute(wanted) ? wanted : join(folder, wanted);
    const content = await readFile(path, 'utf8').catch(() => null);
    if (content !== null) files[wanted] = content;
  }
  const told = overrides.map(({ path, value, option }) => ({ path: [...path], value, option }));
  return { text, name: name.slice(-200), overrides: told, files, ...executeOptionsOf(args) };
}

async function readTextOf(
  file: string | undefined,
  { environment, interrupts }: CommandContext,
): Promise<{ readonly text: string | null; readonly folder: string }> {
  const { cwd, stdin } = environment;
  if (file === undefined) return { text: null, folder: cwd };
  if (file === '-') {
    const bytes = await stdin.read(limits.fileBytesMax + 1, interrupts.stop);
    return { text: Buffer.from(bytes).toString('utf8'), folder: cwd };
  }
  const path = isAbsolute(file) ? file : join(cwd, file);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new TestbedError(
      'CONFIG_UNREADABLE',
      `The scenario file ${file} cannot be read: ${fileReason(cause)}.`,
      {
        hint: 'Ready scenarios are in the folder topologies/.',
        cause,
      },
    );
  });
  return { text, folder: dirname(path) };
}
