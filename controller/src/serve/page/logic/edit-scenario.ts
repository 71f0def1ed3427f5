/**
 * The text of a scenario and its form are one thing: fields are read from the YAML and written into
 * it, and comments and everything that has no field stay as they are. Pure.
 */
import { Document, isCollection, isMap, parse, parseDocument } from 'yaml';
import type { Field } from './form-fields.ts';

export type ScenarioText =
  | { readonly kind: 'fields'; readonly document: Document }
  /** It cannot be read as YAML, so fields have nothing to show. */
  | { readonly kind: 'broken'; readonly why: string };

export function readScenarioText(text: string): ScenarioText {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) return { kind: 'broken', why: error.message };
  if (document.contents !== null && !isMap(document.contents)) {
    return { kind: 'broken', why: 'A scenario is made of lines such as `name: smoke`.' };
  }
  return { kind: 'fields', document };
}

/** What the control of a field shows; empty where nothing is written. */
export function readField(document: Document, field: Field): string {
  const node = document.getIn(field.path, true);
  if (node === undefined) return '';
  const value = document.getIn(field.path);
  if (!isCollection(value)) return value === null || value === undefined ? '' : String(value);
  const plain: unknown = value.toJS(document);
  if (field.kind === 'list' && Array.isArray(plain)) return plain.join(', ');
  return field.kind === 'yaml' ? writeYaml(plain) : '';
}

/** Whether a field that takes either a word or a block holds a block. */
export function isBlock(document: Document, path: readonly string[]): boolean {
  return isMap(document.getIn(path));
}

/** @returns the text with the field set; an empty value takes the field out */
export function writeField(text: string, field: Field, value: string): string {
  const document: Document = parseDocument(text);
  if (document.contents === null) document.contents = document.createNode({});
  if (value.trim() === '') document.deleteIn(field.path);
  else setIn(document, field.path, readTyped(field, value));
  removeEmptyBlocks(document, field.path);
  return document.toString({ lineWidth: 0 });
}

/** Begins the block of a field that may also be a word. */
export function openBlock(text: string, path: readonly string[]): string {
  const document: Document = parseDocument(text);
  if (document.contents === null) document.contents = document.createNode({});
  document.setIn(path, document.createNode({}, { flow: true }));
  return document.toString({ lineWidth: 0 });
}

/** A parent that is a word (`network: wan`) gives way to the block that it becomes. */
function setIn(document: Document, path: readonly string[], value: unknown): void {
  for (let depth = 1; depth < path.length; depth++) {
    const parent = path.slice(0, depth);
    if (!isMap(document.getIn(parent))) document.setIn(parent, document.createNode({}));
  }
  const isShort = Array.isArray(value);
  document.setIn(path, document.createNode(value, { flow: isShort }));
}

/** What was typed as YAML would read it; what it cannot read stays text, for the server to refuse. */
function readTyped(field: Field, value: string): unknown {
  const trimmed = value.trim();
  const { kind } = field;
  if (kind === 'list')
    return trimmed
      .split(/[\s,]+/)
      .filter((part) => part !== '')
      .map(numberOr);
  if (kind === 'number') return numberOr(trimmed);
  if (kind === 'switch') return trimmed === 'true';
  if (kind === 'text' && field.takesNumbers) return numberOr(value);
  if (kind !== 'yaml') return value;
  try {
    return parse(trimmed);
  } catch {
    return trimmed;
  }
}

const numberOr = (text: string): number | string =>
  /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;

function removeEmptyBlocks(document: Document, path: readonly string[]): void {
  const parent = path.slice(0, -1);
  if (parent.length === 0) return;
  const block = document.getIn(parent);
  if (isMap(block) && block.items.length === 0) document.deleteIn(parent);
}

function writeYaml(value: unknown): string {
  return new Document(value).toString({ lineWidth: 0 }).trimEnd();
}
