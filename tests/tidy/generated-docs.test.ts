import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generateDocs } from '../../scripts/generate-docs.ts';

const root = join(import.meta.dirname, '../..');

describe('generated reference pages', () => {
  it('are what `npm run docs` would write', async () => {
    for (const { path, text } of await generateDocs()) {
      const written = readFileSync(join(root, path), 'utf8');
      expect({ path, isCurrent: written === text }).toEqual({ path, isCurrent: true });
    }
  });
});
