import type { ZodType } from 'zod';
import {
  behaviourOrderSchema,
  clockOrderSchema,
  configureSchema,
  consensusKeyOrderSchema,
  endpoints,
  loadStartSchema,
  probeSchema,
  rateProbeSchema,
  shapingSchema,
} from '../../contract/index.ts';
import type { NodeShell } from '../node-shell.ts';
import type { Endpoint, Reply, Routes } from './control-server.ts';
import { ProblemError } from './problem.ts';

/** What every node has, whatever it is capable of. */
export type BaseNode = Pick<
  NodeShell,
  | 'readiness'
  | 'metricsPage'
  | 'identity'
  | 'configure'
  | 'start'
  | 'loadStart'
  | 'loadStop'
  | 'loadStatus'
  | 'results'
  | 'logDigests'
  | 'leave'
  | 'requestShutdown'
>;

/** The contract's endpoints as calls of the node. Bodies are checked here, states in the node. */
export function createRoutes(node: NodeShell): Routes {
  return {
    ...createBaseRoutes(node),
    [endpoints.status]: { GET: () => json(node.engineDesk.status()) },
    [endpoints.clock]: {
      POST: (body) => json(node.engineDesk.setClock(parse(clockOrderSchema, body))),
    },
    [endpoints.consensusKey]: {
      POST: async (body) =>
        json(await node.keyDesk.consensusKey(parse(consensusKeyOrderSchema, body))),
    },
    [endpoints.behaviour]: {
      GET: () => json(node.behaviourDesk.status()),
      POST: (body) => json(node.behaviourDesk.order(parse(behaviourOrderSchema, body))),
    },
    [endpoints.evidence]: { GET: () => json(node.evidence.list()) },
    [endpoints.shaping]: {
      GET: () => json(node.shapingStatus()),
      POST: (body) => json(node.shape(parse(shapingSchema, body))),
    },
    [endpoints.probe]: { POST: async (body) => json(await node.probe(parse(probeSchema, body))) },
    [endpoints.probeRate]: {
      POST: async (body) => json(await node.probeRate(parse(rateProbeSchema, body))),
    },
  };
}

export function createBaseRoutes(node: BaseNode): Routes {
  const accepted = (): Reply => ({ status: 200, json: node.readiness() });
  const command =
    (action: () => void): Endpoint =>
    () => {
      action();
      return accepted();
    };
  return {
    [endpoints.health]: { GET: () => ({ status: 200, json: { state: node.readiness().state } }) },
    [endpoints.metrics]: {
      GET: async () => {
        const { text, contentType } = await node.metricsPage();
        return { status: 200, text, contentType };
      },
    },
    [endpoints.identity]: { GET: async () => json(await node.identity()) },
    [endpoints.configure]: {
      POST: async (body) => {
        await node.configure(parse(configureSchema, body));
        return accepted();
      },
    },
    [endpoints.ready]: { GET: () => json(node.readiness()) },
    [endpoints.start]: { POST: command(() => node.start()) },
    [endpoints.loadStart]: {
      POST: async (body) => {
        await node.loadStart(parse(loadStartSchema, body));
        return json(node.loadStatus());
      },
    },
    [endpoints.loadStop]: {
      POST: () => {
        node.loadStop();
        return json(node.loadStatus());
      },
    },
    [endpoints.load]: { GET: () => json(node.loadStatus()) },
    [endpoints.results]: { GET: () => json(node.results()) },
    [endpoints.log]: { GET: () => json(node.logDigests()) },
    [endpoints.leave]: {
      POST: async () => {
        await node.leave();
        return accepted();
      },
    },
    [endpoints.shutdown]: { POST: command(() => node.requestShutdown()) },
  };
}

function json(value: unknown): Reply {
  return { status: 200, json: value };
}

/** @throws ProblemError BAD_REQUEST that names every field at fault */
function parse<T>(schema: ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .slice(0, 10)
    .map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new ProblemError(400, 'BAD_REQUEST', `${faults.join('; ')}.`);
}
