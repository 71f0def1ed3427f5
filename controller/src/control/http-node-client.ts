import type { ZodType } from 'zod';
import {
  behaviourAppliedSchema,
  behaviourStatusSchema,
  clockAppliedSchema,
  consensusKeySchema,
  endpoints,
  evidenceListSchema,
  identitySchema,
  loadStatusSchema,
  logDigestsSchema,
  nodeStatusSchema,
  type ProbeResult,
  probeResultSchema,
  problemSchema,
  rateProbeResultSchema,
  readinessSchema,
  resultsSchema,
  shapingAppliedSchema,
  shapingStatusSchema,
} from '../../../node-image/src/contract/index.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import type { HttpReply } from '../lib/http-exchange.ts';
import { checkProbe, checkReadiness } from './check-replies.ts';
import {
  createHttpChannels,
  createSimulatedChannel,
  type NodeChannel,
  type SimulatedNodes,
} from './node-channel.ts';
import type { CallOptions, NodeClient } from './node-client.ts';
import { type FieldFault, parseReply } from './parse-reply.ts';

/** The controller's end of the node contract: the one place where a node's replies are parsed. */

/** Where a node answers. */
export interface NodePlace {
  readonly nodeIndex: number;
  readonly name: string;
  /**
   * Base URL of the control API, reachable from the controller: `http://10.1.0.2:7000`. Read with
   * every call: a node that was started again may answer elsewhere.
   */
  readonly controlUrl: string;
}

export interface ConnectedNodes {
  /** In the order of the nodes. */
  readonly clients: readonly NodeClient[];
  /** Closes all connections; whoever calls a client later opens new ones. */
  close(): void;
}

/** Clients of all nodes of a network, for the runtime that started them. */
export function connectNodes(nodes: readonly NodePlace[]): ConnectedNodes {
  const channels = createHttpChannels();
  return {
    clients: nodes.map((node) => createNodeClient(node, channels.to(node))),
    close: channels.close,
  };
}

/** Clients of nodes that live in virtual time. */
export function connectSimulated(
  places: readonly NodePlace[],
  nodes: SimulatedNodes,
): readonly NodeClient[] {
  return places.map((place) =>
    createNodeClient(place, createSimulatedChannel(place.nodeIndex, nodes)),
  );
}

function createNodeClient(node: NodePlace, channel: NodeChannel): NodeClient {
  const target = { name: node.name, channel, slowest: { tookMs: 0, request: '' } };
  const here = () => ({ ...target, controlUrl: node.controlUrl });
  const get = <T>(
    path: string,
    schema: ZodType<T>,
    options: CallOptions,
    check?: (reply: T) => readonly FieldFault[],
  ): Promise<T> =>
    call({ ...here(), method: 'GET', path }, options).then((text) =>
      parseReply({ name: node.name, request: `GET ${path}` }, text, schema, check),
    );
  const ask = <T>(
    path: string,
    body: unknown,
    reply: { readonly schema: ZodType<T>; readonly check?: (reply: T) => readonly FieldFault[] },
    options: CallOptions,
  ): Promise<T> =>
    call({ ...here(), method: 'POST', path, body }, options).then((text) =>
      parseReply({ name: node.name, request: `POST ${path}` }, text, reply.schema, reply.check),
    );
  const post = async (path: string, body: unknown, options: CallOptions): Promise<void> => {
    await call({ ...here(), method: 'POST', path, body }, options);
  };
  return {
    nodeIndex: node.nodeIndex,
    get address() {
      return node.controlUrl;
    },
    identity: (options) => get(endpoints.identity, identitySchema, options),
    consensusKey: (body, options) =>
      ask(endpoints.consensusKey, body, { schema: consensusKeySchema }, options),
    configure: (body, options) => post(endpoints.configure, body, options),
    readiness: (options) => get(endpoints.ready, readinessSchema, options, checkReadiness),
    start: (options) => post(endpoints.start, {}, options),
    loadStart: (body, options) => post(endpoints.loadStart, body, options),
    loadStop: (options) => post(endpoints.loadStop, {}, options),
    loadStatus: (options) => get(endpoints.load, loadStatusSchema, options),
    results: (options) => get(endpoints.results, resultsSchema, options),
    log: (options) => get(endpoints.log, logDigestsSchema, options),
    status: (options) => get(endpoints.status, nodeStatusSchema, options),
    clock: (body, options) => ask(endpoints.clock, body, { schema: clockAppliedSchema }, options),
    setBehaviour: (body, options) =>
      ask(endpoints.behaviour, body, { schema: behaviourAppliedSchema }, options),
    behaviour: (options) => get(endpoints.behaviour, behaviourStatusSchema, options),
    evidence: (options) => get(endpoints.evidence, evidenceListSchema, options),
    leave: (options) => post(endpoints.leave, {}, options),
    shape: (body, options) =>
      ask(endpoints.shaping, body, { schema: shapingAppliedSchema }, options),
    shapingStatus: (options) => get(endpoints.shaping, shapingStatusSchema, options),
    probe: (body, options) => {
      const check = (reply: ProbeResult): FieldFault[] => checkProbe(reply, body);
      return ask(endpoints.probe, body, { schema: probeResultSchema, check }, options);
    },
    probeRate: (body, options) =>
      ask(endpoints.probeRate, body, { schema: rateProbeResultSchema }, options),
    metrics: (options) => channel.page(endpoints.metrics, options),
    send: channel.raw,
  };
}

interface Call {
  readonly name: string;
  readonly controlUrl: string;
  readonly channel: NodeChannel;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly slowest: SlowestReply;
}

/** The slowest reply of a node so far: it tells a node that is late from one that is gone. */
interface SlowestReply {
  tookMs: number;
  request: string;
}

/**
 * A call that an idle connection lost is made once more (`exchange`): by the contract, what arrives
 * twice is answered again or refused, and changes nothing.
 * @returns the body of a 2xx reply
 * @throws TestbedError NODE_UNREACHABLE when no whole reply came, NODE_CONTRACT for a refusal
 */
async function call(target: Call, { signal, timeoutMs }: CallOptions): Promise<string> {
  signal.throwIfAborted();
  const { channel, method, path, body } = target;
  const deadline = channel.timeoutSignal(timeoutMs);
  const startedMs = channel.nowMs();
  let wasTaken = false;
  let reply: HttpReply;
  try {
    reply = await channel.exchange(
      { method, path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
      {
        signal: AbortSignal.any([signal, deadline]),
        onConnected: () => void (wasTaken = true),
      },
    );
  } catch (cause) {
    signal.throwIfAborted();
    if (deadline.aborted) throw late(target, timeoutMs, wasTaken);
    throw unreachable(target, cause);
  }
  noteReply(target, channel.nowMs() - startedMs);
  if (reply.status >= 200 && reply.status < 300) return reply.text;
  throw refused(target, reply.status, reply.text);
}

function noteReply({ method, path, slowest }: Call, tookMs: number): void {
  if (tookMs <= slowest.tookMs) return;
  slowest.tookMs = tookMs;
  slowest.request = `${method} ${path}`;
}

/** Nothing came in time. One that has answered later than this before is told as what it is. */
function late(target: Call, timeoutMs: number, wasTaken: boolean): TestbedError {
  const { tookMs, request: earlier } = target.slowest;
  const isLate = wasTaken && tookMs > timeoutMs;
  const taken = wasTaken ? 'it took the request, but there was ' : '';
  const before = isLate
    ? `; it had answered ${earlier} after ${(tookMs / 1000).toFixed(1)} s, which is too late as well`
    : '';
  return new TestbedError(
    isLate ? 'NODE_CONTRACT' : 'NODE_UNREACHABLE',
    `${target.name} does not answer ${target.method} ${target.path} at ${target.controlUrl}: ${taken}no reply in ${timeoutMs} ms${before}.`,
    {
      hint: 'A busy host makes nodes late: `testbed plan` shows what fits. Its log is kept with the run.',
      details: { name: target.name, url: target.controlUrl, wasTaken },
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
