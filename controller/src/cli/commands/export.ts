import { type ResultFormat, writeFormats } from '../../conduct/write-results.ts';
import { exitCodes } from '../../errors/catalogue.ts';
import type { Command } from '../command.ts';
import { loadStored } from '../load-stored.ts';
import { resolvePath, shortenPath } from '../print-result.ts';

/** Writes a stored run as files for other programs. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'Write a stored run as JSON and CSV files',
  positionals: [
    { name: 'run', describe: 'Run id, its beginning, or latest (the default)', required: false },
  ],
  options: {
    format: {
      kind: 'text',
      describe: 'What to write',
      choices: ['json', 'csv', 'html', 'all'],
      defaultText: 'all',
    },
    output: {
      kind: 'text',
      describe: 'Folder to write to; made if it is not there',
      value: 'folder',
      defaultText: './<run id>',
    },
  },
  examples: [
    ['export latest', 'result.json, five CSV tables and report.html'],
    ['export latest --format csv --output results', 'only the tables'],
  ],
  notes: 'Columns and fields carry their unit in the name. docs/results.md says what they hold.',
  async run(args, context) {
    const { output, environment } = context;
    const result = await loadStored(args.positional('run') ?? 'latest', context);
    const runId = result.finding.run.id;
    const folder = resolvePath(args.text('output') ?? runId, environment);
    const files = await writeFormats(result, {
      folder,
      formats: readFormat(args.text('format')),
      environment,
    });
    if (output.json) output.printJson({ run: runId, files });
    else output.print(files.map(({ path }) => shortenPath(path, output)).join('\n'));
    return exitCodes.ok;
  },
};

function readFormat(text: string | undefined): readonly ResultFormat[] {
  return text === 'json' || text === 'csv' || text === 'html' ? [text] : ['html', 'json', 'csv'];
}
