/**
 * Text (and options of the command line that override it) -> frozen Scenario, or one error with
 * every problem. Never touches the machine: no file, no clock, no Docker.
 */
import { deepFreeze } from '../lib/freeze.ts';
import type { Scenario } from '../model/scenario.ts';
import { type Built, runtimeOf } from './check-scenario.ts';
import { type Locate, textOf } from './explain-issue.ts';
import { isMatrixFile, type MatrixFile, matrixNameOf, readMatrix } from './matrix-of-scenario.ts';
import { type Path, parseYaml } from './parse-yaml.ts';
import { createConfigError } from './problem.ts';
import { profileNames } from './ready-profiles.ts';
import type { RawScenario } from './schema.ts';
import { isWithin, validateScenario } from './validate-scenario.ts';
import { isBlock } from './value-at.ts';

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
  /** The file that `matrixFileOf` names, if it does. */
  readonly matrix?: MatrixFile;
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
  const matrix = readMatrix(value, source.matrix, locate);
  const outcome = validateScenario(value, matrix.matrix, locate);
  const problems = [...(yaml?.problems ?? []), ...matrix.problems, ...outcome.problems];
  if (problems.length > 0 || outcome.parsed === undefined) {
    throw createConfigError(source.file, problems);
  }
  return deepFreeze(toScenario(outcome.parsed.raw, outcome.parsed.built));
}

/**
 * The file that a scenario names as its matrix, as it is written there; undefined if none or
 * if the scenario cannot be read.
 */
export function matrixFileOf({ file, text, overrides = [] }: ScenarioSource): string | undefined {
  const yaml = text === undefined ? undefined : parseYaml(text, file);
  const name = matrixNameOf(applyOverrides(yaml?.value ?? {}, overrides));
  return name === undefined || !isMatrixFile(name) ? undefined : name;
}

function applyOverrides(value: unknown, overrides: readonly Override[]): unknown {
  if (overrides.length === 0 || !isBlock(value)) return value;
  const copy = structuredClone(value);
  for (const { path, value: given } of overrides) {
    let parent = copy;
    for (const [depth, step] of path.slice(0, -1).entries()) {
      const inner = parent[step];
      const next = isBlock(inner)
        ? inner
        : typeof inner === 'string'
          ? inFull(inner, path.slice(0, depth + 1))
          : {};
      parent[step] = next;
      parent = next;
    }
    parent[path.at(-1) ?? ''] = given;
  }
  return copy;
}

/**
 * The block that a word stands for: `topology: mesh` for one of that kind, `network: wan` and `resources: light` for one with that
 * profile; further inside, `wan` for a profile that is like it, `80ms` for one of that round trip.
 */
function inFull(word: string, path: readonly string[]): Record<string, unknown> {
  if (path[0] === 'topology') return { kind: word };
  if (path.length === 1) return { profile: word };
  return profileNames.some((name) => name === word) ? { like: word } : { rtt: word };
}

function toScenario(raw: RawScenario, built: Built): Scenario {
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
    ...(raw.node === undefined ? {} : { node: raw.node }),
    ...(raw.command === undefined ? {} : { command: raw.command }),
  };
}
