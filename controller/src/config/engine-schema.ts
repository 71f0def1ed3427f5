/**
 * The `engine` block of a scenario: what the engines of all protocols have, and what each protocol
 * adds (contract: scenarioFields). No protocol's name is known here.
 */
import { z } from 'zod';
import {
  type EngineParameters,
  engineParametersSchema,
  knownProtocols,
  type ProtocolDescription,
  type ScenarioField,
  signatureSchemeNames,
  transactionBytesMin,
} from '../../../node-image/src/contract/index.ts';
import { parseDurationMs } from '../lib/units.ts';
import { duration, durationOr, note, size } from './fields.ts';

const names = knownProtocols.map(({ name }) => name);
const [{ name: defaultName }] = knownProtocols;

/** What protocols add, by name in the block; who has a field of one name has the same. */
export const ownFields: ReadonlyMap<string, ScenarioField> = new Map(
  knownProtocols.flatMap(({ scenarioFields }) => Object.entries(scenarioFields)),
);

/** The protocols whose engines have this field. */
export function protocolsWith(field: string): readonly ProtocolDescription[] {
  return knownProtocols.filter(({ scenarioFields }) => Object.hasOwn(scenarioFields, field));
}

const shared = {
  protocol: note(z.enum(names).default(defaultName), {
    description: `The consensus protocol: ${knownProtocols.map(titled).join('; ')}.`,
    form: names.join(' or '),
  }),
  signature: note(z.enum(signatureSchemeNames).default('ed25519'), {
    description:
      'What every vote, timeout and proposal is signed with. Of `bls12-381` a certificate holds one aggregate, of the others a signature for each of its members.',
    form: `one of ${signatureSchemeNames.join(', ')}`,
  }),
  timeout: note(duration(10, 600e3).prefault('1s'), {
    description:
      'How long a round may take before nodes give up on its leader; grows by half with every further round that fails.',
    form: 'a duration from 10ms to 10m, such as 1s',
  }),
  batch: note(
    z
      .strictObject({
        count: note(z.int().min(1).max(65_536).default(4000), {
          description: 'Most transactions in a block.',
          form: 'a whole number from 1 to 65536',
        }),
        bytes: note(size(transactionBytesMin, 8 * 1024 ** 2).prefault('512KiB'), {
          description: 'Most payload bytes in a block.',
          form: `a size from ${transactionBytesMin}B to 8MiB, such as 512KiB`,
        }),
        age: note(duration(0, 10e3).prefault('2ms'), {
          description: 'Longest time a leader lets a transaction wait for a fuller block.',
          form: 'a duration from 0ms to 10s, such as 2ms',
        }),
      })
      .prefault({}),
    {
      description: 'How transactions are gathered.',
      form: 'a block with count, bytes and age',
    },
  ),
  mempool: note(z.int().min(1).max(10_000_000).default(100_000), {
    description: 'Transactions that one node holds; more are rejected.',
    form: 'a whole number from 1 to 10000000',
  }),
};

/** Fields of a protocol's own are not typed: `ownField` reads them. */
const shape: typeof shared = {
  ...shared,
  ...Object.fromEntries([...ownFields].map(([name, field]) => [name, ownSchema(name, field)])),
};

export const engineSchema = note(z.strictObject(shape).prefault({}), {
  description: 'Parameters of the consensus engine.',
  form: `a block with ${Object.keys(shape)
    .join(', ')
    .replace(/, (\w+)$/, ' and $1')}`,
});

export type RawEngine = z.infer<typeof engineSchema>;

/** What the file says about a field of a protocol's own; undefined if nothing. */
export function givenField(engine: RawEngine, name: string): unknown {
  return new Map<string, unknown>(Object.entries(engine)).get(name);
}

/** Of the protocol that the scenario names, given or by default; undefined if it has no such field. */
export function ownField(engine: RawEngine, name: string): unknown {
  const field = knownProtocols.find((one) => one.name === engine.protocol)?.scenarioFields[name];
  return field === undefined ? undefined : (givenField(engine, name) ?? defaultOf(field));
}

/** The parameters of the protocol that the scenario names, as its nodes are told them. */
export function engineParameters(engine: RawEngine): EngineParameters {
  const known = knownProtocols.find(({ name }) => name === engine.protocol);
  const own = Object.entries(known?.scenarioFields ?? {}).map(([name, { parameter }]) => [
    parameter,
    ownField(engine, name),
  ]);
  return engineParametersSchema.parse({
    protocol: engine.protocol,
    baseTimeoutMs: engine.timeout,
    batchTxMax: engine.batch.count,
    batchBytesMax: engine.batch.bytes,
    batchAgeMsMax: engine.batch.age,
    mempoolTxMax: engine.mempool,
    ...Object.fromEntries(own),
  });
}

function defaultOf(field: ScenarioField): number | string {
  if (field.kind !== 'duration' || field.default === field.word) return field.default;
  return toMs(field.default);
}

/** Of a protocol's own words. */
function toMs(text: string): number {
  const parsed = parseDurationMs(text);
  if (parsed.kind === 'refused') throw new Error(`${text}: ${parsed.why}`);
  return parsed.value;
}

function titled({ name, title }: ProtocolDescription): string {
  return `${name}, ${title}`;
}

function ownSchema(name: string, field: ScenarioField): z.ZodType {
  const owners = protocolsWith(name).map((protocol) => protocol.name);
  const isOfAll = owners.length === knownProtocols.length;
  return schemaOf(field)
    .optional()
    .meta({
      description: isOfAll ? field.description : `${field.description} Of ${owners.join(', ')}.`,
      form: formOf(field),
      default: field.default,
      defaultText: String(field.default),
    });
}

function schemaOf(field: ScenarioField): z.ZodType {
  if (field.kind === 'duration') {
    const [minMs, maxMs] = [toMs(field.min), toMs(field.max)];
    return field.word === undefined ? duration(minMs, maxMs) : durationOr(field.word, minMs, maxMs);
  }
  if (field.kind === 'count') return z.int().min(field.min).max(field.max);
  return z.enum(field.values);
}

function formOf(field: ScenarioField): string {
  if (field.kind === 'choice') return field.values.join(' or ');
  if (field.kind === 'count') return `a whole number from ${field.min} to ${field.max}`;
  const timed = `a duration from ${field.min} to ${field.max}`;
  if (field.word !== undefined) return `${field.word}, or ${timed}`;
  return `${timed}, such as ${field.default}`;
}
