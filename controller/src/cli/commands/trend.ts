import { metricNames } from '../../analyse/comparison/compared-metrics.ts';
import { traceHistories } from '../../analyse/trend/trace-history.ts';
import { loadHistory } from '../../conduct/load-history.ts';
import { exitCodes } from '../../errors/catalogue.ts';
import { renderTrends } from '../../report/terminal-trend.ts';
import { checkFactors } from '../check-factors.ts';
import type { Command } from '../command.ts';
import { readLimit } from '../read-limit.ts';
import { withStore } from '../with-store.ts';

const limitDefault = 50;

/** Improving, stable, degrading or volatile, over comparable runs. */
export const trendCommand: Command = {
  name: 'trend',
  summary: 'Say whether runs of one scenario improve, degrade or scatter over time',
  positionals: [
    {
      name: 'run',
      describe: 'The newest run: id, its beginning, or latest (the default)',
      required: false,
    },
  ],
  options: {
    metric: {
      kind: 'list',
      describe: 'Figure to look at; may be repeated',
      value: 'name',
      choices: metricNames,
      defaultText: 'throughput, latency.p99, success',
    },
    limit: {
      kind: 'text',
      describe: 'How many earlier runs to look at',
      value: 'count',
      defaultText: String(limitDefault),
    },
    factor: {
      kind: 'list',
      describe: 'What may differ between the runs; may be repeated',
      value: 'key',
    },
  },
  examples: [
    ['trend', 'the latest run and those of the same name before it'],
    ['trend latest --metric latency.p50', 'another figure'],
    ['trend --json', 'with change points, intervals and every session'],
  ],
  notes:
    'A session is one point: repetitions inside it make no trend surer. Only comparable runs count (docs/comparing.md). improving, degrading: Mann-Kendall p < .05 and a Theil-Sen drift of at least 5 % over the history; volatile: sessions scatter by more than 15 %; below five sessions nothing is said. A change point is a hint for an interleaved comparison, not a verdict.',
  async run(args, context) {
    const { output } = context;
    const limit = readLimit(args.text('limit'), limitDefault);
    const factors = args.list('factor');
    const { finding, histories } = await withStore(context, (store) =>
      loadHistory(args.positional('run') ?? 'latest', store, { limit, factors }),
    );
    checkFactors(factors, finding.run, 'trend');
    const metrics = args.list('metric');
    const trends = traceHistories(histories, metrics.length === 0 ? undefined : metrics);
    if (output.json) output.printJson({ run: finding.run.id, trends });
    else output.print(renderTrends(trends, output.columns));
    return exitCodes.ok;
  },
};
