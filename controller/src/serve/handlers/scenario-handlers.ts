import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { planHere } from '../../conduct/plan-here.ts';
import { describeError } from '../../errors/describe-error.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Scenario } from '../../model/scenario.ts';
import { wordCell } from '../../model/word-cell.ts';
import type { Problem } from '../api/parts.ts';
import type { Validation } from '../api/scenarios.ts';
import type { Answer } from '../http/answer.ts';
import type { Handlers } from '../http/call.ts';
import { readSubmission, type SubmissionRules } from '../queue/read-submission.ts';
import type { ServerParts } from '../server-parts.ts';

type ScenarioHandlers = Pick<
  Handlers,
  'listScenarios' | 'getScenario' | 'getScenarioSchema' | 'validateScenario' | 'planScenario'
>;

const planColumns = 100;

/** Scenarios: ready ones, and what the command line would say of a text. */
export function createScenarioHandlers(parts: ServerParts): ScenarioHandlers {
  const { rules, workshop } = parts;
  return {
    listScenarios: async () => ({ kind: 'json', value: await listReady(rules) }),
    getScenario: async ({ params }) => {
      const { name } = params;
      const text = await readFile(join(rules.readyFolder, name), 'utf8').catch((cause: unknown) => {
        throw new TestbedError('CONFIG_UNREADABLE', `There is no ready scenario ${name}.`, {
          hint: 'The list: GET /api/v1/scenarios',
          cause,
        });
      });
      return { kind: 'json', value: { name, text } };
    },
    getScenarioSchema: async () => {
      const text = await readFile(join(rules.readyFolder, 'scenario.schema.json'), 'utf8');
      return { kind: 'text', type: 'application/json', text };
    },
    validateScenario: async ({ body }) => {
      try {
        const scenario = await readSubmission(body, rules);
        return { kind: 'json', value: validOf(scenario) };
      } catch (error) {
        if (!(error instanceof TestbedError)) throw error;
        return { kind: 'json', value: invalidOf(error) };
      }
    },
    planScenario: async ({ body, signal }): Promise<Answer> => {
      const scenario = await readSubmission(body, rules);
      const planned = await planHere(scenario, body, { workshop, signal });
      const { plan, capacity, hosts, error } = planned;
      const text = parts.formatPlan(plan, capacity, hosts, planColumns);
      const cells = plan.cells.map((cell) => ({
        id: cell.id,
        title: wordCell(cell),
        nodeCount: cell.nodeCount,
        repetitions: plan.order.filter(({ cellId }) => cellId === cell.id).length,
      }));
      const { hash } = plan;
      const { warnings, durationMs } = capacity;
      const told = { text, hash, durationMs, cells, warnings, plan, capacity, hosts };
      const failure = error === null ? null : describeError(error);
      return { kind: 'json', value: { ...told, error: failure } };
    },
  };
}

function validOf(scenario: Scenario): Validation {
  const { variations, nodes, name } = scenario;
  const of = variations?.map((one) => one.scenario) ?? [scenario];
  const cells = of.reduce((sum, one) => sum + one.nodes.length, 0);
  const repetitions = of.reduce((sum, one) => sum + one.nodes.length * one.repetitions, 0);
  const summary = { name, sizes: [...nodes], cells, repetitions };
  return { isValid: true, message: null, problems: [], summary };
}

/** As config/problem.ts puts them into the details of its error. */
const detailSchema = z.object({
  problems: z.array(
    z.object({
      code: z.string(),
      path: z.string(),
      line: z.number().optional(),
      column: z.number().optional(),
      option: z.string().optional(),
      message: z.string(),
      expected: z.string().optional(),
      suggestion: z.string().optional(),
    }),
  ),
});

function invalidOf(error: TestbedError): Validation {
  const parsed = detailSchema.safeParse(error.details);
  const nowhere = { path: '', line: null, column: null, expected: null, suggestion: null };
  const problems: Problem[] = parsed.success
    ? parsed.data.problems.map(({ code, path, line, column, message, expected, suggestion }) => ({
        ...{ code, path, message },
        line: line ?? null,
        column: column ?? null,
        expected: expected ?? null,
        suggestion: suggestion ?? null,
      }))
    : [{ ...nowhere, code: error.code, message: error.message }];
  return { isValid: false, message: error.message, problems, summary: null };
}

/** One that cannot be read is left out: a person may have put anything there. */
async function listReady(rules: SubmissionRules) {
  const files = await readdir(rules.readyFolder);
  const names = files.filter((name) => name.endsWith('.yaml')).sort();
  const scenarios = await Promise.all(
    names.map((name) => describeReady(name, rules).catch(() => null)),
  );
  return { scenarios: scenarios.filter((one) => one !== null) };
}

async function describeReady(name: string, rules: SubmissionRules) {
  const text = await readFile(join(rules.readyFolder, name), 'utf8');
  const [, question = ''] = /^# Question: (.+(?:\n# .+)*)/m.exec(text) ?? [];
  const scenario = await readSubmission({ text, name, overrides: [], files: {} }, rules);
  const { name: title, description, runtime, nodes } = scenario;
  const asked = question.replaceAll('\n# ', ' ');
  return { name, title, description, question: asked, runtime, sizes: [...nodes] };
}
