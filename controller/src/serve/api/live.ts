/**
 * What happens now. `GET /api/v1/events` begins with a `snapshot` and goes on with an `update` a
 * second at most; whoever comes back with `Last-Event-ID` gets what was missed, or a new snapshot.
 * What is of every node comes in columns by node index, not as an object for each.
 */
import { z } from 'zod';
import { runtimeKinds } from '../../model/runtime-traits.ts';
import { count, phase, runId, time, verdict } from './parts.ts';
import { entryState, queue } from './queue.ts';

const column = z.array(z.number().nullable());

/** waiting: runs, and no metrics yet · silent: did not answer the last scrape · down: by the plan, or dead. */
export const nodeState = z.enum(['planned', 'waiting', 'up', 'silent', 'down']);
export type NodeState = z.infer<typeof nodeState>;

/** One value per node, by index; null where it is not known. */
export const nodeColumns = z
  .object({
    state: z.array(nodeState),
    height: column.describe('Committed height'),
    round: column,
    proposedPerSec: column.describe('Blocks proposed: who leads, and how often'),
    committedPerSec: column.describe('Transactions'),
    cpuCores: column,
    throttledRatio: column.describe('Of scheduling periods, 0-1'),
    memoryBytes: column,
    mempool: column.describe('Transactions that wait'),
    linksUp: column,
    scrapeMs: column.describe('How long the last metrics took to come'),
  })
  .meta({ id: 'NodeColumns' });
export type NodeColumns = z.infer<typeof nodeColumns>;

/** The network of the current repetition: changes with the cell only. */
export const topology = z
  .object({
    cellId: z.string(),
    title: z.string().describe('Values of the cell: `16 nodes, network = wan`'),
    regions: z.array(z.string()),
    regionOf: z.array(z.int()).describe('Index into regions, by node'),
    edges: z
      .array(z.tuple([z.int(), z.int()]))
      .nullable()
      .describe('Who keeps a link to whom, each once; null: everybody to everybody'),
    roundTripMs: column.describe('Planned, median to the other nodes; null where unshaped'),
    quorum: count,
    events: z
      .array(z.object({ atMs: z.number(), endMs: z.number().nullable(), text: z.string() }))
      .describe('Planned, from the start of the measured window'),
    scrapePeriodMs: z.number(),
  })
  .meta({ id: 'Topology' });
export type Topology = z.infer<typeof topology>;

/** Charts: one point a second of the repetition under way; `t` is Unix time in ms. */
export const livePoint = z
  .object({
    t: z.number(),
    txPerSec: z.number().nullable(),
    offeredTxPerSec: z.number(),
    latencyP50Ms: z.number().nullable().describe('Estimate from buckets; reports have exact ones'),
    latencyP99Ms: z.number().nullable(),
    height: z.number(),
    nodesAnswering: count,
    nodesTotal: count,
    timeouts: z
      .number()
      .nullable()
      .describe('Rounds that timed out per second, the most of any node'),
  })
  .meta({ id: 'LivePoint' });
export type LivePoint = z.infer<typeof livePoint>;

/** The same, in columns of equal length: at most 3,600 points, older ones thinned out. */
export const history = z
  .object({
    t: z.array(z.number()),
    txPerSec: column,
    offeredTxPerSec: column,
    latencyP50Ms: column,
    latencyP99Ms: column,
    height: column,
    nodesAnswering: column,
    timeouts: column,
  })
  .meta({ id: 'History' });
export type History = z.infer<typeof history>;

export const livePhase = z.object({
  phase,
  position: z.int().min(0).describe('Of the repetition in the order of execution'),
  startedAt: time,
  endedAt: time.nullable(),
});
export type LivePhase = z.infer<typeof livePhase>;

/** A line of the event log. `seq` counts up and is never given twice. */
export const logLine = z
  .object({
    seq: count,
    at: time,
    kind: z.enum(['run', 'repetition', 'phase', 'network', 'node', 'warning', 'stopping']),
    text: z.string(),
  })
  .meta({ id: 'LogLine' });
export type LogLine = z.infer<typeof logLine>;

export const liveResult = z
  .object({
    position: count,
    cellId: z.string(),
    title: z.string(),
    nodeCount: count,
    repetition: count,
    attempt: count,
    verdict,
    reasons: z.array(z.string()),
    isRepeated: z.boolean().describe('Invalid, and done once more'),
    throughputTxPerSec: z.number().nullable(),
    latencyP50Ms: z.number().nullable(),
    latencyP99Ms: z.number().nullable(),
    successRatio: z.number().nullable(),
  })
  .meta({ id: 'LiveResult' });
export type LiveResult = z.infer<typeof liveResult>;

export const liveRun = z
  .object({
    id: runId,
    name: z.string(),
    state: entryState,
    runtime: z.enum(runtimeKinds).nullable(),
    startedAt: time,
    total: count.describe('Repetitions planned; 0 before there is a plan'),
    position: z.int().min(0).nullable().describe('Of the repetition under way, from 0'),
    repetition: count.nullable(),
    attempt: count.nullable(),
    phase: phase.nullable(),
    phaseStartedAt: time.nullable(),
    phaseExpectedMs: z.number().nullable(),
    progress: z
      .object({ what: z.string(), done: count, total: count })
      .nullable()
      .describe('Inside a phase: nodes started, nodes ready, pairs measured'),
    remainingMs: z.number().nullable().describe('Of the whole run, as of `at` of the status'),
  })
  .meta({ id: 'LiveRun' });
export type LiveRun = z.infer<typeof liveRun>;

export const hostNow = z
  .object({
    hostname: z.string(),
    cores: count,
    cpuBusyRatio: z.number().nullable().describe('0-1 of all cores, over the last second'),
    load1: z.number(),
    memoryBytes: z.number(),
    memoryAvailableBytes: z.number(),
    controllerCpuCores: z.number().nullable(),
    controllerMemoryBytes: z.number(),
  })
  .meta({ id: 'Host' });
export type HostNow = z.infer<typeof hostNow>;

export const databaseNow = z.object({
  state: z.enum(['starting', 'up', 'away']),
  location: z.string().nullable().describe('Without a password'),
  pending: count.describe('Records that wait on disk for it'),
  error: z.string().nullable(),
});

export const status = z
  .object({
    at: time,
    version: z.string(),
    startedAt: time.describe('Of the server'),
    wantsToken: z.boolean().describe('Who got this has signed in, or sent a token'),
    viewers: count,
    run: liveRun.nullable(),
    waiting: count,
    host: hostNow,
    database: databaseNow,
  })
  .meta({ id: 'Status' });
export type Status = z.infer<typeof status>;

/** event: snapshot */
export const snapshot = z
  .object({
    status,
    queue,
    topology: topology.nullable(),
    nodes: nodeColumns.nullable(),
    phases: z
      .array(livePhase)
      .describe('Of the repetition under way and those before, at most 400'),
    results: z.array(liveResult).describe('Of repetitions that ended, at most 1,000'),
    history,
    log: z.array(logLine).describe('At most 500'),
  })
  .meta({ id: 'Snapshot' });
export type Snapshot = z.infer<typeof snapshot>;

/** event: update. What is absent has not changed; `phases`, `queue`, `topology` replace the old. */
export const update = z
  .object({
    status,
    queue: queue.optional(),
    topology: topology.nullable().optional(),
    nodes: nodeColumns.nullable().optional(),
    phases: z.array(livePhase).optional(),
    results: z.array(liveResult).optional().describe('New ones'),
    points: z.array(livePoint).optional().describe('New ones'),
    isNewRepetition: z.boolean().optional().describe('The history begins anew before `points`'),
    isNewRun: z.boolean().optional().describe('So do the results and the log'),
    log: z.array(logLine).optional().describe('New ones'),
  })
  .meta({ id: 'Update' });
export type Update = z.infer<typeof update>;

/** event: dropped. A viewer that was too slow; a snapshot follows. */
export const dropped = z.object({ missed: count, reason: z.string() }).meta({ id: 'Dropped' });

/** event: end. The server ends, or the run that was followed has; nothing comes after it. */
export const end = z.object({ reason: z.string() }).meta({ id: 'End' });
