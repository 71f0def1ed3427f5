/** JSON of the kind `{from: {to: ms}}`, alone or inside one other key -> its values. Pure. */
import { type Field, type RawValue, refuse, type TableReading } from './raw-table.ts';
import { repeatedPairs, someOf } from './read-text-table.ts';

const form = 'JSON such as {"eu": {"us": 80}}, in ms, alone or as the one value of another key';
const start: Field = { text: '{', at: 0 };

export function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

export function readJsonTable(text: string): TableReading {
  const fault = syntaxFault(text);
  if (fault !== undefined) return refuse('wrong-form', fault, 'this is not JSON from here on');
  const { leaves, list } = scan(text);
  if (list !== null) {
    const message = 'this JSON holds a list, not a block of regions';
    return refuse('wrong-form', list, message, form);
  }
  const inner = leaves.filter(({ path }) => path.length === 3);
  const tables = [...new Set(inner.map(({ path }) => path[0]?.text ?? ''))];
  if (tables.length > 1) {
    const message = `this JSON holds several tables, or one that is too deep: ${someOf(tables)}`;
    return refuse('wrong-form', start, message, form);
  }
  // Beside the one table there may be words about it.
  const depth = tables.length === 1 ? 3 : 2;
  const names = new Map<string, Field>();
  const values = leaves.flatMap(({ path, value }): RawValue[] => {
    const [from, to] = path.slice(-2);
    if (path.length !== depth || from === undefined || to === undefined) return [];
    for (const one of [from, to]) if (!names.has(one.text)) names.set(one.text, one);
    return [{ from: from.text, to: to.text, value }];
  });
  if (values.length === 0) {
    return refuse('wrong-form', start, 'this JSON holds no table of delays', form);
  }
  const table = { names: [...names.values()], values, hasDecimalCommas: false };
  return { kind: 'table', table, faults: repeatedPairs(values) };
}

/** Where the text stops being JSON. */
function syntaxFault(text: string): Field | undefined {
  try {
    JSON.parse(text.replace(/^\ufeff/, ' '));
    return undefined;
  } catch (error) {
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    return { text: '', at: at === undefined ? text.trimEnd().length : Number(at) };
  }
}

interface Leaf {
  /** Keys from the outside, as they are written. */
  readonly path: readonly Field[];
  readonly value: Field;
}

/**
 * Every plain value, with its place: JSON.parse keeps none, and takes the last of two equal keys
 * without a word.
 * @param text that JSON.parse accepts
 */
function scan(text: string): { readonly leaves: readonly Leaf[]; readonly list: Field | null } {
  const leaves: Leaf[] = [];
  const path: Field[] = [];
  let key: Field | null = null;
  let isKeyNext = false;
  for (const { 0: token, index: at } of text.matchAll(tokens)) {
    if (token === '[') return { leaves, list: { text: token, at } };
    if (token === '{') {
      if (key !== null) path.push(key);
      key = null;
      isKeyNext = true;
    } else if (token === '}') {
      path.pop();
      key = null;
    } else if (token === ',') isKeyNext = true;
    else if (isKeyNext) {
      key = { text: wordOf(token), at };
      isKeyNext = false;
    } else if (key !== null && token !== ':') {
      // Null says nothing, as an empty cell does.
      const said = token === 'null' ? '' : wordOf(token);
      leaves.push({ path: [...path, key], value: { text: said, at } });
    }
  }
  return { leaves, list: null };
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"\ufeff]+/g;

function wordOf(token: string): string {
  return token.startsWith('"') ? String(JSON.parse(token)) : token;
}
