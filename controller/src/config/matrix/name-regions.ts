/**
 * Names of regions for the names in a table: `EU (Frankfurt) eu-central-1` and `São Paulo` are
 * names there and none here. Pure.
 */
import { nameSchema } from '../network-schema.ts';

export interface NamedRegions {
  /** Table's name -> name of the region, in the order of the table. */
  readonly regionOf: ReadonlyMap<string, string>;
  /** Names of the table that make no name for a region, or one that another has. */
  readonly unnamed: readonly string[];
}

/**
 * A name that the scenario gives counts first, then names that are fine as they are, then names
 * that are made of what stands there.
 * @param given the scenario's name -> the table's, or the one made of it
 */
export function nameRegions(
  names: readonly string[],
  given: Readonly<Record<string, string>>,
): NamedRegions {
  const regionOf = new Map<string, string>();
  const taken = new Set<string>();
  const take = (name: string, region: string): void => {
    regionOf.set(name, region);
    taken.add(region);
  };
  for (const [region, meant] of Object.entries(given)) {
    const name = findName(names, meant);
    if (name !== undefined && !regionOf.has(name)) take(name, region);
  }
  for (const name of names) {
    if (!regionOf.has(name) && !taken.has(name) && isRegionName(name)) take(name, name);
  }
  const made = names.filter((name) => !regionOf.has(name) && !isRegionName(name)).map(makeName);
  for (const name of names) {
    const region = regionOf.has(name) || isRegionName(name) ? undefined : makeName(name);
    const isOnlyOne = made.filter((one) => one === region).length === 1;
    if (region !== undefined && isOnlyOne && !taken.has(region)) take(name, region);
  }
  return {
    regionOf: new Map(
      names.flatMap((name) => {
        const region = regionOf.get(name);
        return region === undefined ? [] : [[name, region] as const];
      }),
    ),
    unnamed: names.filter((name) => !regionOf.has(name)),
  };
}

/** The name of a table that is meant by itself or by the name made of it. */
export function findName(names: readonly string[], meant: string): string | undefined {
  if (names.includes(meant)) return meant;
  const candidates = names.filter((name) => makeName(name) === meant);
  return candidates.length === 1 ? candidates[0] : undefined;
}

/**
 * The code of a cloud's region if there is one in the name, else the name without accents and with
 * hyphens for what no name can hold; undefined if nothing is left of it.
 */
export function makeName(name: string): string | undefined {
  const codes = name.match(/(?<![\w-])[a-z]+(?:-[a-z]+)+-?\d+[a-z]?(?![\w-])/g) ?? [];
  const [code] = codes;
  const made = codes.length === 1 && code !== undefined ? code : plainName(name);
  return isRegionName(made) ? made : undefined;
}

function plainName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{Mark}+/gu, '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 31)
    .replace(/-+$/, '');
}

function isRegionName(name: string): boolean {
  return nameSchema.safeParse(name).success;
}
