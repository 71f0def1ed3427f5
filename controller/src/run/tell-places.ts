import type { ProgressListener } from '../model/progress.ts';
import type { RunningNetwork } from '../runtime/runtime.ts';

/** @returns tells where the nodes are; nothing if none has moved since it told last */
export function createPlaceTeller(
  { nodes, processes }: Pick<RunningNetwork, 'nodes' | 'processes'>,
  onProgress: ProgressListener,
): () => void {
  let told = '';
  return () => {
    const controlUrls = nodes.map(({ nodeIndex }) => processes.controlUrl(nodeIndex));
    const now = controlUrls.join(' ');
    if (now === told) return;
    told = now;
    onProgress({ kind: 'nodes-placed', controlUrls });
  };
}
