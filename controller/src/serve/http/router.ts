/** From a request line to a route of the table. Pure. */
import { type Route, type RouteName, routes } from '../api/routes.ts';

export type Match =
  | {
      readonly kind: 'found';
      readonly name: RouteName;
      readonly route: Route;
      readonly params: Params;
    }
  /** The address exists, with other methods. */
  | { readonly kind: 'method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' };

export type Params = Readonly<Record<string, string>>;

interface Compiled {
  readonly name: RouteName;
  readonly route: Route;
  readonly parts: readonly string[];
}

const compiled: readonly Compiled[] = (Object.entries(routes) as [RouteName, Route][]).map(
  ([name, route]) => ({ name, route, parts: route.path.split('/') }),
);

/** Longer addresses are nobody's. */
const pathCharsMax = 500;

/** @param path without query; as it came, escapes and all */
export function matchRoute(method: string, path: string): Match {
  const given = partsOf(path);
  if (given === null) return { kind: 'unknown' };
  const allowed: string[] = [];
  for (const { name, route, parts } of compiled) {
    const params = paramsOf(parts, given);
    if (params === null) continue;
    const isAsked = route.method === method || (method === 'HEAD' && route.method === 'GET');
    if (isAsked) return { kind: 'found', name, route, params };
    allowed.push(route.method);
  }
  return allowed.length === 0 ? { kind: 'unknown' } : { kind: 'method', allowed };
}

/** Null for what no address of ours looks like: dots, empty parts, separators that were hidden. */
export function partsOf(path: string): readonly string[] | null {
  if (path.length > pathCharsMax || !path.startsWith('/')) return null;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    const text = decode(part);
    if (text === null || text === '.' || text === '..' || /[/\\\p{Cc}]/u.test(text)) return null;
    parts.push(text);
  }
  return parts;
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

function paramsOf(parts: readonly string[], given: readonly string[]): Params | null {
  if (parts.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const value = given[index] ?? '';
    if (!part.startsWith('{')) {
      if (part !== value) return null;
    } else if (value === '') return null;
    else params[part.slice(1, -1)] = value;
  }
  return params;
}
