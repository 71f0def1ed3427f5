/** A program with arguments, written as one text or as a list. No shell reads it. */
import { z } from 'zod';
import { type Parsed, written } from './fields.ts';

const form = 'a program with its arguments, such as "python3 mynode.py" or [python3, mynode.py]';

/** For the reference and for messages. */
export const commandForm = form;

const words = z.array(z.string()).min(1).max(100);

export const commandSchema = written(readCommand).meta({ type: ['string', 'array'] });

function readCommand(value: unknown): Parsed<readonly string[]> {
  const list = words.safeParse(typeof value === 'string' ? splitWords(value) : value);
  const [program] = list.data ?? [];
  if (program !== undefined && program !== '') return { kind: 'ok', value: list.data ?? [] };
  const why =
    typeof value === 'string' && value.trim() !== ''
      ? 'a quotation mark is not closed'
      : `${JSON.stringify(value)} is no program with arguments`;
  return { kind: 'refused', problem: 'wrong-type', why };
}

/**
 * Words as a POSIX shell would part them, with its two kinds of quotes and its backslash, and
 * nothing else of a shell: no variables, no patterns, no pipes.
 * @returns null where a quotation mark is not closed
 */
export function splitWords(text: string): string[] | null {
  const found: string[] = [];
  const piece = /\s+|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/gsy;
  let word: string | null = null;
  let at = 0;
  for (const match of text.matchAll(piece)) {
    at = match.index + match[0].length;
    const [, single, double, escaped, plain] = match;
    const part = single ?? double?.replace(/\\([\\"$`])/g, '$1') ?? escaped ?? plain;
    if (part !== undefined) word = (word ?? '') + part;
    else if (word !== null) {
      found.push(word);
      word = null;
    }
  }
  if (at < text.length) return null;
  return word === null ? found : [...found, word];
}
