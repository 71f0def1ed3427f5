/**
 * Every address of the server, once: the router, the description (docs/openapi.json) and the tests
 * are made from this table. What each does is in ../handlers/.
 */
import { z } from 'zod';
import * as live from './live.ts';
import { runId } from './parts.ts';
import * as queues from './queue.ts';
import * as runs from './runs.ts';
import * as scenarios from './scenarios.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Parts in braces are parameters: `/api/v1/runs/{run}`. */
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** What it answers with when all goes well. */
  readonly reply: Reply;
  /** 200 if absent. */
  readonly status?: 200 | 201 | 202 | 204;
  /** Error codes besides those that every route may answer with. */
  readonly errors?: readonly string[];
  /**
   * open: for everybody who reaches the server · token: needs a token where there are any.
   * Read-only routes are no exception: what is measured is nobody else's business.
   */
  readonly access: 'open' | 'token';
}

export type Reply =
  | { readonly kind: 'json'; readonly schema: z.ZodType }
  | { readonly kind: 'stream'; readonly events: Readonly<Record<string, z.ZodType>> }
  | { readonly kind: 'text'; readonly type: string }
  | { readonly kind: 'none' };

const json = (schema: z.ZodType): Reply => ({ kind: 'json', schema });
const run = z.object({ run: runId });
const anything = z.looseObject({});

const routeTable = {
  getStatus: {
    method: 'GET',
    path: '/api/v1/status',
    summary: 'What runs now, and how the host, the database and the queue are',
    reply: json(live.status),
    access: 'token',
  },
  followLive: {
    method: 'GET',
    path: '/api/v1/events',
    summary:
      'Server-sent events: a snapshot, then an update a second at most; Last-Event-ID replays',
    reply: {
      kind: 'stream',
      events: {
        snapshot: live.snapshot,
        update: live.update,
        dropped: live.dropped,
        end: live.end,
      },
    },
    access: 'token',
  },
  listRuns: {
    method: 'GET',
    path: '/api/v1/runs',
    summary: 'Stored runs with their verdicts, the latest first; searched and filtered',
    query: runs.runsQuery,
    reply: json(runs.runList),
    errors: ['DATABASE_UNAVAILABLE'],
    access: 'token',
  },
  submitRun: {
    method: 'POST',
    path: '/api/v1/runs',
    summary: 'Puts a run into the queue; it starts at once if nothing else runs',
    body: queues.submission,
    reply: json(queues.accepted),
    status: 202,
    errors: ['CONFIG_INVALID', 'QUEUE_FULL'],
    access: 'token',
  },
  getRun: {
    method: 'GET',
    path: '/api/v1/runs/{run}',
    summary: 'One stored run: what `testbed report --json` prints',
    params: run,
    reply: json(runs.reportDocument),
    errors: ['RUN_UNKNOWN', 'DATABASE_UNAVAILABLE'],
    access: 'token',
  },
  getReport: {
    method: 'GET',
    path: '/api/v1/runs/{run}/report',
    summary: 'Its report, one HTML file that needs nothing from elsewhere',
    params: run,
    reply: { kind: 'text', type: 'text/html' },
    errors: ['RUN_UNKNOWN', 'DATABASE_UNAVAILABLE'],
    access: 'token',
  },
  followRun: {
    method: 'GET',
    path: '/api/v1/runs/{run}/events',
    summary:
      'Server-sent events of a queued or running run, from its first: every step as `progress` (controller/src/model/progress.ts), its place in the queue as `entry`, `end` when it is over',
    params: run,
    reply: {
      kind: 'stream',
      events: {
        entry: queues.accepted,
        progress: anything,
        dropped: live.dropped,
        end: queues.queueEntry,
      },
    },
    errors: ['RUN_UNKNOWN'],
    access: 'token',
  },
  stopRun: {
    method: 'POST',
    path: '/api/v1/runs/{run}/stop',
    summary:
      'Gently: ends the load, collects what there is, removes; one that waits leaves the queue',
    params: run,
    reply: json(queues.queueEntry),
    status: 202,
    errors: ['RUN_UNKNOWN', 'RUN_ENDED'],
    access: 'token',
  },
  cancelRun: {
    method: 'POST',
    path: '/api/v1/runs/{run}/cancel',
    summary: 'At once: everything is removed; one that waits leaves the queue',
    params: run,
    reply: json(queues.queueEntry),
    status: 202,
    errors: ['RUN_UNKNOWN', 'RUN_ENDED'],
    access: 'token',
  },
  compareRuns: {
    method: 'GET',
    path: '/api/v1/compare',
    summary: 'Two stored runs side by side: cells paired by their values, figures with intervals',
    query: runs.compareQuery,
    reply: json(runs.comparison),
    errors: ['RUN_UNKNOWN', 'DATABASE_UNAVAILABLE'],
    access: 'token',
  },
  getQueue: {
    method: 'GET',
    path: '/api/v1/queue',
    summary: 'What runs, what waits, what has ended lately',
    reply: json(queues.queue),
    access: 'token',
  },
  orderQueue: {
    method: 'PUT',
    path: '/api/v1/queue',
    summary: 'Another order for what waits',
    body: queues.queueOrder,
    reply: json(queues.queue),
    errors: ['QUEUE_CHANGED'],
    access: 'token',
  },
  getEntry: {
    method: 'GET',
    path: '/api/v1/queue/{run}',
    summary: 'One entry of the queue, also after its end',
    params: run,
    reply: json(queues.queueEntry),
    errors: ['RUN_UNKNOWN'],
    access: 'token',
  },
  listScenarios: {
    method: 'GET',
    path: '/api/v1/scenarios',
    summary: 'Ready scenarios',
    reply: json(scenarios.readyScenarios),
    access: 'token',
  },
  getScenario: {
    method: 'GET',
    path: '/api/v1/scenarios/{name}',
    summary: 'The text of a ready scenario',
    params: z.object({ name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}\.yaml$/) }),
    reply: json(scenarios.readyScenario),
    errors: ['CONFIG_UNREADABLE'],
    access: 'token',
  },
  getScenarioSchema: {
    method: 'GET',
    path: '/api/v1/scenario-schema',
    summary: 'JSON schema of a scenario, for forms and editors',
    reply: json(anything),
    access: 'token',
  },
  validateScenario: {
    method: 'POST',
    path: '/api/v1/validate',
    summary: 'Every problem of a text with its place, as on the command line',
    body: scenarios.scenarioRequest,
    reply: json(scenarios.validation),
    access: 'token',
  },
  planScenario: {
    method: 'POST',
    path: '/api/v1/plan',
    summary: 'What would run, and whether it can here',
    body: scenarios.planRequest,
    reply: json(scenarios.planReply),
    errors: ['CONFIG_INVALID'],
    access: 'token',
  },
  getAudit: {
    method: 'GET',
    path: '/api/v1/audit',
    summary: 'Who started and stopped what: the last 200 entries',
    reply: json(queues.auditLog),
    access: 'token',
  },
  signIn: {
    method: 'POST',
    path: '/api/v1/session',
    summary: 'For browsers: gives a cookie for a token, for 12 hours',
    body: z.strictObject({ token: z.string().max(500) }),
    reply: json(z.object({ name: z.string(), expiresAt: z.iso.datetime() })),
    errors: ['TOKEN_INVALID'],
    access: 'open',
  },
  signOut: {
    method: 'DELETE',
    path: '/api/v1/session',
    summary: 'Takes the cookie back',
    reply: { kind: 'none' },
    status: 204,
    access: 'open',
  },
  getDescription: {
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This description',
    reply: json(anything),
    access: 'token',
  },
  discoverNodes: {
    method: 'GET',
    path: '/sd/nodes',
    summary:
      'HTTP service discovery for Prometheus: the nodes of the current repetition; [] when there are none',
    reply: json(
      z.array(z.object({ targets: z.array(z.string()), labels: z.record(z.string(), z.string()) })),
    ),
    access: 'token',
  },
  getNodeMetrics: {
    method: 'GET',
    path: '/nodes/{run}/{node}/metrics',
    summary: 'Metrics of a node, handed on from where Prometheus cannot reach',
    params: z.object({ run: runId, node: z.coerce.number().int().min(0).max(65_535) }),
    reply: { kind: 'text', type: 'text/plain' },
    errors: ['NODE_UNREACHABLE', 'RUN_UNKNOWN'],
    access: 'token',
  },
  getMetrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics of the controller, for Prometheus',
    reply: { kind: 'text', type: 'text/plain' },
    access: 'token',
  },
  getHealth: {
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the server answers; 200 also while the database is away',
    reply: json(z.object({ status: z.literal('ok'), database: z.string(), version: z.string() })),
    access: 'open',
  },
} as const satisfies Readonly<Record<string, Route>>;

export type RouteTable = typeof routeTable;
export type RouteName = keyof RouteTable;
export const routes: Readonly<Record<RouteName, Route>> = routeTable;
