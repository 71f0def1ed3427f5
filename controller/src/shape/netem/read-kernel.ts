import * as z from 'zod';
import { formatAddress } from '../../plan/netem/cover-addresses.ts';
import type { ClassModel, FilterModel, LeafModel, LinkModel } from './link-model.ts';
import { readExtras } from './netem-extras.ts';

/**
 * What `tc -j` of iproute2 5.x and 6.x prints. Classes have no JSON (it prints text all the same),
 * and a property that is zero is left out. Times are seconds, cut to whole microseconds.
 */
const netemSchema = z.object({
  limit: z.number(),
  delay: z
    .object({
      delay: z.number(),
      jitter: z.number().default(0),
      correlation: z.number().default(0),
    })
    .optional(),
  'loss-random': z.object({ loss: z.number() }).optional(),
  'loss-gemodel': z
    .object({ p: z.number(), r: z.number(), '1-h': z.number(), '1-k': z.number() })
    .optional(),
  duplicate: z.object({ duplicate: z.number() }).optional(),
  corrupt: z.object({ corrupt: z.number() }).optional(),
  rate: z.object({ rate: z.number() }).optional(),
});

const qdiscsSchema = z.array(
  z.object({
    kind: z.string(),
    handle: z.string(),
    root: z.boolean().optional(),
    parent: z.string().optional(),
    options: z.unknown(),
    packets: z.number().optional(),
    bytes: z.number().optional(),
    drops: z.number().optional(),
  }),
);
export type KernelQdisc = z.infer<typeof qdiscsSchema>[number];

const filtersSchema = z.array(
  z.object({
    pref: z.number(),
    kind: z.string(),
    protocol: z.string().default('ip'),
    options: z
      .object({
        flowid: z.string().optional(),
        ht_divisor: z.number().optional(),
        match: z.object({ value: z.string(), mask: z.string(), off: z.number() }).optional(),
        actions: z.array(z.object({ to_dev: z.string().optional() })).optional(),
      })
      .optional(),
  }),
);

const linksSchema = z.array(z.object({ gso_max_segs: z.number().optional() }));

/** @throws ZodError or SyntaxError on text that tc does not print */
export function readQdiscs(json: string): readonly KernelQdisc[] {
  return qdiscsSchema.parse(parse(json));
}

export interface KernelTexts {
  readonly qdiscs: string;
  readonly classes: string;
  readonly filters: string;
}

export function readKernel({ qdiscs, classes, filters }: KernelTexts): LinkModel {
  const found = readQdiscs(qdiscs);
  const root = found.find((qdisc) => qdisc.root === true);
  const leaves = found.flatMap((qdisc): [string, LeafModel][] =>
    qdisc.parent === undefined || hooks.has(qdisc.kind) ? [] : [[qdisc.parent, readLeaf(qdisc)]],
  );
  return {
    root: root === undefined ? 'none' : nameQdisc(root),
    defaultClass: readDefault(root?.options),
    classes: readClasses(classes),
    leaves: new Map(leaves),
    filters: readFilters(filters),
    otherFilters: readOtherFilters(filters),
  };
}

const htbSchema = z.object({ default: z.union([z.string(), z.number()]) });

function readDefault(options: unknown): number | null {
  const htb = htbSchema.safeParse(options);
  return htb.success ? Number(htb.data.default) : null;
}

const fifoSchema = z.object({ limit: z.number() });

function readLimit(options: unknown): number | null {
  const fifo = fifoSchema.safeParse(options);
  return fifo.success ? fifo.data.limit : null;
}

/** They hang beside the root, see find-foreign.ts. */
const hooks: ReadonlySet<string> = new Set(['clsact', 'ingress']);

/** `htb 7e57:`; the kernel's own defaults have no handle worth telling. */
export function nameQdisc({ kind, handle }: KernelQdisc): string {
  return handle === '0:' ? kind : `${kind} ${handle}`;
}

/** A root netem, as on a device that duplicates; otherwise what is there instead. */
export function readLeaf({ kind, options }: KernelQdisc): LeafModel {
  if (kind !== 'netem') return { kind: 'other', name: kind, limit: readLimit(options) };
  const netem = netemSchema.parse(options);
  const gilbert = netem['loss-gemodel'];
  return {
    kind: 'netem',
    limitPackets: netem.limit,
    delayUs: (netem.delay?.delay ?? 0) * 1e6,
    jitterUs: (netem.delay?.jitter ?? 0) * 1e6,
    correlationRatio: netem.delay?.correlation ?? 0,
    loss:
      gilbert === undefined
        ? [netem['loss-random']?.loss ?? 0]
        : [gilbert.p, gilbert.r, gilbert['1-h'], gilbert['1-k']],
    duplicateRatio: netem.duplicate?.duplicate ?? 0,
    corruptRatio: netem.corrupt?.corrupt ?? 0,
    rateBytesPerSec: netem.rate?.rate ?? 0,
    extras: readExtras(options),
  };
}

/** Filters that match on a destination, in the order in which they are asked. */
export function readFilters(json: string): readonly FilterModel[] {
  return filtersSchema.parse(parse(json)).flatMap(({ pref, kind, protocol, options }) => {
    const { match, flowid, actions = [] } = options ?? {};
    if (kind !== 'u32' || match === undefined) return [];
    const ofProtocol = protocol === 'ip' ? '' : ` of protocol ${protocol}`;
    const device = actions[0]?.to_dev ?? 'nowhere';
    const target =
      flowid === undefined ? device : `${flowid}${actions.length > 0 ? ' with an action' : ''}`;
    return [{ priority: pref, prefix: `${readMatch(match)}${ofProtocol}`, target }];
  });
}

/** What is neither a filter on a destination nor the frame of one, as `matchall, priority 1`. */
export function readOtherFilters(json: string): readonly string[] {
  const others = filtersSchema.parse(parse(json)).flatMap(({ pref, kind, options }) => {
    const isFrame = options === undefined || options.ht_divisor !== undefined;
    if (kind === 'u32' && (isFrame || options.match !== undefined)) return [];
    const target = options?.flowid === undefined ? '' : ` to ${options.flowid}`;
    return isFrame ? [] : [`${kind}${target}, priority ${pref}`];
  });
  return [...new Set(others)];
}

/** Packets per segment that the device lets through; null where `ip` does not tell. */
export function readSegmentsMax(json: string): number | null {
  return linksSchema.parse(parse(json))[0]?.gso_max_segs ?? null;
}

function parse(json: string): unknown {
  return json === '' ? [] : JSON.parse(json);
}

/** The destination is the 32 bits at byte 16 of an IPv4 header; leading zeros are not printed. */
function readMatch({ value, mask, off }: { value: string; mask: string; off: number }): string {
  const bits = Number.parseInt(mask, 16);
  const length = 32 - Math.log2(2 ** 32 - bits);
  const prefix = `${formatAddress(Number.parseInt(value, 16))}/${length}`;
  return off === 16 ? prefix : `${prefix} at byte ${off}`;
}

const bitsOfUnit: Readonly<Record<string, number>> = {
  bit: 1,
  Kbit: 1e3,
  Mbit: 1e6,
  Gbit: 1e9,
  Tbit: 1e12,
};

/** Lines such as `class htb 7e57:11 parent 7e57:1 leaf 11: prio 0 rate 8Kbit ceil 10Mbit ...`. */
function readClasses(text: string): Map<string, ClassModel> {
  const classes = new Map<string, ClassModel>();
  for (const line of text.split('\n')) {
    const id = /^class htb (\S+)/.exec(line)?.[1];
    if (id === undefined) continue;
    classes.set(id, {
      parent: / parent (\S+)/.exec(line)?.[1] ?? 'root',
      rateBytesPerSec: readRate(/ rate (\S+)/.exec(line)?.[1] ?? ''),
      ceilBytesPerSec: readRate(/ ceil (\S+)/.exec(line)?.[1] ?? ''),
      burstBytes: readSize(/ burst (\S+)/.exec(line)?.[1] ?? ''),
      ceilBurstBytes: readSize(/ cburst (\S+)/.exec(line)?.[1] ?? ''),
    });
  }
  return classes;
}

function readRate(text: string): number {
  const match = /^(\d+)([A-Za-z]+)$/.exec(text);
  return (Number(match?.[1] ?? Number.NaN) * (bitsOfUnit[match?.[2] ?? ''] ?? Number.NaN)) / 8;
}

const bytesOfUnit: Readonly<Record<string, number>> = { b: 1, Kb: 1024, Mb: 1024 ** 2 };

function readSize(text: string): number {
  const match = /^([\d.]+)([KM]?b)/.exec(text);
  return Number(match?.[1] ?? Number.NaN) * (bytesOfUnit[match?.[2] ?? ''] ?? Number.NaN);
}
