import type { Protocol } from '../seam/protocol.ts';
import { decodeHeader, decodeMessage } from './codec/decode-message.ts';
import { decodeDurableState, encodeDurableState } from './codec/durable-state.ts';
import { createMessageEncoder } from './codec/encode-message.ts';
import { createPbftEngine } from './create-engine.ts';
import type { DurableState, Message, MessageHeader } from './messages.ts';
import { type PbftParameters, pbftFields, pbftParametersSchema } from './parameters.ts';
import { pbftRules, type SafetyRules } from './rules.ts';
import { linkTraitsOf, traitsOf } from './traits.ts';

type PbftProtocol = Protocol<Message, DurableState, MessageHeader, PbftParameters> & {
  readonly parameters: typeof pbftParametersSchema;
};

/** @param rules the protocol's own, or broken ones on purpose */
export function pbftProtocol(rules: SafetyRules): PbftProtocol {
  return {
    name: 'pbft',
    title: 'Practical Byzantine Fault Tolerance, with a stable primary',
    parameters: pbftParametersSchema,
    scenarioFields: pbftFields,
    create: (options, { crypto }) => createPbftEngine(options, { crypto, rules }),
    traitsOf,
    linkTraitsOf,
    encode: createMessageEncoder(),
    decode: decodeMessage,
    decodeHeader,
    encodeState: encodeDurableState,
    decodeState: decodeDurableState,
  };
}

/** PBFT (Castro and Liskov, OSDI 1999) with signatures; docs/consensus.md says what exactly. */
export const pbft = pbftProtocol(pbftRules);
