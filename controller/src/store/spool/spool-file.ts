import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import type { RepetitionRecord, SampleRecord } from '../../model/record.ts';
import { decodeJson, encodeJson } from '../codec/json.ts';
import { completeRepetition, completeRun } from '../codec/older-records.ts';
import type { StorableRecord } from '../record.ts';

/*
 * Content of a spool file: gzip over JSON (see codec/json.ts), with a version. gzip carries a
 * checksum, so a file that was cut short or altered is noticed. Samples are packed into columns:
 * there may be a million of them, and as objects they would take longer to write than to measure.
 */

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** 2: repetitions say how their network was shaped. Older ones are completed as they are read. */
export const spoolVersion = 2;

/** Why a file cannot be used; `newer` files are another program's and not broken. */
export type SpoolFileProblem = 'corrupt' | 'newer';

export class SpoolFileError extends Error {
  override readonly name = 'SpoolFileError';
  readonly problem: SpoolFileProblem;

  constructor(problem: SpoolFileProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

export async function encodeSpoolFile(storable: StorableRecord): Promise<Buffer> {
  const record = storable.kind === 'run' ? storable.record : packSamples(storable.record);
  const json = encodeJson({
    format: 'testbed-spool',
    version: spoolVersion,
    kind: storable.kind,
    savedAt: storable.savedAt,
    record,
  });
  return compress(json, { level: constants.Z_BEST_SPEED });
}

/** @throws SpoolFileError */
export async function decodeSpoolFile(content: Uint8Array): Promise<StorableRecord> {
  const envelope = await readEnvelope(content);
  if (envelope.version > spoolVersion) {
    throw new SpoolFileError(
      'newer',
      `It has version ${envelope.version}, this testbed knows ${spoolVersion}.`,
    );
  }
  const { kind, savedAt, record } = envelope;
  // The checksum says that it is what encodeSpoolFile wrote, and the compiler what that was.
  const storable = { kind, savedAt, record } as PackedStorable;
  if (storable.kind === 'run') {
    return { ...storable, record: completeRun(storable.record) };
  }
  return { ...storable, record: completeRepetition(unpackSamples(storable.record)) };
}

const envelopeSchema = z.strictObject({
  format: z.literal('testbed-spool'),
  version: z.number().int().min(1),
  kind: z.enum(['run', 'repetition']),
  savedAt: z.date(),
  record: z.unknown(),
});

async function readEnvelope(content: Uint8Array): Promise<z.infer<typeof envelopeSchema>> {
  try {
    const json = await decompress(content);
    return envelopeSchema.parse(decodeJson(json.toString('utf8')));
  } catch (error) {
    throw new SpoolFileError('corrupt', 'It is cut short, altered, or no spool file.', {
      cause: error,
    });
  }
}

/** Samples by columns: `metric` and `node` index into their lists. */
interface PackedSamples {
  readonly metrics: readonly string[];
  readonly metric: Int32Array;
  readonly node: Int32Array;
  readonly atMs: Float64Array;
  readonly value: Float64Array;
}

type PackedRepetition = Omit<RepetitionRecord, 'samples'> & { readonly samples: PackedSamples };

type PackedStorable =
  | Extract<StorableRecord, { kind: 'run' }>
  | { readonly kind: 'repetition'; readonly savedAt: Date; readonly record: PackedRepetition };

function packSamples(repetition: RepetitionRecord): PackedRepetition {
  const { samples } = repetition;
  const indexes = new Map<string, number>();
  const metric = new Int32Array(samples.length);
  const node = new Int32Array(samples.length);
  const atMs = new Float64Array(samples.length);
  const value = new Float64Array(samples.length);
  for (const [position, sample] of samples.entries()) {
    let index = indexes.get(sample.metric);
    if (index === undefined) {
      index = indexes.size;
      indexes.set(sample.metric, index);
    }
    metric[position] = index;
    node[position] = sample.nodeIndex;
    atMs[position] = sample.at.getTime();
    value[position] = sample.value;
  }
  return { ...repetition, samples: { metrics: [...indexes.keys()], metric, node, atMs, value } };
}

function unpackSamples(packed: PackedRepetition): RepetitionRecord {
  const { metrics, metric, node, atMs, value } = packed.samples;
  const samples: SampleRecord[] = [];
  for (let position = 0; position < metric.length; position++) {
    samples.push({
      nodeIndex: node[position] ?? 0,
      at: new Date(atMs[position] ?? Number.NaN),
      metric: metrics[metric[position] ?? 0] ?? '',
      value: value[position] ?? Number.NaN,
    });
  }
  return { ...packed, samples };
}
