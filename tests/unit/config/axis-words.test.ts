import { expect, it } from '@jest/globals';
import type { z } from 'zod';
import { scenarioSchema } from '../../../controller/src/config/schema.ts';
import { schemaAt, shapeOf } from '../../../controller/src/config/schema-walk.ts';
import { fieldsWithWords, wordsOf } from '../../../controller/src/model/axes.ts';

/** Every field with dots, blocks as well as what is in them. */
function fieldsIn(schema: z.ZodType, path: readonly string[] = []): readonly string[] {
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([key, inner]) => {
    const own = [...path, key];
    return [own.join('.'), ...fieldsIn(inner, own)];
  });
}

it('has words for fields that a scenario has, and for no others', () => {
  expect(fieldsWithWords.length).toBeGreaterThan(8);
  const lost = fieldsWithWords.filter((field) => !schemaAt(scenarioSchema, field.split('.')));
  expect(lost).toEqual([]);
});

it('calls no two fields by one label, so that a table of both can be read', () => {
  const fields = fieldsIn(scenarioSchema);
  expect(fields.length).toBeGreaterThan(60);
  const byLabel = Map.groupBy(fields, (field) => wordsOf(field).label);
  const shared = [...byLabel.values()].filter((group) => group.length > 1);
  expect(shared).toEqual([]);
});

it('tells fields under names of somebody apart from others', () => {
  expect(wordsOf('network.groups.edge.profile').label).toBe('edge profile');
  expect(wordsOf('network.regions.eu').label).toBe('eu');
  expect(wordsOf('node.timeout').label).toBe('node timeout');
});
