import { ownHandle } from '../../plan/netem/tree.ts';
import { type KernelQdisc, nameQdisc } from './read-kernel.ts';

/** What a kernel puts on a device by itself, under handle 0. */
const kernelDefaults = ['noqueue', 'fq_codel', 'pfifo_fast', 'mq', 'fq', 'pfifo'];

/**
 * @returns names of qdiscs on one device that somebody else set up; empty if there are none. What
 * hangs below our root is ours; so is clsact beside it if the program has one.
 */
export function findForeign(
  qdiscs: readonly KernelQdisc[],
  { hasDetours }: { readonly hasDetours: boolean },
): readonly string[] {
  const isOurs = qdiscs.some(isOwnRoot);
  return qdiscs
    .filter(({ root, kind, handle, parent }) => {
      if (kind === 'clsact' || kind === 'ingress') {
        return !(isOurs && hasDetours && kind === 'clsact');
      }
      if (root !== true && parent !== undefined && isOurs) return false;
      if (root === true && isOurs) return false;
      return !(handle === '0:' && kernelDefaults.includes(kind));
    })
    .map(nameQdisc);
}

export function isOwnRoot({ root, kind, handle }: KernelQdisc): boolean {
  return root === true && kind === 'htb' && handle === ownHandle;
}
