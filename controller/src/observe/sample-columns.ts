import type { SampleRecord } from '../model/record.ts';

/**
 * Samples in columns: 18 bytes each instead of an object, so that a long measurement of many
 * nodes neither grows the heap nor wakes its collector. Pure.
 */
export interface SampleColumns {
  /** Returns false if the bound was reached and the sample was dropped. */
  append(nodeIndex: number, atUnixMs: number, seriesIndex: number, value: number): boolean;
  readonly count: number;
  readonly dropped: number;
  /** All samples in order of arrival; `seriesNames[seriesIndex]` becomes the metric. */
  materialise(seriesNames: readonly string[]): SampleRecord[];
}

interface Chunk {
  readonly node: Uint16Array;
  readonly at: Float64Array;
  readonly series: Uint16Array;
  readonly value: Float64Array;
}

const CHUNK_SIZE = 8192;

/** @param countMax most samples kept, >= 0; node and series indexes must be below 65,536 */
export function createSampleColumns(countMax: number): SampleColumns {
  const chunks: Chunk[] = [];
  let count = 0;
  let dropped = 0;
  return {
    append(nodeIndex, atUnixMs, seriesIndex, value) {
      if (count >= countMax) {
        dropped++;
        return false;
      }
      const offset = count % CHUNK_SIZE;
      if (offset === 0) chunks.push(createChunk());
      const chunk = chunks[chunks.length - 1] as Chunk; // one was pushed at offset 0
      chunk.node[offset] = nodeIndex;
      chunk.at[offset] = atUnixMs;
      chunk.series[offset] = seriesIndex;
      chunk.value[offset] = value;
      count++;
      return true;
    },
    get count() {
      return count;
    },
    get dropped() {
      return dropped;
    },
    materialise(seriesNames) {
      const records: SampleRecord[] = new Array(count);
      let at = new Date(Number.NaN);
      for (let index = 0; index < count; index++) {
        const chunk = chunks[Math.floor(index / CHUNK_SIZE)] as Chunk; // index < count
        const offset = index % CHUNK_SIZE;
        const atUnixMs = chunk.at[offset] as number; // offset < CHUNK_SIZE, here and below
        // The samples of one scrape share one Date.
        if (at.getTime() !== atUnixMs) at = new Date(atUnixMs);
        records[index] = {
          nodeIndex: chunk.node[offset] as number,
          at,
          metric: seriesNames[chunk.series[offset] as number] ?? '',
          value: chunk.value[offset] as number,
        };
      }
      return records;
    },
  };
}

function createChunk(): Chunk {
  return {
    node: new Uint16Array(CHUNK_SIZE),
    at: new Float64Array(CHUNK_SIZE),
    series: new Uint16Array(CHUNK_SIZE),
    value: new Float64Array(CHUNK_SIZE),
  };
}
