import { analyseRun } from '../../analyse/analyse-run.ts';
import { compareWithHistory } from '../../analyse/comparison/compare-with-history.ts';
import type { Severity } from '../../analyse/comparison/decide.ts';
import { assessRun } from '../../analyse/score/assess-run.ts';
import { findRun } from '../../conduct/find-run.ts';
import { loadHistory } from '../../conduct/load-history.ts';
import { exitCodes } from '../../errors/catalogue.ts';
import type { RunFinding } from '../../model/finding.ts';
import { renderScore } from '../../report/terminal-score.ts';
import type { Store } from '../../store/store.ts';
import type { Command } from '../command.ts';
import { withStore } from '../with-store.ts';

/** Earlier runs that a score looks at for a regression. */
const sessionsLooked = 20;

/** Rates a run, shows what the rating rests on, and what to do next. */
export const scoreCommand: Command = {
  name: 'score',
  summary: 'Rate a stored run, show what that rests on, and what to do next',
  positionals: [
    { name: 'run', describe: 'Run id, its beginning, or latest (the default)', required: false },
  ],
  options: {
    history: {
      kind: 'flag',
      describe: 'Also hold it against earlier runs: a regression caps the grade',
    },
  },
  examples: [
    ['score', 'the latest run'],
    ['score 20260102-03 --json', 'with every number that it rests on'],
    ['score --history', 'a critical regression against earlier runs caps it at C'],
  ],
  notes:
    'Five parts: scaling .30, saturation .20, latency .20, reliability .20, stability .10. What was not measured has no weight and is listed; capacity needs a load that is not carried (--vary load.rate=...). An upper threshold on latency.p99 in the scenario is the latency objective. A run of low quality is ungraded, with the reasons. score.seed is the formula of the document that this testbed began with. docs/comparing.md has the formulas.',
  async run(args, context) {
    const { output } = context;
    const run = args.positional('run') ?? 'latest';
    const withHistory = args.flag('history');
    const { finding, regression } = await withStore(context, (store) =>
      loadScored(run, store, withHistory),
    );
    const objectiveMs = objectiveOf(finding);
    const score = assessRun(finding, { objectiveMs, regression });
    if (output.json) output.printJson({ run: finding.run.id, objectiveMs, regression, score });
    else output.print(renderScore(score, output.columns));
    if (withHistory && regression === null) {
      output.note('Held against nothing: it is not comparable with enough runs before it.');
    }
    return exitCodes.ok;
  },
};

/** The regression is null where nothing was compared, which is not "none". */
async function loadScored(
  text: string,
  store: Store,
  withHistory: boolean,
): Promise<{ readonly finding: RunFinding; readonly regression: Severity | null }> {
  if (!withHistory) {
    const finding = analyseRun(await store.loadRun(await findRun(text, store)));
    return { finding, regression: null };
  }
  const { finding, histories } = await loadHistory(text, store, {
    limit: sessionsLooked,
    factors: [],
  });
  const { outcome, severity } = compareWithHistory(histories, 0.05);
  return { finding, regression: outcome === 'not-comparable' ? null : severity };
}

/** The tightest upper threshold on p99. */
function objectiveOf({ run }: RunFinding): number | null {
  const limits = (run.plan.scenario.thresholds ?? [])
    .filter(({ metric, sign }) => metric === 'latency.p99' && sign.startsWith('<'))
    .map(({ limit }) => limit);
  return limits.length === 0 ? null : Math.min(...limits);
}
