/**
 * IPv4 subnets for the networks of a repetition: chosen here, not by Docker, because Docker does
 * not look at the routes of the host, and because nodes need addresses that stay. Pure.
 */

/** A network address and the length of its prefix; `address` has no bits outside the prefix. */
export interface Subnet {
  readonly address: number;
  readonly prefix: number;
}

/** RFC 2544 (nobody routes it) first, then RFC 1918 from the least used end. */
const pools: readonly Subnet[] = ['198.18.0.0/15', '172.16.0.0/12', '10.0.0.0/8'].map(mustParse);

/** Addresses kept free at the low end: network, gateway, and room for helpers of the testbed. */
const FIRST_NODE_OFFSET = 10;

/** @returns null for anything but `a.b.c.d/p`; bits outside the prefix are dropped */
export function parseSubnet(text: string): Subnet | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) return null;
  const octets = match.slice(1, 5).map(Number);
  const prefix = Number(match[5]);
  if (prefix > 32 || octets.some((octet) => octet > 255)) return null;
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return { address: address - (address % sizeOf(prefix)), prefix };
}

export function formatSubnet({ address, prefix }: Subnet): string {
  return `${formatAddress(address)}/${prefix}`;
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

export function overlaps(a: Subnet, b: Subnet): boolean {
  return a.address < b.address + sizeOf(b.prefix) && b.address < a.address + sizeOf(a.prefix);
}

/** Prefix of the smallest subnet that holds `nodeCount` nodes, never smaller than a /26. */
export function prefixFor(nodeCount: number): number {
  // One more for the broadcast address at the high end.
  return Math.min(26, 32 - Math.ceil(Math.log2(nodeCount + FIRST_NODE_OFFSET + 1)));
}

/** Where the control address of a node is in its subnet. */
export function controlOffset(nodeIndex: number): number {
  return FIRST_NODE_OFFSET + nodeIndex;
}

/** Address of a node in its subnet: the same for the same offset, whatever starts first. */
export function nodeAddress(subnet: Subnet, offset: number): string {
  return formatAddress(subnet.address + offset);
}

/** Where the bridge of the subnet sits on the host. */
export function gatewayAddress(subnet: Subnet): string {
  return formatAddress(subnet.address + 1);
}

/**
 * The first free subnet, probing from a place that depends on `seedText`, so that two controllers
 * that look at the same moment rarely want the same one.
 * @param taken subnets that the result must not overlap
 * @returns null if every pool is full
 */
export function findFreeSubnet(options: {
  readonly taken: readonly Subnet[];
  readonly prefix: number;
  readonly seedText: string;
}): Subnet | null {
  const { taken, prefix, seedText } = options;
  for (const pool of pools) {
    if (prefix < pool.prefix) continue;
    const slots = 2 ** (prefix - pool.prefix);
    const first = hash(seedText) % slots;
    for (let step = 0; step < slots; step++) {
      const slot = (first + step) % slots;
      const candidate = { address: pool.address + slot * sizeOf(prefix), prefix };
      if (!taken.some((subnet) => overlaps(subnet, candidate))) return candidate;
    }
  }
  return null;
}

interface Route {
  /** Device and gateway: where its packets go. */
  readonly way: string;
  readonly subnet: Subnet;
}

/**
 * Destinations of /proc/net/route (little-endian hex) that reserve their addresses. The default
 * route overlaps everything and reserves nothing, and neither does what a VPN puts in its place:
 * two halves, or all the pieces around the networks that it leaves out.
 */
export function parseRoutes(text: string): Subnet[] {
  const routes: Route[] = [];
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const address = littleEndianHex(fields[1]);
    const mask = littleEndianHex(fields[7]);
    if (address === null || mask === null || mask === 0) continue;
    const prefix = 32 - Math.log2(2 ** 32 - mask);
    routes.push({ way: `${fields[0]} ${fields[2]}`, subnet: { address, prefix } });
  }
  return routes.filter((route) => !isPieceOfDefault(route, routes)).map(({ subnet }) => subnet);
}

/** No network of anybody is larger than this (10.0.0.0/8). */
const NETWORK_PREFIX_MIN = 8;

/** A specific route inside of a piece is no piece: such is the tunnel's own network. */
function isPieceOfDefault({ way, subnet }: Route, routes: readonly Route[]): boolean {
  if (subnet.prefix < NETWORK_PREFIX_MIN) return true;
  const alike = routes.filter((other) => other.way === way).map((other) => other.subnet);
  const isInside = alike.some((other) => other.prefix < subnet.prefix && overlaps(other, subnet));
  const addresses = alike.reduce((sum, { prefix }) => sum + sizeOf(prefix), 0);
  return !isInside && addresses >= 2 ** 31;
}

function littleEndianHex(text: string | undefined): number | null {
  if (text === undefined || !/^[0-9A-F]{8}$/i.test(text)) return null;
  const bytes = text.match(/../g) ?? [];
  return Number.parseInt(bytes.reverse().join(''), 16);
}

function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) {
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return value >>> 0;
}

function mustParse(text: string): Subnet {
  const subnet = parseSubnet(text);
  if (subnet === null) throw new Error(`Broken invariant: ${text} is not a subnet`);
  return subnet;
}
