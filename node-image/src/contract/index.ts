/**
 * What controller and node agree on: schemas, endpoints, metric names. The only folder that both
 * sides import; of the node it knows the engines' parameters and nothing else. In words: docs/node-contract.md.
 */
export * from './behaviour.ts';
export * from './endpoints.ts';
export * from './engine.ts';
export * from './evidence.ts';
export * from './identity.ts';
export * from './load.ts';
export * from './metrics.ts';
export * from './shaping.ts';
export * from './signatures.ts';
export * from './simulated-signature.ts';
export * from './simulation-costs.ts';
export * from './status.ts';
