import type * as z from 'zod';
import type { Protocol } from '../seam/protocol.ts';
import { decodeHeader, decodeMessage } from './codec/decode-message.ts';
import { decodeDurableState, encodeDurableState } from './codec/durable-state.ts';
import { createMessageEncoder } from './codec/encode-message.ts';
import { createChainedEngine, type Flavour } from './create-engine.ts';
import { ChainedForger } from './forger.ts';
import type { Message, MessageHeader } from './messages.ts';
import { type ChainedParameters, chainedFields } from './parameters.ts';
import type { DurableState } from './seam.ts';
import { linkTraitsOf, traitsOf } from './traits.ts';

type ChainedSchema = z.ZodObject & z.ZodType<ChainedParameters>;

export interface ChainedDefinition<Schema extends ChainedSchema = ChainedSchema> extends Flavour {
  readonly name: string;
  readonly title: string;
  readonly parameters: Schema;
}

export type ChainedProtocol<Schema extends ChainedSchema = ChainedSchema> = Protocol<
  Message,
  DurableState,
  MessageHeader,
  ChainedParameters
> & { readonly parameters: Schema };

/** All but the rules and the name is the same for every chained protocol. */
export function chainedProtocol<Schema extends ChainedSchema>(
  definition: ChainedDefinition<Schema>,
): ChainedProtocol<Schema> {
  const { name, title, parameters } = definition;
  return {
    name,
    title,
    parameters,
    scenarioFields: chainedFields,
    create: (options, dependencies) => createChainedEngine(definition, options, dependencies),
    traitsOf,
    linkTraitsOf,
    encode: createMessageEncoder(),
    decode: decodeMessage,
    decodeHeader,
    encodeState: encodeDurableState,
    decodeState: decodeDurableState,
    createForger: ({ chainId, selfIndex }, { crypto }) =>
      new ChainedForger({ protocol: definition.domain, chainId, selfIndex }, crypto),
  };
}
