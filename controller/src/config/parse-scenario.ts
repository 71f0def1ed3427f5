/**
 * Text (and options of the command line that override it) -> frozen Scenario, or one error with
 * every problem. Never touches the machine: no file, no clock, no Docker.
 */
import { deepFreeze } from '../lib/freeze.ts';
import type { Scenario } from '../model/scenario.ts';
import { checkScenario } from './check-scenario.ts';
import { explainIssue, type Locate, textOf } from './explain-issue.ts';
import { type Path, parseYaml } from './parse-yaml.ts';
import { type ConfigProblem, createConfigError } from './problem.ts';
import { type RawScenario, scenarioSchema } from './schema.ts';

/** A value given on the command line; stands in for whatever the file says at `path`. */
export interface Override {
  readonly path: readonly string[];
  readonly value: unknown;
  /** How to call it in a message: `--rate`. */
  readonly option: string;
}

export interface ScenarioSource {
  /** For positions and messages; never opened. */
  readonly file: string;
  /** The YAML text, or undefined if everything comes from options. */
  readonly text: string | undefined;
  readonly overrides?: readonly Override[];
  /** The option that a missing key asks for, when there is no text: `nodes` -> `--nodes`. */
  readonly optionFor?: (path: Path) => string | undefined;
}

/** @throws TestbedError CONFIG_INVALID, or USAGE if all problems are in options */
export function parseScenario(source: ScenarioSource): Scenario {
  const overrides = source.overrides ?? [];
  const yaml = source.text === undefined ? undefined : parseYaml(source.text, source.file);
  if (yaml !== undefined && !yaml.usable) throw createConfigError(source.file, yaml.problems);

  const locate: Locate = (path, aim) => {
    const override = overrides.find((candidate) => isWithin(path, candidate.path));
    if (override !== undefined) return { kind: 'option', option: override.option };
    if (yaml !== undefined) return yaml.locate(path, aim);
    return { kind: 'option', option: source.optionFor?.(path) ?? textOf(path) };
  };
  const value = applyOverrides(yaml === undefined ? {} : yaml.value, overrides);
  const outcome = validate(value, locate);
  const problems = [...(yaml?.problems ?? []), ...outcome.problems];
  if (problems.length > 0 || outcome.raw === undefined) {
    throw createConfigError(source.file, problems);
  }
  return deepFreeze(toScenario(outcome.raw));
}

interface Outcome {
  readonly raw: RawScenario | undefined;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Shape first. If that fails, the offending fields are taken out and the rest is tried again, so
 * that rules between the healthy fields are still checked: all problems at once.
 */
function validate(value: unknown, locate: Locate): Outcome {
  const parsed = scenarioSchema.safeParse(value);
  if (parsed.success) {
    const conflicts = checkScenario(parsed.data);
    return { raw: parsed.data, problems: conflicts.map((one) => conflictProblem(one, locate)) };
  }
  const problems = parsed.error.issues.flatMap((issue) => explainIssue(issue, value, locate));
  const broken = parsed.error.issues.flatMap((issue): Path[] => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
  });
  const rest = scenarioSchema.safeParse(without(value, broken));
  if (!rest.success) return { raw: undefined, problems };
  const conflicts = checkScenario(rest.data).filter(({ reads }) =>
    reads.every((read) => !broken.some((path) => isWithin(read, path) || isWithin(path, read))),
  );
  return {
    raw: undefined,
    problems: [...problems, ...conflicts.map((one) => conflictProblem(one, locate))],
  };
}

function conflictProblem(
  conflict: ReturnType<typeof checkScenario>[number],
  locate: Locate,
): ConfigProblem {
  return {
    code: 'conflict',
    path: textOf(conflict.path),
    place: locate(conflict.path, 'value'),
    message: conflict.message,
    expected: conflict.expected,
  };
}

/** A copy without the fields at `paths`; what is required and gone gets a harmless stand-in. */
function without(value: unknown, paths: readonly Path[]): unknown {
  if (!isBlock(value)) return value;
  const copy = structuredClone(value);
  for (const path of paths) {
    // An element is taken out with its whole list.
    const steps = path.slice(0, firstIndex(path));
    let parent: unknown = copy;
    for (const step of steps.slice(0, -1)) parent = isBlock(parent) ? parent[step] : undefined;
    const last = steps.at(-1);
    if (isBlock(parent) && last !== undefined) delete parent[last];
  }
  return { name: 'stand-in', nodes: [4], ...copy };
}

function firstIndex(path: Path): number {
  const index = path.findIndex((step) => typeof step === 'number');
  return index === -1 ? path.length : index;
}

function applyOverrides(value: unknown, overrides: readonly Override[]): unknown {
  if (overrides.length === 0 || !isBlock(value)) return value;
  const copy = structuredClone(value);
  for (const { path, value: given } of overrides) {
    let parent = copy;
    for (const step of path.slice(0, -1)) {
      const inner = parent[step];
      const next = isBlock(inner) ? inner : {};
      parent[step] = next;
      parent = next;
    }
    parent[path.at(-1) ?? ''] = given;
  }
  return copy;
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether `path` is `outer` or lies inside it. */
function isWithin(path: Path, outer: Path): boolean {
  return outer.length <= path.length && outer.every((step, index) => path[index] === step);
}

/** Docker nodes get limits unless they are lifted; processes have none to get. */
const dockerLimits = { cpus: 1, memoryBytes: 256 * 1024 ** 2 } as const;

function toScenario(raw: RawScenario): Scenario {
  const limited = raw.runtime !== 'process';
  const { cpus, memory, pids } = raw.resources;
  const { engine, load, phases } = raw;
  return {
    name: raw.name,
    description: raw.description,
    seed: raw.seed,
    runtime: raw.runtime,
    image: raw.image,
    nodes: [...raw.nodes].sort((a, b) => a - b),
    repetitions: raw.repetitions,
    load: { arrivals: load.arrivals, rateTxPerSec: load.rate, sizeBytes: load.size },
    resources: {
      cpus: cpus === undefined ? (limited ? dockerLimits.cpus : null) : cpus,
      memoryBytes: memory === undefined ? (limited ? dockerLimits.memoryBytes : null) : memory,
      pidsMax: pids,
    },
    phases: {
      warmupMs: phases.warmup,
      measureMs: phases.measure,
      drainMsMax: phases.drain,
      readyMsMax: phases.ready,
    },
    engine: {
      protocol: engine.protocol,
      baseTimeoutMs: engine.timeout,
      idleDelayMs: engine.idle,
      batchTxMax: engine.batch.count,
      batchBytesMax: engine.batch.bytes,
      batchAgeMsMax: engine.batch.age,
      mempoolTxMax: engine.mempool,
      forwardLeaders: engine.forward,
    },
  };
}
