/**
 * What a verb of the command line is. Verbs are values: help, parsing, suggestions and the
 * generated reference (docs/cli.md) are all made from them. They know `Wiring`, never an adapter.
 */
import type { Environment } from './environment.ts';
import type { Interrupts } from './interrupts.ts';
import type { Output } from './output.ts';
import type { Wiring } from './ports.ts';

export interface OptionSpec {
  /** flag: present or not · text: one value · list: may be given several times. */
  readonly kind: 'flag' | 'text' | 'list';
  readonly describe: string;
  /** How the value is called in help: `seconds`. Without meaning for a flag. */
  readonly value?: string;
  readonly choices?: readonly string[];
  /** For help only; whoever reads the option applies it. */
  readonly defaultText?: string;
  /** Heading in help; `Options:` if none. */
  readonly group?: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export interface PositionalSpec {
  readonly name: string;
  readonly describe: string;
  readonly required: boolean;
}

export interface Command {
  readonly name: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  readonly positionals: readonly PositionalSpec[];
  readonly options: OptionSpecs;
  /** Words after `testbed`, and what they do. */
  readonly examples: readonly (readonly [words: string, meaning: string])[];
  /** Paragraphs below the options. */
  readonly notes?: string;
  /** @returns the exit code; failures are thrown */
  run(args: Arguments, context: CommandContext): Promise<number>;
}

/** What was given on the command line, by the names of the specification. */
export interface Arguments {
  text(option: string): string | undefined;
  flag(option: string): boolean;
  list(option: string): readonly string[];
  positional(name: string): string | undefined;
}

export interface CommandContext {
  readonly environment: Environment;
  readonly output: Output;
  readonly interrupts: Interrupts;
  readonly wiring: Wiring;
}

/** Options that every verb has. `--help` and `--version` come from the parser itself. */
export const commonOptions: OptionSpecs = {
  json: {
    kind: 'flag',
    describe: 'Print the result as JSON on stdout and nothing else there',
  },
};
