import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  openBlock,
  readField,
  readScenarioText,
  writeField,
} from '../../../../controller/src/serve/page/logic/edit-scenario.ts';
import {
  type Field,
  listFields,
  type Schema,
} from '../../../../controller/src/serve/page/logic/form-fields.ts';
import { offsetOf } from '../../../../controller/src/serve/page/logic/place-in-text.ts';

const schema = JSON.parse(readFileSync('topologies/scenario.schema.json', 'utf8')) as Schema;
const fields = listFields(schema);

function find(path: string): Field {
  const all = (list: readonly Field[]): Field[] =>
    list.flatMap((field) => [field, ...('fields' in field ? all(field.fields) : [])]);
  const found = all(fields).find((field) => field.path.join('.') === path);
  if (found === undefined) throw new Error(`There is no field ${path}`);
  return found;
}

function read(text: string, path: string): string {
  const scenario = readScenarioText(text);
  if (scenario.kind === 'broken') throw new Error(scenario.why);
  return readField(scenario.document, find(path));
}

const text = `# Question: does it work?
name: smoke # mine
nodes: [4, 7]
network: wan
load: { rate: 200 }
`;

describe('the fields of the real schema', () => {
  it('are every key of a scenario', () => {
    expect(fields.map(({ label }) => label)).toEqual(Object.keys(schema.properties ?? {}));
  });

  it.each([
    ['name', 'text'],
    ['nodes', 'list'],
    ['repetitions', 'number'],
    ['runtime', 'choice'],
    ['load.rate', 'text'],
    ['load.arrivals', 'choice'],
    ['resources', 'either'],
    ['resources.profile', 'choice'],
    ['topology.degree', 'number'],
    ['network', 'yaml'],
    ['timeline', 'yaml'],
    ['phases.measure', 'text'],
  ])('%s has a control of its kind: %s', (path, kind) => {
    expect(find(path).kind).toBe(kind);
  });

  it('say what holds without them, and what is needed', () => {
    expect(find('repetitions').fallback).toBe('5');
    expect(find('load.size').fallback).toBe('128B');
    expect(fields.filter(({ isRequired }) => isRequired).map(({ label }) => label)).toEqual([
      'name',
      'nodes',
    ]);
  });
});

describe('form and text as one thing', () => {
  it('reads what is written', () => {
    expect(read(text, 'name')).toBe('smoke');
    expect(read(text, 'nodes')).toBe('4, 7');
    expect(read(text, 'load.rate')).toBe('200');
    expect(read(text, 'load.size')).toBe('');
    expect(read(text, 'network')).toBe('wan');
  });

  it('writes a field and leaves comments and the rest', () => {
    const after = writeField(text, find('nodes'), '4, 10 13');
    expect(after).toContain('# Question: does it work?');
    expect(after).toContain('name: smoke # mine');
    expect(after).toContain('nodes: [ 4, 10, 13 ]');
  });

  it('takes out a field that is emptied, and a block with nothing in it', () => {
    expect(writeField(text, find('load.rate'), '')).not.toContain('load');
  });

  it('makes a block of a word where a field inside it is written', () => {
    const open = openBlock('name: a\nresources: light\n', ['resources']);
    expect(read(writeField(open, find('resources.cpus'), '2'), 'resources.cpus')).toBe('2');
    expect(
      read(
        writeField('name: a\nresources: light\n', find('resources.memory'), '1GiB'),
        'resources.memory',
      ),
    ).toBe('1GiB');
  });

  it('leaves text text, numbers numbers, and what is no YAML to the server', () => {
    expect(writeField(text, find('name'), '12')).toContain('name: "12"');
    expect(writeField(text, find('repetitions'), '3')).toContain('repetitions: 3');
    expect(writeField(text, find('repetitions'), 'three')).toContain('repetitions: three');
    expect(writeField(text, find('network'), '{ rtt: 80ms }')).toContain('rtt: 80ms');
    expect(read(writeField(text, find('network'), '{ rtt: ['), 'network')).toBe('{ rtt: [');
  });

  it('begins from nothing', () => {
    expect(writeField('', find('name'), 'a')).toBe('name: a\n');
  });

  it('says why a text has no fields', () => {
    expect(readScenarioText('name: [').kind).toBe('broken');
    expect(readScenarioText('- a')).toEqual({
      kind: 'broken',
      why: expect.stringContaining('name: smoke'),
    });
  });

  it('finds the place of a problem', () => {
    expect(text.slice(offsetOf(text, 3, 8))).toMatch(/^\[4, 7\]/);
    expect(offsetOf(text, 99, 1)).toBe(text.length);
  });
});
