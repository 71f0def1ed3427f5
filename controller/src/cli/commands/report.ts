import {
  jsonResult,
  type ResultFile,
  renderReport,
  writeText,
} from '../../conduct/write-results.ts';
import { exitCodes } from '../../errors/catalogue.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Command, CommandContext } from '../command.ts';
import { loadStored } from '../load-stored.ts';
import { printResult, resolvePath } from '../print-result.ts';
import { findRemoteRun, loadRemoteResult } from '../remote/remote-result.ts';
import { createServerClient } from '../remote/server-client.ts';
import { serverOption } from '../remote/server-option.ts';

/** Prints the result of a stored run, as `run` printed it. */
export const reportCommand: Command = {
  name: 'report',
  summary: 'Print the result of a stored run, or write its HTML report',
  positionals: [
    { name: 'run', describe: 'Run id, its beginning, or latest (the default)', required: false },
  ],
  options: {
    output: {
      kind: 'text',
      describe: 'Also write the HTML report, one file that needs no network',
      value: 'file.html',
    },
    server: serverOption,
  },
  examples: [
    ['report', 'the latest result'],
    ['report 20260102-030405-ab12 --output a.html', 'a certain one, also as a page'],
    ['report latest --json', 'headline, figures and records as data'],
  ],
  notes: 'Figures are computed anew from the stored records each time.',
  async run(args, context) {
    const { output, environment } = context;
    const target = args.text('output');
    if (target !== undefined && !/\.html?$/i.test(target)) {
      throw new TestbedError('USAGE', `--output writes HTML, and "${target}" is no .html file.`, {
        hint: 'For JSON and CSV files: testbed export.',
      });
    }
    const run = args.positional('run') ?? 'latest';
    const server = args.text('server');
    if (server !== undefined) return reportRemotely(run, { server, target }, context);
    const result = await loadStored(run, context);
    const files: ResultFile[] = [];
    if (target !== undefined) {
      const path = resolvePath(target, environment);
      await writeText(path, renderReport(result, environment));
      files.push({ label: 'report', path });
    }
    if (output.json) output.printJson({ ...jsonResult(result), files });
    else printResult(result, files, output);
    return exitCodes.ok;
  },
};

/** The same of a run that a server has stored. */
async function reportRemotely(
  text: string,
  { server, target }: { readonly server: string; readonly target: string | undefined },
  context: CommandContext,
): Promise<number> {
  const { output, environment } = context;
  const client = createServerClient(server, context);
  const id = await findRemoteRun(text, client);
  const { document, finding } = await loadRemoteResult(id, client);
  const files: ResultFile[] = [];
  if (target !== undefined) {
    const path = resolvePath(target, environment);
    await writeText(path, await client.text(`/api/v1/runs/${id}/report`));
    files.push({ label: 'report', path });
  }
  if (output.json) output.printJson({ ...document, files });
  else printResult({ finding }, files, output);
  return exitCodes.ok;
}
