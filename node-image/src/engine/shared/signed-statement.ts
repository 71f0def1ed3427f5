/** To what a signed or hashed string belongs. */
export interface StatementDomain {
  /** Of the protocol: `prsm-testbed/` and its name, `/` and the version of its statements. */
  readonly protocol: string;
  /** At most 65,535 bytes in UTF-8. */
  readonly chainId: string;
}

/**
 * What every signed and every hashed string starts with:
 * protocol | kind (1 byte) | length of chain id (u16) | chain id (UTF-8) | epoch (u64, 0 here),
 * so that a signature given for one purpose, chain or protocol means nothing for another.
 * Integers are big-endian.
 */
export function signedPrefix({ protocol, chainId }: StatementDomain, kind: string): Uint8Array {
  const chain = new TextEncoder().encode(chainId);
  if (chain.length > 0xffff) throw new Error(`Chain id of ${chain.length} bytes is too long`);
  const head = new TextEncoder().encode(protocol + kind);
  const bytes = new Uint8Array(head.length + 2 + chain.length + 8);
  bytes.set(head);
  bytes[head.length] = chain.length >>> 8;
  bytes[head.length + 1] = chain.length;
  bytes.set(chain, head.length + 2);
  return bytes;
}

/** A copy with room for `extraBytes` behind it. */
export function extendedBy(prefix: Uint8Array, extraBytes: number): Uint8Array {
  const bytes = new Uint8Array(prefix.length + extraBytes);
  bytes.set(prefix);
  return bytes;
}
