/**
 * Text (and options of the command line that override it) -> frozen Scenario, or one error with
 * every problem. Never touches the machine: no file, no clock, no Docker.
 */

import { deepFreeze } from '../lib/freeze.ts';
import type { Scenario } from '../model/scenario.ts';
import { applyOverrides } from './apply-overrides.ts';
import { type Built, runtimeOf } from './check-scenario.ts';
import { type EdgesFile, edgesFileOf, openEdges, readEdges } from './edges-of-scenario.ts';
import { engineParameters } from './engine-schema.ts';
import { expandVary, isVaried } from './expand-vary.ts';
import { type Locate, textOf } from './explain-issue.ts';
import { isMatrixFile, matrixNameOf, type NamedFile, readMatrix } from './matrix-of-scenario.ts';
import { mergeProblems } from './merge-problems.ts';
import type { Override } from './override.ts';
import { parseYaml } from './parse-yaml.ts';
import type { Path } from './path.ts';
import { type ConfigProblem, createConfigError } from './problem.ts';
import type { RawScenario } from './schema.ts';
import { isWithin, validateScenario } from './validate-scenario.ts';

export interface ScenarioSource {
  /** For positions and messages; never opened. */
  readonly file: string;
  /** The YAML text, or undefined if everything comes from options. */
  readonly text: string | undefined;
  readonly overrides?: readonly Override[];
  /** The files that `filesOf` names, by these names. */
  readonly matrices?: Files;
  readonly edges?: Files;
  /** The option that a missing key asks for, when there is no text: `nodes` -> `--nodes`. */
  readonly optionFor?: (path: Path) => string | undefined;
}

/** @throws TestbedError CONFIG_INVALID, or USAGE if all problems are in options */
export function parseScenario(source: ScenarioSource): Scenario {
  const { file, text, overrides = [], matrices = new Map(), edges = new Map() } = source;
  const opened = [...edges].map(([name, named]) => [name, openEdges(named)] as const);
  const files = { matrices, edges: new Map(opened) };
  const yaml = text === undefined ? undefined : parseYaml(text, file);
  if (yaml !== undefined && !yaml.usable) throw createConfigError(file, yaml.problems);

  const locate: Locate = (path, aim) => {
    const override = overrides.find((candidate) => isWithin(path, candidate.path));
    if (override !== undefined) return { kind: 'option', option: override.option };
    if (yaml !== undefined) return yaml.locate(path, aim);
    return { kind: 'option', option: source.optionFor?.(path) ?? textOf(path) };
  };
  const value = applyOverrides(yaml === undefined ? {} : yaml.value, overrides);
  const { scenario, problems } = isVaried(value)
    ? parseVaried(value, files, locate)
    : parsePlain(value, files, locate);
  const all = [...(yaml?.problems ?? []), ...problems];
  if (all.length > 0 || scenario === undefined) throw createConfigError(file, all);
  return deepFreeze(scenario);
}

interface Outcome<T> {
  readonly scenario: T | undefined;
  readonly problems: readonly ConfigProblem[];
}

/** By the name that the scenario gives them. */
type Files = ReadonlyMap<string, NamedFile>;

interface AllFiles {
  readonly matrices: Files;
  readonly edges: ReadonlyMap<string, EdgesFile>;
}

type PlainScenario = Omit<Scenario, 'axes' | 'variations'>;

function parsePlain(value: unknown, files: AllFiles, locate: Locate): Outcome<PlainScenario> {
  const matrix = readMatrix(value, files.matrices.get(matrixNameOf(value) ?? ''), locate);
  const edges = readEdges(value, files.edges.get(edgesFileOf(value) ?? ''), locate);
  const tables = { matrix: matrix.matrix, edges: edges.table };
  const { parsed, problems } = validateScenario(value, tables, locate);
  return {
    scenario: parsed === undefined ? undefined : toScenario(parsed.raw, parsed.built),
    problems: [...matrix.problems, ...edges.problems, ...problems],
  };
}

/** The first combination stands for all where a scenario is told as one. */
function parseVaried(
  document: Record<string, unknown>,
  files: AllFiles,
  locate: Locate,
): Outcome<Scenario> {
  const { axes, combinations, problems } = expandVary(document, locate);
  const outcomes = combinations.map((one) => ({
    coordinates: one.coordinates,
    ...parsePlain(one.document, files, one.locate),
  }));
  const variations = outcomes.flatMap(({ coordinates, scenario }) =>
    scenario === undefined ? [] : [{ coordinates, scenario }],
  );
  const [first] = variations;
  // Nothing is varied: what is left of it must not tell this plan from the same one without.
  const isPlain = axes.length === 0 && combinations.length === 1;
  const sizes = new Set(variations.flatMap(({ scenario }) => scenario.nodes));
  return {
    scenario: isPlain
      ? first?.scenario
      : first && {
          ...first.scenario,
          nodes: [...sizes].sort((a, b) => a - b),
          axes: axes.map(({ field, kind, values }) => ({
            field,
            kind,
            values: values.map(({ value, text }) => ({ value, text })),
          })),
          variations,
        },
    problems: [...problems, ...mergeProblems(outcomes)],
  };
}

/** Files beside a scenario, as they are called there, each once. */
export interface NamesOfFiles {
  readonly matrices: readonly string[];
  readonly edges: readonly string[];
}

/** The files that a scenario names; none if the scenario cannot be read. */
export function filesOf({ file, text, overrides = [] }: ScenarioSource): NamesOfFiles {
  const yaml = text === undefined ? undefined : parseYaml(text, file);
  const value = applyOverrides(yaml?.value ?? {}, overrides);
  const documents = isVaried(value)
    ? expandVary(value, () => ({ kind: 'option', option: '' })).combinations
    : [{ document: value }];
  const namesBy = (nameOf: (document: unknown) => string | undefined): readonly string[] => [
    ...new Set(documents.flatMap(({ document }) => nameOf(document) ?? [])),
  ];
  return {
    matrices: namesBy(matrixNameOf).filter(isMatrixFile),
    edges: namesBy(edgesFileOf),
  };
}

function toScenario(raw: RawScenario, built: Built): PlainScenario {
  const { engine, load, phases } = raw;
  return {
    name: raw.name,
    description: raw.description,
    seed: raw.seed,
    runtime: runtimeOf(raw),
    image: raw.image,
    nodes: [...raw.nodes].sort((a, b) => a - b),
    repetitions: raw.repetitions,
    load: { arrivals: load.arrivals, rateTxPerSec: load.rate, sizeBytes: load.size },
    ...built,
    expect: [...new Set(raw.expect)],
    shaper: raw.shaper,
    phases: {
      warmupMs: phases.warmup,
      measureMs: phases.measure,
      drainMsMax: phases.drain,
      readyMsMax: phases.ready,
    },
    engine: engineParameters(engine),
    signature: engine.signature,
    ...(raw.thresholds === undefined ? {} : { thresholds: raw.thresholds }),
    ...(raw.node === undefined ? {} : { node: raw.node }),
    ...(raw.command === undefined ? {} : { command: raw.command }),
  };
}
