/** The protocols that this project's node can run, as the rest of the world may know them. */
import { protocols } from '../engine/registry.ts';
import type { ScenarioFields } from '../engine/seam/scenario-field.ts';

export { type EngineParameters, engineParametersSchema } from '../engine/registry.ts';
export type { ScenarioField, ScenarioFields } from '../engine/seam/scenario-field.ts';

export interface ProtocolDescription {
  /** As scenarios write it: `engine.protocol`. */
  readonly name: string;
  readonly title: string;
  /** What scenarios may say about it beside what the engines of all protocols have. */
  readonly scenarioFields: ScenarioFields;
}

/** The first is the default. */
export const knownProtocols: readonly [ProtocolDescription, ...ProtocolDescription[]] = protocols;
