import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { exitCodes } from '../../errors/catalogue.ts';
import { TestbedError } from '../../errors/testbed-error.ts';
import { fileReason } from '../../lib/file-reason.ts';
import { isLoopback } from '../../serve/http/guard.ts';
import { readTokens, type Token } from '../../serve/http/tokens.ts';
import type { Arguments, Command, CommandContext } from '../command.ts';
import { formatPlan } from '../format-plan.ts';
import { printError } from '../print-error.ts';
import { resolvePath } from '../print-result.ts';
import { tokenVariable } from '../remote/server-option.ts';

const portDefault = 8080;
const bindDefault = '127.0.0.1';

/** Page, API, queue, and what Prometheus asks for. */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'Serve the page, the API and a queue of runs until it is stopped',
  positionals: [],
  options: {
    port: { kind: 'text', describe: 'Port', value: 'number', defaultText: String(portDefault) },
    bind: {
      kind: 'text',
      describe: 'Address to listen on; any but loopback needs a token',
      value: 'address',
      defaultText: bindDefault,
    },
    host: {
      kind: 'list',
      describe: 'Further name that it may be called by; may be repeated',
      value: 'name',
    },
    'token-file': {
      kind: 'text',
      describe: `Tokens, one a line (name: token); or one in ${tokenVariable}`,
      value: 'file',
    },
    'allow-commands': {
      kind: 'flag',
      describe: 'Let scenarios that come over the network start programs of their own (command)',
    },
  },
  examples: [
    ['serve', 'http://127.0.0.1:8080, for this machine alone'],
    ['serve --bind 0.0.0.0 --token-file tokens.txt', 'for others too, who need a token'],
    ['run topologies/smoke.yaml --server http://127.0.0.1:8080', 'a run in its queue'],
  ],
  notes:
    'One run at a time, others wait; the queue outlives a restart. Ctrl-C ends the run under way gently and then the server; twice ends at once. Described in docs/server.md and docs/openapi.json.',
  async run(args, context) {
    const { environment, wiring, interrupts, output } = context;
    const { clock, chance, version, packageFolder } = environment;
    const bind = readBind(args.text('bind') ?? bindDefault);
    const tokens = await readTokensOf(args, context);
    if (!isLoopback(bind) && tokens.length === 0) throw needsToken(bind);
    interrupts.announceWith((ending) =>
      output.note(ending === 'stop' ? 'stopping; press again to end at once' : 'ending at once'),
    );
    // Loaded when it is asked for: no other verb pays for it.
    const { serve } = await import('../../serve/serve.ts');
    const { preparePage } = await import('../../serve/prepare-page.ts');
    await serve(
      {
        bind,
        port: readPort(args.text('port')),
        hosts: args.list('host').map((name) => name.toLowerCase()),
        tokens,
        allowCommands: args.flag('allow-commands'),
        version,
        readyFolder: join(packageFolder, 'topologies'),
        pageFolder: await preparePage(packageFolder, (text) => output.note(`warning: ${text}`)),
      },
      {
        ...{ workshop: wiring, clock, chance, endings: interrupts, formatPlan, every },
        note: output.note,
        onBug: (error) => void printError(error, { ...output, json: false }, environment),
        onListening: (url) => {
          if (output.json) output.printJson({ url, tokens: tokens.map(({ name }) => name) });
          else output.print(`serving at ${url}`);
        },
      },
    );
    return exitCodes.ok;
  },
};

async function readTokensOf(
  args: Arguments,
  { environment }: CommandContext,
): Promise<readonly Token[]> {
  const file = args.text('token-file');
  const given = environment.env[tokenVariable] ?? '';
  if (file === undefined) return given === '' ? [] : readTokens(given, tokenVariable);
  const path = resolvePath(file, environment);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new TestbedError(
      'TOKEN_UNUSABLE',
      `The token file ${file} cannot be read: ${fileReason(cause)}.`,
      {
        hint: 'One token a line, readable for whoever starts the server.',
        cause,
      },
    );
  });
  return readTokens(text, file);
}

function needsToken(bind: string): TestbedError {
  return new TestbedError(
    'TOKEN_UNUSABLE',
    `On ${bind} others reach the server, and it has no token.`,
    {
      hint: `Make one: openssl rand -hex 32 > token.txt; testbed serve --bind ${bind} --token-file token.txt`,
    },
  );
}

/** @throws TestbedError USAGE: a name could stand for any address, and a port has its own option */
function readBind(text: string): string {
  const address = text === 'localhost' ? bindDefault : text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0) return address;
  const [, before, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  throw new TestbedError('USAGE', `--bind takes an IP address, not "${text}".`, {
    ...(port === undefined ? {} : { hint: `The port goes apart: --bind ${before} --port ${port}` }),
  });
}

function readPort(text: string | undefined): number {
  if (text === undefined) return portDefault;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new TestbedError('USAGE', `--port takes a number from 0 to 65535, not "${text}".`);
}

function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
}
