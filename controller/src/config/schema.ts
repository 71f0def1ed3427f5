/**
 * The shape of a scenario file. zod checks it field by field; `check-scenario.ts` checks what
 * holds between fields. Knows no file and no machine. docs/scenario.md and the JSON schema for
 * editors are generated from here, so every field carries its meaning and its accepted form.
 */
import { z } from 'zod';
import {
  nodeParametersSchema,
  transactionBytesMin,
} from '../../../node-image/src/contract/index.ts';
import { runtimeKinds } from '../model/runtime-traits.ts';
import { byzantineSchema } from './byzantine-schema.ts';
import { commandForm, commandSchema } from './command-schema.ts';
import { engineSchema } from './engine-schema.ts';
import { duration, note, rate, size } from './fields.ts';
import { networkSchema } from './network-schema.ts';
import { placementSchema } from './placement-schema.ts';
import { resourcesSchema } from './resources-schema.ts';
import { thresholdsSchema } from './threshold-schema.ts';
import { expectSchema, timelineSchema } from './timeline-schema.ts';
import { topologySchema } from './topology-schema.ts';
import { skipSchema, varySchema } from './vary-schema.ts';

/** Limits that several places state. */
export const limits = {
  nodesMax: 1000,
  sizesMax: 50,
  repetitionsMax: 1000,
  fileBytesMax: 64 * 1024,
  /** A table of every city that somebody measures is large, and few of them are wanted. */
  matrixBytesMax: 2 * 1024 ** 2,
  aliasesMax: 20,
} as const;

/** All fields of a scenario file, in the order of the reference. */
export const scenarioSchema = z.strictObject({
  name: note(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/), {
    description: 'What the run is called in listings and file names.',
    form: 'a name of at most 60 letters, digits, ".", "_" and "-", starting with a letter or digit',
  }),
  description: note(z.string().max(1000).default(''), {
    description: 'Free text that is stored and printed with the results.',
    form: 'text of at most 1,000 characters',
  }),
  nodes: note(z.array(z.int().min(1).max(limits.nodesMax)).min(1).max(limits.sizesMax), {
    description:
      'The size axis: the network sizes to measure. 3f+1 nodes tolerate f faulty ones, so 4, 7, 10, 13, 16 ... use every node.',
    form: `a list of 1 to ${limits.sizesMax} whole numbers from 1 to ${limits.nodesMax}, such as [4, 7, 10, 16]`,
  }),
  vary: varySchema,
  skip: skipSchema,
  repetitions: note(z.int().min(1).max(limits.repetitionsMax).default(5), {
    description:
      'How often every size is measured, each time on fresh nodes. 5 is the least that supports a comparison; 3 is a smoke test; fewer have no interval.',
    form: `a whole number from 1 to ${limits.repetitionsMax}`,
  }),
  seed: note(
    z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(1),
    {
      description: 'Fixes the order of repetitions and the arrival times of the load.',
      form: 'a whole number from 0 to 4294967295',
    },
  ),
  runtime: note(z.enum(['auto', ...runtimeKinds]).default('auto'), {
    description:
      'Where nodes run: `docker` containers, child processes on the loopback interface, or `sim`: simulated on a virtual clock, which is no measurement. `auto` takes Docker and fails without it.',
    form: 'one of auto, docker, process',
  }),
  image: note(
    z
      .string()
      .regex(/^[a-z0-9][A-Za-z0-9._:/@-]{0,254}$/)
      .default('prsm-testbed-node'),
    {
      description:
        'The node image for the docker runtime; any image that honours the node contract.',
      form: 'the name of a Docker image, such as prsm-testbed-node',
    },
  ),
  command: note(commandSchema.optional(), {
    description:
      'A program of your own that honours the node contract, started as every node on the process runtime, in the folder where `testbed` was started. No shell reads it; with `runtime: auto` the runtime is `process`.',
    form: commandForm,
  }),
  node: note(nodeParametersSchema.optional(), {
    description:
      "Parameters that only your node knows: handed on as they are to every node, in `node` of the contract's configure request; part of the plan and of its hash. The node of this repository has none, and refuses any.",
    form: 'a block of keys of your own with any values, such as {viewTimeoutMs: 400, leaders: [0, 3]}',
  }),
  load: note(
    z
      .strictObject({
        rate: note(rate(0.001, 10_000_000).prefault(500), {
          description:
            'Transactions per second offered to the whole network; each node generates its share.',
          form: 'a rate in transactions per second from 0.001 to 10,000,000, such as 500 or 500/s',
        }),
        arrivals: note(z.enum(['poisson', 'constant']).default('poisson'), {
          description:
            'How transactions are spread in time. Both are open loop: nothing waits for the network.',
          form: 'one of poisson, constant',
        }),
        size: note(size(transactionBytesMin, 1024 ** 2).prefault('128B'), {
          description: 'Bytes of one transaction.',
          form: `a size from ${transactionBytesMin}B to 1MiB, such as 128B`,
        }),
      })
      .prefault({}),
    { description: 'The client load.', form: 'a block with rate, arrivals and size' },
  ),
  resources: resourcesSchema,
  network: networkSchema,
  placement: placementSchema,
  topology: topologySchema,
  shaper: note(z.enum(['auto', 'netem', 'userspace', 'none']).default('auto'), {
    description:
      'Who delays packets: `netem` in the kernel (docker only), or `userspace` in the transport of the nodes, which cannot corrupt, duplicate, reorder or limit queues. `auto` takes netem where a trial of it works, else userspace with a stored warning. Results under different shapers are never compared.',
    form: 'one of auto, netem, userspace, none',
  }),
  byzantine: byzantineSchema,
  timeline: timelineSchema,
  expect: expectSchema,
  thresholds: thresholdsSchema,
  phases: note(
    z
      .strictObject({
        warmup: note(duration(0, 3600e3).prefault('10s'), {
          description: 'Load runs, nothing is counted: compilers and batches settle.',
          form: 'a duration from 0s to 1h, such as 10s',
        }),
        measure: note(duration(1000, 24 * 3600e3).prefault('60s'), {
          description: 'The measured window.',
          form: 'a duration from 1s to 24h, such as 60s',
        }),
        drain: note(duration(0, 3600e3).prefault('10s'), {
          description:
            'The longest wait after the load for what is still under way; ends early when nothing is.',
          form: 'a duration from 0s to 1h, such as 10s',
        }),
        ready: note(duration(1000, 3600e3).prefault('60s'), {
          description: 'The longest wait from the first node created to the whole network ready.',
          form: 'a duration from 1s to 1h, such as 60s',
        }),
      })
      .prefault({}),
    {
      description: 'How long each part of a repetition takes.',
      form: 'a block with warmup, measure, drain and ready',
    },
  ),
  engine: engineSchema,
});

/** What the schema yields: units resolved, defaults filled in, names as in the file. */
export type RawScenario = z.infer<typeof scenarioSchema>;
