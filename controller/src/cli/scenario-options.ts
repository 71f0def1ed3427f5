/**
 * The options that stand in for fields of a scenario file, for `sweep` (all of it) and for `run`
 * and `plan` (overriding a file). Values are checked by config/, with the same rules as in a file.
 */
import { isAbsolute, join } from 'node:path';
import type { Override } from '../config/override.ts';
import { parseScenario } from '../config/parse-scenario.ts';
import { isHostileStep } from '../config/put-value.ts';
import { readPipedScenario, readScenario } from '../config/read-scenario.ts';
import { limits } from '../config/schema.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import type { Scenario } from '../model/scenario.ts';
import type { Arguments, CommandContext, OptionSpec, OptionSpecs } from './command.ts';

interface ScenarioOption extends OptionSpec {
  /** Field that the option sets. */
  readonly path: readonly string[];
  readonly read: (text: string) => unknown;
}

const text = (value: string): unknown => value;
/** `4` becomes a number, everything else stays text for config/ to judge. */
const number = (value: string): unknown => (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value);
const numbers = (value: string): unknown => value.split(',').map((part) => number(part.trim()));

/** One word stays a word: `blocks`. */
const names = (value: string): unknown =>
  value.includes(',') ? value.split(',').map((part) => part.trim()) : value;

const axis = 'What to vary and how often:';
const load = 'Load, limits and phases (defaults: docs/scenario.md):';
const network = 'Network (more in a file: regions, matrix, timeline):';
const other = 'Everything else:';

const axisField = fieldOf(axis);
const loadField = fieldOf(load);
const networkField = fieldOf(network);
const otherField = fieldOf(other);

const scenarioFields = {
  nodes: axisField(['nodes'], numbers, 'Network sizes', '4,7,10,16'),
  repetitions: axisField(['repetitions'], number, 'Repetitions of each size', 'count'),
  seed: axisField(['seed'], number, 'Fixes order and arrival times', 'number'),
  name: axisField(['name'], text, 'What the run is called', 'name'),
  rate: loadField(['load', 'rate'], number, 'Offered load of the whole network', 'tx/s'),
  size: loadField(['load', 'size'], text, 'Size of one transaction', '128B'),
  arrivals: loadField(['load', 'arrivals'], text, 'Arrival process', 'poisson|constant'),
  // Before cpus and memory, which change what it says.
  resources: loadField(['resources'], text, 'Ready limits of a node', 'minimal|light|...'),
  cpus: loadField(['resources', 'cpus'], number, 'Cores per node', '0.5|fair|none'),
  memory: loadField(['resources', 'memory'], text, 'Memory per node', '256MiB|none'),
  warmup: loadField(['phases', 'warmup'], text, 'Load that is not counted', '10s'),
  measure: loadField(['phases', 'measure'], text, 'Measured window', '60s'),
  drain: loadField(['phases', 'drain'], text, 'Longest wait after the load', '10s'),
  ready: loadField(['phases', 'ready'], text, 'Longest wait for the network', '60s'),
  network: networkField(['network'], text, 'Every link', 'wan|lan|poor|...|80ms|50-100ms'),
  topology: networkField(['topology'], text, 'Who keeps links to whom', 'full|ring|star|mesh|...'),
  placement: networkField(
    ['placement'],
    names,
    'Which node lives in which region',
    'blocks|round-robin|eu,us,...',
  ),
  byzantine: networkField(['byzantine'], number, 'Members that break the rules', '20%|count'),
  shaper: networkField(['shaper'], text, 'Who delays packets', 'auto|netem|userspace|none'),
  runtime: otherField(['runtime'], text, 'Where nodes run', 'auto|docker|process'),
  image: otherField(['image'], text, 'Node image', 'name'),
  'node-command': otherField(['command'], text, 'Node of your own, as a process', '"program args"'),
} as const satisfies Readonly<Record<string, ScenarioOption>>;

const varyOption: OptionSpec = {
  kind: 'list',
  group: axis,
  describe: 'Vary any other field; may be repeated',
  value: 'load.rate=200,1000',
};

const skipOption: OptionSpec = {
  kind: 'list',
  group: axis,
  describe: 'Leave out the cells with all of these values; may be repeated',
  value: 'nodes=16,load.rate=1000',
};

const setOption: OptionSpec = {
  kind: 'list',
  group: other,
  describe: 'Set any other field; may be repeated',
  value: 'engine.timeout=2s',
};

const strictOption: OptionSpec = {
  kind: 'flag',
  group: other,
  describe: 'Refuse limits that the host has to clamp or that add up to more than it has',
};

/** For the help of every verb that takes a scenario. */
export const scenarioOptions: OptionSpecs = {
  ...scenarioFields,
  vary: varyOption,
  skip: skipOption,
  set: setOption,
  strict: strictOption,
};

/** Of the verbs that measure. */
export const measureOptions: OptionSpecs = {
  ...scenarioOptions,
  'keep-logs': {
    kind: 'flag',
    group: other,
    describe: 'Keep the logs of all nodes in the run folder, not only of failed ones',
  },
  'allow-mismatch': {
    kind: 'flag',
    group: other,
    describe: 'Go on, marked, where the measured network is not the one asked for',
  },
};

/** A sweep without a file is called this unless told otherwise. */
const sweepName = 'sweep';

/**
 * The scenario that a command line asks for.
 * @param file as typed, `-` for standard input, or undefined if options are all there is
 * @throws TestbedError CONFIG_UNREADABLE, CONFIG_INVALID, USAGE
 */
export async function readScenarioOf(
  args: Arguments,
  file: string | undefined,
  { environment, interrupts }: Pick<CommandContext, 'environment' | 'interrupts'>,
): Promise<Scenario> {
  const { cwd, stdin } = environment;
  const overrides = readOverridesOf(args, file !== undefined);
  if (file === '-') {
    if (stdin.isTerminal) throw noPipe();
    const bytes = await stdin.read(limits.fileBytesMax + 1, interrupts.stop);
    return readPipedScenario({ bytes, folder: cwd, overrides });
  }
  if (file !== undefined) {
    const path = isAbsolute(file) ? file : join(cwd, file);
    return readScenario({ path, displayName: file, overrides });
  }
  return parseScenario({
    file: 'the command line',
    text: undefined,
    overrides,
    optionFor: ([key]) => (typeof key === 'string' ? `--${key}` : undefined),
  });
}

/** What the options stand for; without a file they name the scenario too. */
export function readOverridesOf(args: Arguments, hasFile: boolean): readonly Override[] {
  const varied = [...readVariations(args.list('vary')), ...readSkips(args.list('skip'))];
  const overrides = [...overridesOf(args), ...varied];
  if (hasFile || overrides.some(({ path }) => path[0] === 'name')) return overrides;
  return [{ path: ['name'], value: sweepName, option: '--name' }, ...overrides];
}

function noPipe(): TestbedError {
  const message = 'The scenario is to come on standard input, and that is this terminal.';
  return new TestbedError('CONFIG_UNREADABLE', message, {
    hint: 'Hand it over, for example: testbed plan - < topologies/quickstart.yaml, or name a file.',
    details: { file: '-' },
  });
}

const { image, runtime, 'node-command': nodeCommand } = scenarioFields;
const nodeFields = { image, 'node-command': nodeCommand, runtime };

/** Of `conform`, which brings sizes and load of its own. */
export const nodeOptions: OptionSpecs = {
  ...nodeFields,
  set: {
    ...setOption,
    describe: 'Parameter of the node; may be repeated',
    value: 'node.key=value',
  },
};

/**
 * The node that a command line asks for, as a scenario says it.
 * @throws TestbedError USAGE
 */
export function readNodeOf(
  args: Arguments,
): Pick<Scenario, 'runtime' | 'image' | 'command' | 'node'> {
  const other = args.list('set').find((setting) => !setting.startsWith('node.'));
  if (other !== undefined) {
    throw new TestbedError('USAGE', `--set takes node.key=value here, not "${other}".`, {
      hint: 'Everything but the node and its parameters is the same for all nodes under check.',
    });
  }
  return parseScenario({
    file: 'the command line',
    text: undefined,
    overrides: [
      { path: ['name'], value: 'conform', option: '--name' },
      { path: ['nodes'], value: [1], option: '--nodes' },
      ...overridesOf(args, nodeFields),
    ],
  });
}

function overridesOf(
  args: Arguments,
  fields: Readonly<Record<string, ScenarioOption>> = scenarioFields,
): Override[] {
  const given = Object.entries(fields).flatMap(([option, { path, read }]): Override[] => {
    const value = args.text(option);
    return value === undefined ? [] : [{ path, value: read(value), option: `--${option}` }];
  });
  return [...given, ...args.list('set').map(readSetting)];
}

function readVariations(texts: readonly string[]): Override[] {
  const seen = new Set<string>();
  return texts.map((text) => {
    const { key, value } = splitPair(text, 'vary');
    if (seen.has(key)) {
      throw new TestbedError('USAGE', `--vary has ${key} twice.`, {
        hint: `Give all of its values at once: --vary ${key}=a,b,c`,
      });
    }
    seen.add(key);
    return { path: ['vary', key], value: numbers(value), option: `--vary ${key}` };
  });
}

/** In place of those of a file. */
function readSkips(texts: readonly string[]): Override[] {
  if (texts.length === 0) return [];
  const value = texts.map((text) => {
    const pairs = text.split(',').map((pair) => splitPair(pair.trim(), 'skip'));
    return Object.fromEntries(pairs.map((pair) => [pair.key, number(pair.value)]));
  });
  return [{ path: ['skip'], value, option: '--skip' }];
}

const pairExamples = {
  set: '--set engine.timeout=2s',
  vary: '--vary load.rate=200,1000',
  skip: '--skip nodes=16,load.rate=1000',
} as const;

function splitPair(
  text: string,
  option: keyof typeof pairExamples,
): { readonly key: string; readonly value: string } {
  const [, key, value] = /^([A-Za-z][\w.-]*)=(.+)$/s.exec(text) ?? [];
  const isField = key !== undefined && !key.endsWith('.') && !key.includes('..');
  if (!isField || value === undefined || key.split('.').some(isHostileStep)) {
    throw new TestbedError('USAGE', `--${option} takes key=value, not "${text}".`, {
      hint: `For example: ${pairExamples[option]}. The keys are in docs/scenario.md.`,
    });
  }
  return { key, value };
}

function readSetting(setting: string): Override {
  const { key, value } = splitPair(setting, 'set');
  const read = key === 'nodes' ? numbers : number;
  return { path: key.split('.'), value: read(value), option: `--set ${key}` };
}

type MakeField = (
  path: readonly string[],
  read: (value: string) => unknown,
  describe: string,
  value: string,
) => ScenarioOption;

function fieldOf(group: string): MakeField {
  return (path, read, describe, value) => ({ kind: 'text', path, read, group, describe, value });
}
