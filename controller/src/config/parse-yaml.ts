/**
 * YAML text -> plain value plus the way back: from a path in the value to its place in the text.
 * Bounded against hostile input (size, depth, aliases). Knows YAML, not scenarios.
 */
import {
  type Alias,
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { joinNumbers } from './join-numbers.ts';
import { findRange, isEmptyScalar, rangeOf } from './locate-yaml.ts';
import { mergeBlocks } from './merge-blocks.ts';
import type { Path } from './path.ts';
import type { AliasUse, ConfigProblem, FilePlace, ProblemCode, ProblemPlace } from './problem.ts';
import { limits } from './schema.ts';

export interface YamlSource {
  /** Undefined if the text could not be read as YAML; problems then say why. */
  readonly value: unknown;
  /** False if `value` means nothing and only `problems` should be shown. */
  readonly usable: boolean;
  readonly problems: readonly ConfigProblem[];
  /**
   * Place of the value at `path`; of its key if `aim` is `key`; of the innermost existing parent
   * if there is nothing at `path`.
   */
  locate(path: Path, aim: 'key' | 'value'): ProblemPlace;
}

/**
 * Reads one YAML 1.2 document.
 * @param file name for positions only; nothing is opened
 */
export function parseYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const placeAt = createPlacer(text, file, lines);
  const problem = (code: ProblemCode, from: number, to: number, message: string) =>
    ({ code, path: '', place: placeAt(from, to), message }) satisfies ConfigProblem;
  const unusable = (...problems: ConfigProblem[]): YamlSource => ({
    value: undefined,
    usable: false,
    problems,
    locate: () => placeAt(0, 1),
  });

  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      version: '1.2',
      // `!!binary`, `!!set` and the like would make values that are neither block, list nor word.
      resolveKnownTags: false,
      stringKeys: true,
      // Tells which brackets have an end.
      keepSourceTokens: true,
    });
  } catch (error) {
    // The composer recurses, so only absurd nesting exhausts the stack; everything else is a bug.
    if (!(error instanceof RangeError)) throw error;
    lines.addNewLine(0);
    return unusable(problem('too-deep', 0, 1, 'the brackets are nested too deeply to be read'));
  }

  const openings = document.errors.length === 0 ? [] : findOpenings(document);
  const opening = (at: number) => openings.findLast(({ from, to }) => from < at && to >= at)?.from;
  const errors = [...withoutOuter(document.errors, opening), ...document.warnings];
  const problems = errors.map((error) => explainYamlError(error, { problem, text, opening }));
  const deep = problems.find(({ code }) => code === 'too-deep');
  if (deep !== undefined) return unusable(deep);
  if (problems.some(({ code }) => code !== 'duplicate-key'))
    return unusable(...problems.slice(0, 5));
  if (document.contents === null || isEmptyScalar(document.contents)) {
    return unusable(problem('empty', 0, 1, 'the file holds no scenario'));
  }
  const alias = findBadAlias(document);
  if (alias !== undefined) {
    const [from, to] = rangeOf(alias.node) ?? [0, 1];
    return unusable(problem(alias.code, from, to, alias.message));
  }
  const told = errors.map(({ pos: [at] }, index) => ({ at, problem: problems[index] }));
  const { torn, numbers } = tellNumbers(document, problem);
  // The parts of `1,000,000` are not the same key twice.
  const others = told.flatMap((one) =>
    one.problem === undefined || torn.some(({ from, to }) => from <= one.at && one.at < to)
      ? []
      : [one.problem],
  );
  const { value, locate, merges } = readValue(document, placeAt);
  return { value, usable: true, problems: [...others, ...numbers, ...merges], locate };
}

function tellNumbers(document: Document.Parsed, problem: ExplainContext['problem']) {
  const torn = joinNumbers(document);
  const numbers = torn.map(({ from, to, message }) => problem('wrong-form', from, to, message));
  return { torn, numbers };
}

type PlaceAt = (from: number, to: number) => FilePlace;

/** Aliases followed and merge keys carried out. */
function readValue(document: Document.Parsed, placeAt: PlaceAt) {
  const useOf = (alias: Alias): AliasUse => {
    const { line, column } = placeAt(...(rangeOf(alias) ?? [0, 1]));
    return { alias: `*${alias.source}`, line, column };
  };
  const locate: YamlSource['locate'] = (path, aim) => {
    const { range, aliases } = findRange(document, path, aim);
    return { ...placeAt(...range), ...(aliases.length === 0 ? {} : { uses: aliases.map(useOf) }) };
  };
  const value: unknown = document.toJS({ maxAliasCount: 1000 });
  const merges = mergeBlocks(value).map((path): ConfigProblem => {
    const message = '"<<" takes the keys of other blocks in, and here is no block';
    return { code: 'wrong-type', path: '', place: locate(path, 'value'), message };
  });
  return { value, locate, merges };
}

function createPlacer(text: string, file: string, lines: LineCounter): PlaceAt {
  return (from, to) => {
    const start = Math.max(0, Math.min(from, text.length));
    const { line, col } = lines.linePos(start);
    const lineStart = start - (col - 1);
    const lineEnd = /\r?\n|$/g;
    lineEnd.lastIndex = lineStart;
    const end = lineEnd.exec(text)?.index ?? text.length;
    const length = Math.max(1, Math.min(to, end) - start);
    // A file without any newline before `start` has no entry yet: the first line it is.
    return {
      kind: 'file',
      file,
      line: Math.max(1, line),
      column: Math.max(1, col),
      lineText: text.slice(lineStart, end),
      length,
    };
  };
}

interface ExplainContext {
  readonly problem: (code: ProblemCode, from: number, to: number, message: string) => ConfigProblem;
  readonly text: string;
  /** Where the quote or bracket was opened that is still open at this offset. */
  readonly opening: (at: number) => number | undefined;
}

function explainYamlError(error: YAMLError, context: ExplainContext): ConfigProblem {
  const { problem, text } = context;
  const [from, to] = error.pos;
  switch (error.code) {
    case 'DUPLICATE_KEY': {
      const key = /^[^\s:,{}[\]]+/.exec(text.slice(from, from + 80))?.[0] ?? '';
      const message = `the key ${key} was given before in the same block`;
      return problem('duplicate-key', from, from + key.length, message);
    }
    case 'MULTIPLE_DOCS':
      return problem(
        'several-documents',
        from,
        to,
        'a second document starts here; one is allowed',
      );
    case 'RESOURCE_EXHAUSTION':
      return problem('too-deep', from, to, 'the blocks are nested too deeply to be read');
    case 'MISSING_CHAR':
    case 'MULTILINE_IMPLICIT_KEY':
    case 'BAD_INDENT': {
      // `seed:5` is one word to YAML, and a key without a value.
      const glued = error.message.startsWith('Implicit ')
        ? /^[A-Za-z][\w-]*:(?=\S)/.exec(text.slice(from, from + 80))?.[0]
        : undefined;
      if (glued !== undefined) {
        const colon = from + glued.length - 1;
        const message = 'this is not YAML: a space is missing after the colon';
        return problem('yaml-syntax', colon, colon + 1, message);
      }
      const opened = isUnclosed(error) ? context.opening(from) : undefined;
      if (opened === undefined) break;
      const message = 'this is not YAML: what is opened here is never closed';
      return problem('yaml-syntax', opened, opened + 1, message);
    }
  }
  const known = syntaxAdvice[error.code];
  const advice = known ?? `${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`;
  return problem('yaml-syntax', from, to, `this is not YAML: ${advice}`);
}

const syntaxAdvice: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'a tab is used for indentation; YAML allows spaces only',
  BAD_ALIAS: 'the alias names no anchor that comes before it',
  TAG_RESOLVE_FAILED: 'the tag (a word that starts with "!") is not known; leave it out',
  BAD_SCALAR_START: 'this character cannot start a plain value; put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a key and its value must not contain another key on the same line',
  NON_STRING_KEY: 'keys are plain words here, not numbers, lists or blocks',
  BAD_DQ_ESCAPE: 'a backslash in double quotes starts an escape; use single quotes for a plain one',
};

/** Whether a quote or a bracket that was opened has no end. */
function isUnclosed({ code, message }: YAMLError): boolean {
  return code === 'MISSING_CHAR' || (code === 'BAD_INDENT' && message.startsWith('Flow '));
}

/** Errors in their order, but of brackets and quotes in brackets that stay open the inner alone. */
function withoutOuter(
  errors: readonly YAMLError[],
  opening: (at: number) => number | undefined,
): YAMLError[] {
  let inner = -1;
  return errors.filter((error) => {
    const opened = isUnclosed(error) ? opening(error.pos[0]) : undefined;
    if (opened === undefined) return true;
    // The inner one is told first; what encloses it was opened before.
    if (opened <= inner) return false;
    inner = opened;
    return true;
  });
}

/** Quotes and brackets without an end, in the order in which they are opened. */
function findOpenings(document: Document.Parsed): { readonly from: number; readonly to: number }[] {
  const openings: { from: number; to: number }[] = [];
  visit(document, {
    Node(_key, node) {
      const range = rangeOf(node);
      if (range !== undefined && (isOpenQuote(node) || isOpenBracket(node))) {
        openings.push({ from: range[0], to: range[1] });
      }
    },
  });
  return openings;
}

function isOpenQuote(node: unknown): boolean {
  if (!isScalar(node)) return false;
  const token = node.srcToken;
  if (token?.type === 'double-quoted-scalar') return !/^"(?:[^"\\]|\\.)*"$/s.test(token.source);
  return token?.type === 'single-quoted-scalar' && !/^'(?:[^']|'')*'$/.test(token.source);
}

function isOpenBracket(node: unknown): boolean {
  if (!isMap(node) && !isSeq(node)) return false;
  const token = node.srcToken;
  if (token?.type !== 'flow-collection') return false;
  return token.end[0]?.source !== (isMap(node) ? '}' : ']');
}

interface BadAlias {
  readonly node: Alias;
  readonly code: ProblemCode;
  readonly message: string;
}

/** The first alias that names nothing, or the first beyond the limit. */
function findBadAlias(document: Document.Parsed): BadAlias | undefined {
  let count = 0;
  let found: BadAlias | undefined;
  visit(document, {
    Alias(_key, node) {
      count++;
      if (count > limits.aliasesMax) {
        const message = `more than ${limits.aliasesMax} aliases are used`;
        found = { node, code: 'too-many-aliases', message };
      } else if (node.resolve(document) === undefined) {
        const message = `no anchor &${node.source} comes before this alias; put the value in quotes if it is text`;
        found = { node, code: 'yaml-syntax', message };
      }
      return found === undefined ? undefined : visit.BREAK;
    },
  });
  return found;
}
