/** What a handler is given: parsed by the schemas of its route, and who asks. */
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { RouteName, RouteTable } from '../api/routes.ts';
import type { Answer } from './answer.ts';
import type { Identity } from './identify.ts';

type Parsed<N extends RouteName, K extends string> =
  RouteTable[N] extends Readonly<Record<K, infer S>>
    ? S extends z.ZodType
      ? z.infer<S>
      : undefined
    : undefined;

export interface Call<N extends RouteName> {
  readonly params: Parsed<N, 'params'>;
  readonly query: Parsed<N, 'query'>;
  readonly body: Parsed<N, 'body'>;
  readonly who: Identity;
  /** Address of the other end. */
  readonly from: string;
  readonly headers: IncomingHttpHeaders;
  /** Fires when the other end has gone. */
  readonly signal: AbortSignal;
}

/** One for each route, so that the description and what is done cannot part. */
export type Handlers = { readonly [N in RouteName]: (call: Call<N>) => Promise<Answer> | Answer };
