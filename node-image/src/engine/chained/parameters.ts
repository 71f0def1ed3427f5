import * as z from 'zod';
import type { ScenarioFields } from '../seam/scenario-field.ts';

/** Who leads next: see leaders.ts. */
export const rotations = ['round-robin', 'fixed', 'carousel'] as const;
export type Rotation = (typeof rotations)[number];

/** Who gets a vote: whoever leads the next round, or everyone, so that no leader can lose them. */
export const voteRoutes = ['next-leader', 'all'] as const;
export type VoteRoute = (typeof voteRoutes)[number];

/** Where protocols differ in what is good for them. */
export interface ChainedDefaults {
  readonly rotation: Rotation;
  readonly votes: VoteRoute;
}

/** What every chained protocol is told beside its name; all times in milliseconds. */
export const chainedParameters = {
  baseTimeoutMs: z.number().positive(),
  idleDelayMs: z.number().nonnegative(),
  batchTxMax: z.number().int().positive(),
  batchBytesMax: z.number().int().positive(),
  batchAgeMsMax: z.number().nonnegative(),
  mempoolTxMax: z.number().int().positive(),
  forwardLeaders: z.number().int().min(0),
  /** Absent: the protocol's own default. */
  rotation: z.enum(rotations).optional(),
  votes: z.enum(voteRoutes).optional(),
  /** Absent: adaptive. */
  intervalMs: z.union([z.literal('adaptive'), z.number().nonnegative()]).optional(),
};

export type ChainedParameters = z.infer<z.ZodObject<typeof chainedParameters>> & {
  readonly protocol: string;
};

/** With everything that may be left out. */
export type ResolvedParameters = ChainedParameters & ChainedDefaults;

/** Beside the fields that the engines of all protocols have. */
export function chainedFields(defaults: ChainedDefaults): ScenarioFields {
  return {
    interval: {
      kind: 'duration',
      parameter: 'intervalMs',
      min: '0ms',
      max: '10s',
      word: 'adaptive',
      default: 'adaptive',
      isOptional: true,
      description:
        'Shortest time between two blocks with transactions, unless the second one is full; empty blocks that only commit those before them do not wait. `adaptive`: six times what a round takes on this network, at most 60ms. 0ms: as fast as signatures can be checked.',
    },
    idle: {
      kind: 'duration',
      parameter: 'idleDelayMs',
      min: '0ms',
      max: '60s',
      default: '100ms',
      description:
        'How long a leader with nothing to propose waits before it proposes an empty block; below a third of `timeout`.',
    },
    forward: {
      kind: 'count',
      parameter: 'forwardLeaders',
      min: 0,
      max: 16,
      default: 3,
      description:
        'To how many of the coming leaders a transaction is sent that no block of a whole rotation held; before that it goes with the votes of its node, from leader to leader. 0: never to any.',
    },
    rotation: {
      kind: 'choice',
      parameter: 'rotation',
      values: rotations,
      default: defaults.rotation,
      isOptional: true,
      description:
        'Who leads next: everyone in turn; one until its round fails; or whoever is drawn from those whose votes are in the newest committed blocks, so that the dead are passed over.',
    },
    votes: {
      kind: 'choice',
      parameter: 'votes',
      values: voteRoutes,
      default: defaults.votes,
      isOptional: true,
      description:
        'Who gets the votes: the next leader; or everyone, which costs signatures and saves a time-out for each leader that is dead.',
    },
  };
}
