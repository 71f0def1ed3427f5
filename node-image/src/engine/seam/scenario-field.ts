/**
 * A field that a protocol adds to the `engine` block of scenarios, and the parameter that it
 * becomes. Fields that several protocols have under one name are one value that they share.
 */
export type ScenarioField = {
  /** Name in the protocol's parameters, unit last. */
  readonly parameter: string;
  /** One or two sentences for the reference. */
  readonly description: string;
} & (
  | {
      readonly kind: 'duration';
      /** As scenarios write them: `100ms`. */
      readonly min: string;
      readonly max: string;
      /** May stand in place of a duration, and is handed on as it is. */
      readonly word?: string;
      readonly default: string;
    }
  | {
      readonly kind: 'count';
      readonly min: number;
      readonly max: number;
      readonly default: number;
    }
  | { readonly kind: 'choice'; readonly values: readonly string[]; readonly default: string }
);

/** By their names in scenarios: one word each, in lower case. */
export type ScenarioFields = Readonly<Record<string, ScenarioField>>;
