/** Heights, identifiers and digests of the blocks that the program hands out. */
import { createHash } from 'node:crypto';

export interface ChainedBlock {
  readonly height: number;
  /** The contract's running digest. */
  readonly digestHex: string;
}

/**
 * A block is identified by its height and content, so that two programs which hand out the same
 * stream have the same digests.
 */
export function createBlockChain(): (transactions: readonly Uint8Array[]) => ChainedBlock {
  let height = 0;
  let digest = Buffer.alloc(32);
  return (transactions) => {
    height += 1;
    const id = createHash('sha256').update(`${height}:${transactions.length}`);
    for (const transaction of transactions)
      id.update(`:${transaction.length}:`).update(transaction);
    digest = createHash('sha256').update(digest).update(id.digest()).digest();
    return { height, digestHex: digest.toString('hex') };
  };
}
