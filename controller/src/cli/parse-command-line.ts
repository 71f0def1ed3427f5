/**
 * Words -> verb and arguments, with yargs doing the grammar and the help. What yargs would only
 * reject is explained here: unknown verbs and options with the nearest known one, options given
 * twice, values that are missing.
 */
import yargs, { type Argv } from 'yargs';
import { exitCodes } from '../errors/catalogue.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { nearest } from '../lib/nearest.ts';
import { type Arguments, type Command, commonOptions, type OptionSpecs } from './command.ts';

export type ParsedLine =
  | { readonly kind: 'run'; readonly command: Command; readonly args: Arguments }
  /** Help or version: to be printed as it is. */
  | { readonly kind: 'print'; readonly text: string };

export interface ParseSettings {
  readonly version: string;
  /** Help is broken to this width. */
  readonly columns: number;
}

type Values = Readonly<Record<string, unknown>> & { readonly _: readonly (string | number)[] };

/** @throws TestbedError USAGE */
export async function parseCommandLine(
  words: readonly string[],
  commands: readonly Command[],
  settings: ParseSettings,
): Promise<ParsedLine> {
  let chosen: Command | undefined;
  let values: Values = { _: [] };
  const parser = createParser(settings);
  const ordered = verbFirst(words);
  for (const command of commands) {
    parser.command(
      signatureOf(command),
      command.summary,
      (inner) => describeCommand(inner, command),
      (found) => {
        chosen = command;
        values = found as Values; // yargs always fills `_`
      },
    );
  }
  let text = '';
  let failure: string | undefined;
  parser.fail((message, error) => {
    failure = message ?? error?.message ?? 'The command line cannot be understood';
    throw new Error(failure);
  });
  let found: Values = { _: [] };
  try {
    found = (await parser.parseAsync([...ordered], {}, (_error, _argv, output) => {
      text = output;
    })) as Values; // yargs always fills `_`
    if (chosen === undefined) values = found;
  } catch (error) {
    if (failure === undefined) throw error;
    const command = commands.find(({ name }) => name === ordered[0]);
    const form = command === undefined ? '' : ` Usage: testbed ${signatureOf(command)}`;
    throw usage(`${failure}.${form}`, command?.name);
  }
  // Help on a verb that does not exist is no help: who asked for it is told so.
  const [verb] = found._;
  if (verb !== undefined && !commands.some(({ name }) => name === verb)) {
    return explainMissingVerb({ _: [verb] }, commands, parser);
  }
  if (text !== '') return { kind: 'print', text };
  if (chosen === undefined) return explainMissingVerb(values, commands, parser);
  checkFlags(ordered, chosen);
  checkValues(values, chosen);
  const args = createArguments(values, chosen);
  return { kind: 'run', command: chosen, args: ordered.includes('-') ? withDash(args) : args };
}

/** The parser makes a positional argument of nothing from `-`, which stands for standard input. */
function withDash(args: Arguments): Arguments {
  const read = (name: string): string | undefined => {
    const word = args.positional(name);
    return word === '' ? '-' : word;
  };
  return { ...args, positional: read };
}

/** The parser would take the verb for the value of a flag before it; `--server URL` may stand there too. */
function verbFirst(words: readonly string[]): readonly string[] {
  let first = 0;
  while (first < words.length) {
    const word = words[first] ?? '';
    if (word === '--server') first += 2;
    else if (word === '--json' || word.startsWith('--server=')) first += 1;
    else break;
  }
  const isAll = first >= words.length;
  return first === 0 || isAll ? words : [...words.slice(first), ...words.slice(0, first)];
}

/** Help of one verb (or of the whole program), for the generated reference. */
export async function helpText(
  verb: string | undefined,
  commands: readonly Command[],
  settings: ParseSettings,
): Promise<string> {
  const words = verb === undefined ? ['--help'] : [verb, '--help'];
  const parsed = await parseCommandLine(words, commands, settings);
  if (parsed.kind !== 'print') throw new Error(`Broken invariant: no help for ${verb}`);
  return parsed.text;
}

const firstSteps: Command['examples'] = [
  ['doctor', 'is this machine ready?'],
  ['plan topologies/quickstart.yaml', 'what would run, and will it fit?'],
  ['run topologies/quickstart.yaml', 'measure it'],
  ['sweep --nodes 4,7,10,16', 'measure without a file'],
  ['report latest', 'look at the last result again'],
];

/** The parser's own columns break a command in two: here each can be copied. */
function formatExamples(examples: Command['examples']): string {
  if (examples.length === 0) return '';
  const lines = examples.map(([words, meaning]) => `  # ${meaning}\n  testbed ${words}`);
  return `Examples:\n${lines.join('\n')}`;
}

function createParser({ version, columns }: ParseSettings): Argv {
  return yargs()
    .scriptName('testbed')
    .locale('en')
    .exitProcess(false)
    .wrap(columns)
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .updateStrings(strings)
    .usage(
      'Usage: testbed <verb> [options]\n\n' +
        'Starts real consensus nodes, measures them as the network grows, and says how\n' +
        'far the numbers can be believed.',
    )
    .epilogue(
      `${formatExamples(firstSteps)}\n\n` +
        `Exit codes: ${describeExitCodes()}\n\nHelp for one verb: testbed <verb> --help`,
    )
    .version(version)
    .describe('version', 'Print the version')
    .help('help')
    .describe('help', 'Print this help')
    .alias('help', 'h');
}

const missing = 'An argument is missing: %s given, %s needed';
const excess = 'There are too many arguments: %s given, at most %s possible';

/** y18n takes plural forms as objects; the types of yargs know texts only. */
const strings = {
  'Not enough non-option arguments: got %s, need at least %s': { one: missing, other: missing },
  'Too many non-option arguments: got %s, maximum of %s': { one: excess, other: excess },
  'Not enough arguments following: %s': 'The option --%s needs a value',
} as unknown as Record<string, string>;

/** One line per exit code would be half a screen of help. */
function describeExitCodes(): string {
  return (
    `${exitCodes.ok} done, ${exitCodes.bug} bug, ${exitCodes.usage} wrong usage, ${exitCodes.config} invalid scenario,\n` +
    `${exitCodes.environment} the environment is not usable (Docker, database, disk), ${exitCodes.runFailed} the run failed,\n` +
    `${exitCodes.untrusted} the run finished but is not to be trusted,\n${exitCodes.thresholdMissed} a threshold is missed, ${exitCodes.regression} something became worse, ${exitCodes.interrupted} interrupted`
  );
}

function signatureOf({ name, positionals }: Command): string {
  const words = positionals.map(({ name: word, required }) =>
    required ? `<${word}>` : `[${word}]`,
  );
  return [name, ...words].join(' ');
}

function describeCommand(inner: Argv, command: Command): Argv {
  inner.usage(`Usage: testbed ${signatureOf(command)} [options]\n\n${command.summary}.`);
  for (const { name, describe } of command.positionals) {
    inner.positional(name, { describe, type: 'string' });
  }
  for (const [name, spec] of Object.entries(optionsOf(command))) {
    const value = spec.choices?.join('|') ?? spec.value;
    const fallback = spec.defaultText === undefined ? '' : ` (default: ${spec.defaultText})`;
    inner.option(name, {
      describe: `${spec.describe}${value === undefined ? '' : `: ${value}`}${fallback}`,
      type: spec.kind === 'flag' ? 'boolean' : 'string',
      requiresArg: spec.kind !== 'flag',
      ...(spec.group === undefined ? {} : { group: spec.group }),
    });
  }
  const parts = [formatExamples(command.examples), command.notes ?? ''];
  return inner.epilogue(parts.filter((part) => part !== '').join('\n\n'));
}

function optionsOf(command: Command): OptionSpecs {
  return { ...command.options, ...commonOptions };
}

function explainMissingVerb(
  values: Values,
  commands: readonly Command[],
  parser: Argv,
): Promise<ParsedLine> {
  const names = commands.map(({ name }) => name);
  const [verb] = values._;
  if (verb !== undefined) {
    const meant = nearest(String(verb), names);
    const advice =
      meant === undefined ? `The verbs are ${names.join(', ')}.` : `Did you mean "${meant}"?`;
    throw usage(`There is no verb "${verb}". ${advice}`, undefined);
  }
  const unknown = Object.keys(values).find((key) => !knownToParser.has(key));
  if (unknown !== undefined)
    throw unknownOption(unknown, [...Object.keys(commonOptions)], undefined);
  return parser.getHelp().then((text) => {
    throw new TestbedError('USAGE', `A verb is missing.\n\n${text}`);
  });
}

const knownToParser: ReadonlySet<string> = new Set(['_', '$0', 'help', 'h', 'version', 'json']);

/** The parser takes `--strict=yes` for no, and `--strict false` for a flag with a value. */
function checkFlags(words: readonly string[], command: Command): void {
  const flags = Object.entries(optionsOf(command)).filter(([, { kind }]) => kind === 'flag');
  for (const [at, word] of words.entries()) {
    if (word === '--') return;
    for (const [name] of flags) {
      const hasValue = word === `--${name}` && /^(true|false)$/.test(words[at + 1] ?? '');
      if (!hasValue && !word.startsWith(`--${name}=`)) continue;
      throw usage(`The option --${name} takes no value: give it or leave it out.`, command.name);
    }
  }
}

function checkValues(values: Values, command: Command): void {
  const options = optionsOf(command);
  const positionals = command.positionals.map(({ name }) => name);
  for (const [key, value] of Object.entries(values)) {
    if (knownToParser.has(key) || positionals.includes(key)) continue;
    const spec = Object.hasOwn(options, key) ? options[key] : undefined;
    if (spec === undefined) throw unknownOption(key, Object.keys(options), command.name);
    if (value === undefined) continue;
    if (Array.isArray(value) && spec.kind !== 'list') {
      throw usage(`The option --${key} is given ${value.length} times.`, command.name);
    }
    if (spec.choices !== undefined && !spec.choices.includes(String(value))) {
      const meant = nearest(String(value), spec.choices);
      const advice = meant === undefined ? '' : ` Did you mean ${meant}?`;
      const text = `--${key} is one of ${spec.choices.join(', ')}, not "${value}".${advice}`;
      throw usage(text, command.name);
    }
    if (value === '') throw usage(`The option --${key} needs a value.`, command.name);
  }
  const extra = values._.slice(1);
  if (extra.length > 0) {
    throw usage(`"${extra[0]}" is one word too many for testbed ${command.name}.`, command.name);
  }
}

function unknownOption(
  key: string,
  known: readonly string[],
  verb: string | undefined,
): TestbedError {
  const dashes = key.length === 1 ? '-' : '--';
  const meant = nearest(key, [...known, 'help', 'version']);
  const advice = meant === undefined ? '' : ` Did you mean --${meant}?`;
  return usage(`There is no option ${dashes}${key}.${advice}`, verb);
}

function usage(message: string, verb: string | undefined): TestbedError {
  const words = verb === undefined ? 'testbed --help' : `testbed ${verb} --help`;
  return new TestbedError('USAGE', message, { hint: `See \`${words}\`.` });
}

function createArguments(values: Values, command: Command): Arguments {
  const options = optionsOf(command);
  const read = (option: string): unknown => {
    if (!Object.hasOwn(options, option)) throw new Error(`Broken invariant: no option ${option}`);
    return values[option];
  };
  return {
    text: (option) => textOf(read(option)),
    flag: (option) => read(option) === true,
    list: (option) => {
      const value = read(option);
      return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
    },
    positional: (name) => textOf(values[name]),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
