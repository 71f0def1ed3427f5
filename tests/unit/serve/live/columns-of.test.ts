import { describe, expect, it } from '@jest/globals';
import { createNodeView } from '../../../../controller/src/observe/node-view.ts';
import { columnsOf } from '../../../../controller/src/serve/live/columns-of.ts';

describe('the state of a node', () => {
  it('is up, silent, waiting, or down once its process is gone, whatever it answered before', () => {
    const view = createNodeView(4);
    const scrape = { samples: [], latency: { bounds: [], counts: [] }, monotonicMs: 0, tookMs: 3 };
    view.answered(0, scrape);
    view.missed(1);
    view.answered(3, scrape);
    const { state } = columnsOf(view.view(), [3]);
    expect(state).toEqual(['up', 'silent', 'waiting', 'down']);
  });
});
