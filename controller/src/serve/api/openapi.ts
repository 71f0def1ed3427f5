/** The description of the API, OpenAPI 3.1, made from the table of routes. Pure. */
import { z } from 'zod';
import { errorReply } from './parts.ts';
import { type Reply, type Route, routes } from './routes.ts';

type Json = Record<string, unknown>;

/** Raised when something goes or changes its meaning; something new does not raise it. */
const apiVersion = '1';

export function describeApi(): Json {
  const paths: Record<string, Json> = {};
  const parts: Json = {};
  for (const [name, route] of Object.entries(routes)) {
    const operation = describeRoute(name, route, parts);
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'prsm-testbed',
      version: apiVersion,
      description:
        'What `testbed serve` answers. Times are ISO 8601 in UTC, units are in the names, what does not exist is null. Every failure is an Error with a permanent code.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { session: [] }, {}],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'testbed_session' },
      },
      schemas: Object.fromEntries(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

function describeRoute(name: string, route: Route, parts: Json): Json {
  const { method, summary, status = 200, errors = [], access, body } = route;
  const failing = errors.length === 0 ? '' : ` Besides the usual: ${errors.join(', ')}.`;
  return {
    operationId: name,
    summary,
    ...(access === 'open' ? { security: [] } : {}),
    ...parametersOf(route, parts),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: content(body, parts, 'input') } }),
    responses: {
      [String(status)]: {
        description: method === 'GET' ? 'As asked' : 'Done',
        ...replyOf(route.reply, parts),
      },
      default: {
        description: `What went wrong.${failing}`,
        content: content(errorReply, parts, 'output'),
      },
    },
  };
}

function parametersOf({ params, query }: Route, parts: Json): Json {
  const of = (place: 'path' | 'query', schema: z.ZodObject | undefined): Json[] =>
    Object.entries(schema?.shape ?? {}).map(([name, field]) => ({
      name,
      in: place,
      required: place === 'path' || !z.safeParse(field as z.ZodType, undefined).success,
      schema: schemaOf(field as z.ZodType, parts, 'input'),
    }));
  const parameters = [...of('path', params), ...of('query', query)];
  return parameters.length === 0 ? {} : { parameters };
}

function replyOf(reply: Reply, parts: Json): Json {
  switch (reply.kind) {
    case 'json':
      return { content: content(reply.schema, parts, 'output') };
    case 'text':
      return { content: { [reply.type]: { schema: { type: 'string' } } } };
    case 'stream': {
      const events = Object.entries(reply.events).map(([event, schema]) => ({
        title: event,
        ...schemaOf(schema, parts, 'output'),
      }));
      return { content: { 'text/event-stream': { schema: { oneOf: events } } } };
    }
    case 'none':
      return {};
  }
}

function content(schema: z.ZodType, parts: Json, io: 'input' | 'output'): Json {
  return { 'application/json': { schema: schemaOf(schema, parts, io) } };
}

/** Schemas with an id become parts that others refer to. */
function schemaOf(schema: z.ZodType, parts: Json, io: 'input' | 'output'): Json {
  const {
    $schema: _,
    $defs = {},
    ...own
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  const rename = (text: string): string => text.replaceAll('"#/$defs/', '"#/components/schemas/');
  for (const [id, part] of Object.entries($defs)) {
    parts[id] = withoutId(JSON.parse(rename(JSON.stringify(part))) as Json); // of our own making
  }
  const body = JSON.parse(rename(JSON.stringify(own))) as Json;
  const { id } = body;
  if (typeof id !== 'string') return body;
  parts[id] = withoutId(body);
  return { $ref: `#/components/schemas/${id}` };
}

function withoutId({ id: _, $id: __, ...rest }: Json): Json {
  return rest;
}
