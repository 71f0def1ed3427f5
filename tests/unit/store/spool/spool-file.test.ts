import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { StorableRecord } from '../../../../controller/src/store/record.ts';
import {
  decodeSpoolFile,
  encodeSpoolFile,
  spoolVersion,
} from '../../../../controller/src/store/spool/spool-file.ts';
import { generateAwkwardRun } from '../../../fixtures/awkward-run.ts';
import { olderRun } from '../../../fixtures/older-run.ts';
import { generateStoredRun } from '../../../fixtures/stored-run.ts';

const seed = 11;
const { run, repetitions } = generateAwkwardRun({ seed, suffix: 'aaaa', sizes: [4] });
const savedAt = new Date(1_795_000_000_123);

function firstRepetition(): StorableRecord {
  const [record] = repetitions;
  if (record === undefined) throw new Error('the fixture has a repetition');
  return { kind: 'repetition', savedAt, record };
}

describe('a spool file', () => {
  it('gives back a run as it was', async () => {
    const storable: StorableRecord = { kind: 'run', savedAt, record: run };
    expect(await decodeSpoolFile(await encodeSpoolFile(storable))).toStrictEqual(storable);
  });

  it(`gives back a repetition as it was, samples in their order (seed ${seed})`, async () => {
    const storable = firstRepetition();
    expect(await decodeSpoolFile(await encodeSpoolFile(storable))).toStrictEqual(storable);
  });

  it('of a testbed that shaped nothing is read as unshaped', async () => {
    const today = generateStoredRun({ sizes: [4], repetitions: 1, measureMs: 1000 });
    const older = olderRun(today);
    const [record] = older.repetitions;
    // What an older encoder was given; the newer types have more.
    const files = [
      { kind: 'run', savedAt, record: older.run } as unknown as StorableRecord,
      { kind: 'repetition', savedAt, record } as unknown as StorableRecord,
    ];
    const [run, repetition] = await Promise.all(
      files.map(async (one) => decodeSpoolFile(await encodeSpoolFile(one))),
    );
    expect(run).toMatchObject({ record: { provenance: { claims: { source: null, nodes: [] } } } });
    expect(run).toMatchObject({ record: { plan: { shaper: 'none', cells: [{ network: {} }] } } });
    expect(repetition?.record).toStrictEqual(today.repetitions[0]);
  });

  it('is noticed when it is cut short, at any length', async () => {
    const content = await encodeSpoolFile(firstRepetition());
    for (const length of [0, 1, 10, 100, content.length >> 1, content.length - 1]) {
      await expect(decodeSpoolFile(content.subarray(0, length))).rejects.toMatchObject({
        problem: 'corrupt',
      });
    }
  });

  it('is noticed when a bit in it is altered', async () => {
    const content = await encodeSpoolFile(firstRepetition());
    const altered = Buffer.from(content);
    const position = altered.length >> 1;
    altered[position] = (altered[position] ?? 0) ^ 1;
    await expect(decodeSpoolFile(altered)).rejects.toMatchObject({ problem: 'corrupt' });
  });

  it('is noticed when it is something else', async () => {
    const content = gzipSync(JSON.stringify({ format: 'other', version: 1 }));
    await expect(decodeSpoolFile(content)).rejects.toMatchObject({ problem: 'corrupt' });
  });

  it('is left alone when a newer testbed wrote it', async () => {
    const json = gunzipSync(await encodeSpoolFile(firstRepetition())).toString();
    const newer = json.replace(`"version":${spoolVersion}`, `"version":${spoolVersion + 1}`);
    await expect(decodeSpoolFile(gzipSync(newer))).rejects.toMatchObject({ problem: 'newer' });
  });
});
