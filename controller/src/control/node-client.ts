import type { Agent } from 'node:http';
import { urlToHttpOptions } from 'node:url';
import type { ZodType } from 'zod';
import {
  type Configure,
  endpoints,
  type Identity,
  identitySchema,
  type LoadStart,
  type LoadStatus,
  type LogDigests,
  loadStatusSchema,
  logDigestsSchema,
  type NodeResults,
  type Probe,
  type ProbeResult,
  probeResultSchema,
  problemSchema,
  type RateProbe,
  type RateProbeResult,
  type Readiness,
  rateProbeResultSchema,
  readinessSchema,
  resultsSchema,
  type Shaping,
  type ShapingApplied,
  type ShapingStatus,
  shapingAppliedSchema,
  shapingStatusSchema,
} from '../../../node-image/src/contract/index.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import {
  createKeptAgent,
  exchange,
  type HttpReply,
  type HttpRequest,
} from '../lib/http-exchange.ts';

/**
 * The controller's end of the node contract: the one place where a node's replies are parsed.
 * Knows HTTP and the contract; knows nothing of stages, runtimes or what the answers are for.
 */
export interface NodeClient {
  readonly nodeIndex: number;
  identity(options: CallOptions): Promise<Identity>;
  configure(body: Configure, options: CallOptions): Promise<void>;
  readiness(options: CallOptions): Promise<Readiness>;
  start(options: CallOptions): Promise<void>;
  loadStart(body: LoadStart, options: CallOptions): Promise<void>;
  loadStop(options: CallOptions): Promise<void>;
  loadStatus(options: CallOptions): Promise<LoadStatus>;
  results(options: CallOptions): Promise<NodeResults>;
  log(options: CallOptions): Promise<LogDigests>;
  /** Needs capability `leave`. Resolves when the node's links are closed. */
  leave(options: CallOptions): Promise<void>;
  /** Needs capability `shaping`. */
  shape(body: Shaping, options: CallOptions): Promise<ShapingApplied>;
  /** Needs capability `shaping`. */
  shapingStatus(options: CallOptions): Promise<ShapingStatus>;
  /** Needs capability `probe`. Takes as long as the probe: see to it that `timeoutMs` covers it. */
  probe(body: Probe, options: CallOptions): Promise<ProbeResult>;
  /** Needs capability `probe`. Takes up to 10 s more than the probe. */
  probeRate(body: RateProbe, options: CallOptions): Promise<RateProbeResult>;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** For this one request, from connecting to the last byte of the reply. */
  readonly timeoutMs: number;
}

/** Enough for 4 histograms of 3 digits and an hour of series; more is not an answer to us. */
const REPLY_BYTES_MAX = 16 * 1024 * 1024;

/** To one node; a request beyond that waits for one of them. Many probes run at once. */
export const CONNECTIONS_PER_NODE = 32;

/** One agent for all nodes of a network. Close it with `destroy` when the network is gone. */
export function createControlAgent(): Agent {
  return createKeptAgent({ maxSockets: CONNECTIONS_PER_NODE, maxFreeSockets: 2 });
}

export function createNodeClient(
  node: { readonly nodeIndex: number; readonly name: string; readonly controlUrl: string },
  agent: Agent,
): NodeClient {
  const get = <T>(path: string, schema: ZodType<T>, options: CallOptions): Promise<T> =>
    call({ ...node, agent, method: 'GET', path }, options).then((text) =>
      parseReply(node.name, path, text, schema),
    );
  const ask = <T>(
    path: string,
    body: unknown,
    schema: ZodType<T>,
    options: CallOptions,
  ): Promise<T> =>
    call({ ...node, agent, method: 'POST', path, body }, options).then((text) =>
      parseReply(node.name, path, text, schema),
    );
  const post = async (path: string, body: unknown, options: CallOptions): Promise<void> => {
    await call({ ...node, agent, method: 'POST', path, body }, options);
  };
  return {
    nodeIndex: node.nodeIndex,
    identity: (options) => get(endpoints.identity, identitySchema, options),
    configure: (body, options) => post(endpoints.configure, body, options),
    readiness: (options) => get(endpoints.ready, readinessSchema, options),
    start: (options) => post(endpoints.start, {}, options),
    loadStart: (body, options) => post(endpoints.loadStart, body, options),
    loadStop: (options) => post(endpoints.loadStop, {}, options),
    loadStatus: (options) => get(endpoints.load, loadStatusSchema, options),
    results: (options) => get(endpoints.results, resultsSchema, options),
    log: (options) => get(endpoints.log, logDigestsSchema, options),
    leave: (options) => post(endpoints.leave, {}, options),
    shape: (body, options) => ask(endpoints.shaping, body, shapingAppliedSchema, options),
    shapingStatus: (options) => get(endpoints.shaping, shapingStatusSchema, options),
    probe: (body, options) => ask(endpoints.probe, body, probeResultSchema, options),
    probeRate: (body, options) => ask(endpoints.probeRate, body, rateProbeResultSchema, options),
  };
}

/** @returns the problem code with which a node refused; null for any other error */
export function problemCodeOf(error: unknown): string | null {
  if (!(error instanceof TestbedError) || error.code !== 'NODE_CONTRACT') return null;
  const { problemCode } = error.details;
  return typeof problemCode === 'string' ? problemCode : null;
}

interface Call {
  readonly name: string;
  readonly controlUrl: string;
  readonly agent: Agent;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}

/**
 * A call that an idle connection lost is made once more (`exchange`): by the contract, what arrives
 * twice is answered again or refused, and changes nothing.
 * @returns the body of a 2xx reply
 * @throws TestbedError NODE_UNREACHABLE when no whole reply came, NODE_CONTRACT for a refusal
 */
async function call(target: Call, { signal, timeoutMs }: CallOptions): Promise<string> {
  signal.throwIfAborted();
  const deadline = AbortSignal.timeout(timeoutMs);
  let reply: HttpReply;
  try {
    reply = await exchange(requestOf(target), {
      agent: target.agent,
      signal: AbortSignal.any([signal, deadline]),
      replyBytesMax: REPLY_BYTES_MAX,
      tooLarge: 'reply larger than 16 MiB',
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw unreachable(target, deadline.aborted ? `no reply in ${timeoutMs} ms` : cause);
  }
  if (reply.status >= 200 && reply.status < 300) return reply.text;
  throw refused(target, reply.status, reply.text);
}

function requestOf({ controlUrl, method, path: endpoint, body }: Call): HttpRequest {
  const { hostname, port, path } = urlToHttpOptions(new URL(`${controlUrl}${endpoint}`));
  const to = { hostname: hostname ?? '', port: port ?? 80, path: path ?? endpoint, method };
  if (body === undefined) return to;
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  const headers = { 'content-type': 'application/json', 'content-length': length };
  return { ...to, headers, body: text };
}

function parseReply<T>(name: string, path: string, text: string, schema: ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TestbedError(
      'NODE_CONTRACT',
      `${name} answered ${path} with text that is not JSON.`,
      {
        hint: 'Compare the node with docs/node-contract.md.',
        cause,
        details: { name, path, reply: text.slice(0, 200) },
      },
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  const where = first === undefined ? '' : ` (${first.path.join('.')}: ${first.message})`;
  throw new TestbedError(
    'NODE_CONTRACT',
    `${name} answered ${path} outside the contract${where}.`,
    {
      hint: 'Compare the node with docs/node-contract.md.',
      cause: parsed.error,
      details: { name, path, issues: parsed.error.issues.slice(0, 10) },
    },
  );
}

function unreachable(target: Call, cause: unknown): TestbedError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TestbedError(
    'NODE_UNREACHABLE',
    `${target.name} does not answer ${target.method} ${target.path} at ${target.controlUrl}: ${why}.`,
    {
      hint: 'Its log is kept with the run; `testbed doctor` checks that this host reaches containers.',
      cause,
      details: { name: target.name, url: target.controlUrl },
    },
  );
}

function refused(target: Call, status: number, text: string): TestbedError {
  let said = text.slice(0, 200);
  let problemCode: string | null = null;
  try {
    const problem = problemSchema.safeParse(JSON.parse(text));
    if (problem.success) {
      problemCode = problem.data.code;
      said = `${problemCode}: ${problem.data.message}`;
    }
  } catch {
    // Not JSON: what the node said is shown as it is.
  }
  return new TestbedError(
    'NODE_CONTRACT',
    `${target.name} refused ${target.method} ${target.path} with status ${status} (${said}).`,
    {
      hint: 'Compare the node with docs/node-contract.md.',
      details: { name: target.name, status, problemCode },
    },
  );
}
