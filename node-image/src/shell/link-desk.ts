import type {
  Probe,
  ProbeResult,
  RateProbe,
  RateProbeResult,
  Shaping,
  ShapingApplied,
} from '../contract/index.ts';
import { ProblemError } from './control/problem.ts';
import type { Shaper } from './shaping/shaper.ts';
import type { Link } from './transport/link.ts';
import { LinkBusyError } from './transport/link-probes.ts';
import type { Mesh } from './transport/mesh.ts';

/** The node's side of the shaping and probe endpoints. */
export interface LinkDesk {
  /** @throws ProblemError BAD_REQUEST; nothing changed then */
  shape(shaping: Shaping): ShapingApplied;
  /** @throws ProblemError LINK_DOWN, PROBE_ACTIVE */
  probe(order: Probe): Promise<ProbeResult>;
  /** @throws ProblemError LINK_DOWN, PROBE_ACTIVE */
  probeRate(order: RateProbe): Promise<RateProbeResult>;
}

export interface LinkDeskDependencies {
  readonly nodeIndex: number;
  readonly shaper: Shaper;
  readonly wallMs: () => number;
  /** Null before the node was configured. */
  readonly mesh: () => Mesh | null;
}

export function createLinkDesk(dependencies: LinkDeskDependencies): LinkDesk {
  const { nodeIndex, shaper, wallMs, mesh } = dependencies;

  const measure = async <T>(
    peerIndex: number,
    run: (probes: Link['probes']) => Promise<T>,
  ): Promise<T> => {
    const probes = mesh()?.probesOf(peerIndex) ?? null;
    if (probes === null) {
      throw new ProblemError(409, 'LINK_DOWN', `There is no link to node ${peerIndex} now.`);
    }
    try {
      return await run(probes);
    } catch (error) {
      if (!(error instanceof LinkBusyError)) throw error;
      const message = `The link to node ${peerIndex} is in use: ${error.message}.`;
      throw new ProblemError(409, 'PROBE_ACTIVE', message);
    }
  };

  return {
    shape(shaping) {
      const indexes = shaping.links.map(({ peerIndex }) => peerIndex);
      if (indexes.includes(nodeIndex)) {
        throw new ProblemError(400, 'BAD_REQUEST', `links: ${nodeIndex} is this node itself.`);
      }
      const twice = indexes.find((peerIndex, at) => indexes.indexOf(peerIndex) !== at);
      if (twice !== undefined) {
        throw new ProblemError(400, 'BAD_REQUEST', `links: ${twice} is listed twice.`);
      }
      shaper.apply(shaping);
      return { appliedUnixMs: wallMs() };
    },
    probe: ({ peerIndex, ...order }) => measure(peerIndex, (probes) => probes.roundTrips(order)),
    probeRate: ({ peerIndex, ...order }) => measure(peerIndex, (probes) => probes.fill(order)),
  };
}
