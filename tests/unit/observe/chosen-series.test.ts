import { describe, expect, it } from '@jest/globals';
import {
  chosenSampleNames,
  isCounter,
  seriesName,
} from '../../../controller/src/observe/chosen-series.ts';

const sample = (labels: readonly (readonly [string, string])[]) => ({
  name: 'network_messages_sent_total',
  labels,
  value: 1,
  timestamp: null,
});

describe('chosenSampleNames', () => {
  it('reduces histograms to their count and sum', () => {
    expect(chosenSampleNames.has('consensus_commit_latency_seconds_count')).toBe(true);
    expect(chosenSampleNames.has('consensus_commit_latency_seconds_sum')).toBe(true);
    expect(chosenSampleNames.has('consensus_commit_latency_seconds_bucket')).toBe(false);
    expect(chosenSampleNames.has('consensus_commit_latency_seconds')).toBe(false);
  });

  it('keeps gauges and counters under their own name', () => {
    expect(chosenSampleNames.has('consensus_committed_height')).toBe(true);
    expect(chosenSampleNames.has('nodejs_heap_size_total_bytes')).toBe(false);
  });
});

describe('seriesName', () => {
  it('is the bare name when only the node is told apart', () => {
    expect(seriesName(sample([]))).toBe('network_messages_sent_total');
    expect(
      seriesName(
        sample([
          ['node', '3'],
          ['run_id', 'x'],
        ]),
      ),
    ).toBe('network_messages_sent_total');
  });

  it('appends other labels in sorted order, quoted', () => {
    expect(
      seriesName(
        sample([
          ['type', 'a"b'],
          ['kind', 'vote'],
        ]),
      ),
    ).toBe('network_messages_sent_total{kind="vote",type="a\\"b"}');
  });
});

describe('isCounter', () => {
  it('knows counters by their ending', () => {
    expect(isCounter('x_total')).toBe(true);
    expect(isCounter('x_seconds_count')).toBe(true);
    expect(isCounter('x_seconds_sum')).toBe(false);
    expect(isCounter('consensus_round')).toBe(false);
  });
});
