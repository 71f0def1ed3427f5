import type { Environment } from './environment.ts';

/** Where a command says things. Results go to stdout, everything about the way there to stderr. */
export interface Output {
  /** The result is for machines: one JSON value on stdout and nothing else. */
  readonly json: boolean;
  /** Width that text is broken to: the terminal's, at most 100; 80 when piped. */
  readonly columns: number;
  /** Whether escape sequences for colour may be used on stdout. */
  readonly color: boolean;
  /** Folder that printed paths are shortened against. */
  readonly cwd: string;
  /** The person's home, printed as `~`. */
  readonly homeFolder: string;
  /** The result as text; adds the final line break. Not for `--json`. */
  print(text: string): void;
  printJson(value: unknown): void;
  /** A remark on stderr. */
  note(text: string): void;
}

export function createOutput(
  {
    stdout,
    stderr,
    env,
    cwd,
    homeFolder,
  }: Pick<Environment, 'stdout' | 'stderr' | 'env' | 'cwd' | 'homeFolder'>,
  json: boolean,
): Output {
  return {
    json,
    cwd,
    homeFolder,
    columns: stdout.isTerminal ? Math.max(40, Math.min(100, stdout.columns)) : 80,
    color: stdout.isTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
    print: (text) => stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    printJson: (value) => stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    note: (text) => stderr.write(`${text}\n`),
  };
}
