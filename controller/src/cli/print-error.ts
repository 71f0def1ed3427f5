/** How failures are shown: expected ones with a remedy, everything else as the bug it is. */
import { exitCodes } from '../errors/catalogue.ts';
import { describeError, docsLink } from '../errors/describe-error.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { messageOf } from '../lib/message-of.ts';
import { wrapText } from '../lib/wrap-text.ts';
import type { Environment } from './environment.ts';
import type { Output } from './output.ts';

/**
 * Prints an error, as text on stderr or as JSON on stdout.
 * @returns the exit code that belongs to it
 */
export function printError(
  error: unknown,
  output: Output,
  { version, platform }: Pick<Environment, 'version' | 'platform'>,
): number {
  if (error instanceof TestbedError) {
    if (output.json) output.printJson({ error: describeError(error) });
    else output.note(formatError(error, output.columns));
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (output.json) {
    output.printJson({
      error: { code: 'BUG', message: messageOf(error), exitCode: exitCodes.bug, stack },
    });
  } else {
    output.note('This is a bug in testbed. Please report it with the lines below; CONTRIBUTING.md');
    output.note(`says where.\n\ntestbed ${version}, ${platform}\n${stack}`);
  }
  return exitCodes.bug;
}

function formatError(error: TestbedError, columns: number): string {
  // Listings of configuration problems bring their own lines, carets included.
  const listing = error.message.includes('\n');
  const parts = [listing ? error.message : wrapText(error.message, columns)];
  if (error.hint !== undefined) parts.push(wrapText(`Hint: ${error.hint}`, columns, '      '));
  const cause = causeOf(error);
  if (cause !== undefined) parts.push(wrapText(`Cause: ${cause}`, columns, '       '));
  parts.push(`${error.code}, exit code ${error.exitCode}; see ${docsLink(error.code)}`);
  return parts.join('\n\n');
}

/** Only where it adds something: many messages quote their cause already. */
function causeOf({ cause, message }: TestbedError): string | undefined {
  if (cause === undefined) return undefined;
  const text = messageOf(cause).split('\n')[0] ?? '';
  return text === '' || message.includes(text) ? undefined : text;
}
