import { describe, expect, it } from '@jest/globals';
import type { Command } from '../../../controller/src/cli/command.ts';
import { helpText, parseCommandLine } from '../../../controller/src/cli/parse-command-line.ts';
import { commands } from '../../../controller/src/cli/run-cli.ts';

const settings = { version: '1.2.3', columns: 80 };

function parse(line: string) {
  return parseCommandLine(line.split(' ').filter(Boolean), commands, settings);
}

async function parseRun(line: string) {
  const parsed = await parse(line);
  if (parsed.kind !== 'run') throw new Error(`not a command: ${line}`);
  return parsed;
}

describe('parseCommandLine', () => {
  it('reads verb, arguments, options and flags', async () => {
    const { command, args } = await parseRun(
      'run a.yaml --rate=5 --nodes 4,7 --set a=1 --set b=2 --json',
    );
    expect(command.name).toBe('run');
    expect(args.positional('file')).toBe('a.yaml');
    expect(args.text('rate')).toBe('5');
    expect(args.text('nodes')).toBe('4,7');
    expect(args.text('size')).toBeUndefined();
    expect(args.list('set')).toEqual(['a=1', 'b=2']);
    expect(args.flag('json')).toBe(true);
  });

  it('takes --json before the verb too', async () => {
    const { command, args } = await parseRun('--json plan a.yaml --nodes 4');
    expect(command.name).toBe('plan');
    expect([args.flag('json'), args.text('nodes')]).toEqual([true, '4']);
  });

  it('leaves values as they were typed', async () => {
    const { args } = await parseRun('run 007 --cpus 0.50 --memory -5 --set a.b=0x10');
    expect(args.positional('file')).toBe('007');
    expect(args.text('cpus')).toBe('0.50');
    expect(args.text('memory')).toBe('-5');
    expect(args.list('set')).toEqual(['a.b=0x10']);
  });

  it.each([
    ['rum a.yaml', 'There is no verb "rum". Did you mean "run"?'],
    ['nonsense --help', 'There is no verb "nonsense". The verbs are doctor'],
    ['rum --version', 'There is no verb "rum". Did you mean "run"?'],
    ['frobnicate', 'The verbs are doctor, plan, verify-net, conform, run'],
    ['run', 'An argument is missing: 0 given, 1 needed. Usage: testbed run <file>'],
    ['run a.yaml b.yaml', '"b.yaml" is one word too many'],
    ['run a.yaml --raet 5', 'There is no option --raet. Did you mean --rate?'],
    ['run a.yaml -q', 'There is no option -q.'],
    ['run a.yaml --rate', 'The option --rate needs a value'],
    ['run a.yaml --rate=', 'The option --rate needs a value'],
    ['run a.yaml --rate 1 --rate 2', 'The option --rate is given 2 times'],
    ['plan a.yaml --strict=yes', 'The option --strict takes no value'],
    ['plan a.yaml --json=true', 'The option --json takes no value'],
    ['clean --dry-run false', 'The option --dry-run takes no value'],
    ['run a.yaml --no-json', 'There is no option --no-json'],
    [
      'export --format jsn',
      '--format is one of json, csv, html, all, not "jsn". Did you mean json?',
    ],
    ['--jsno', 'Did you mean --json?'],
    ['runs 5', 'one word too many'],
  ])('explains what is wrong with %p', async (line, says) => {
    await expect(parse(line)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(says),
      hint: expect.stringContaining('--help'),
    });
  });

  it('shows the help when there is no verb, as an error', async () => {
    await expect(parse('')).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('testbed doctor'),
    });
  });

  it('prints version and help', async () => {
    expect(await parse('--version')).toEqual({ kind: 'print', text: '1.2.3' });
    expect(await parse('run --help')).toMatchObject({ kind: 'print' });
  });

  it('speaks English whatever the locale', async () => {
    const before = process.env.LC_ALL;
    process.env.LC_ALL = 'de_DE.UTF-8';
    try {
      expect(await helpText(undefined, commands, settings)).toContain('Examples:');
    } finally {
      if (before === undefined) delete process.env.LC_ALL;
      else process.env.LC_ALL = before;
    }
  });
});

describe('help', () => {
  const verbs = [undefined, ...commands.map(({ name }: Command) => name)];

  it.each(verbs)('of %p fits 80 columns and has an example', async (verb) => {
    const text = await helpText(verb, commands, settings);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    // Each command whole on a line of its own, to be copied.
    const lines = text.split('\n');
    const examples = commands.find(({ name }) => name === verb)?.examples ?? [];
    for (const [words] of examples) expect(lines).toContain(`  testbed ${words}`);
    expect(text).toMatch(/Examples:\n {2}# .+\n {2}testbed \w/);
  });

  it('of the program names every exit code', async () => {
    const text = await helpText(undefined, commands, settings);
    for (const code of [0, 1, 2, 3, 4, 5, 6, 130]) expect(text).toMatch(new RegExp(`\\b${code} `));
  });
});
