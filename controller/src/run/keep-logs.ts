/** Keeps what nodes said, in the folder of their run. */
import { messageOf } from '../lib/message-of.ts';
import type { NodeHandle, RunningNetwork } from '../runtime/runtime.ts';
import { keepNodeLog, type RunFolder } from './run-folder.ts';

/** Enough to hold the whole log of most nodes; the end of it for the others. */
const LINES_KEPT = 20_000;

/**
 * @param prefix of the file names: which network of the run it was
 * @returns of each node whose log could not be kept, why
 */
export async function keepAllLogs(
  network: RunningNetwork,
  folder: RunFolder,
  prefix: string,
): Promise<readonly { readonly node: NodeHandle; readonly why: string }[]> {
  const failed: { node: NodeHandle; why: string }[] = [];
  for (const node of network.nodes) {
    try {
      const text = await network.logs(node.nodeIndex, LINES_KEPT);
      await keepNodeLog(folder, `${prefix}-${node.name}.log`, text);
    } catch (error) {
      failed.push({ node, why: messageOf(error) });
    }
  }
  return failed;
}
