/** The topology, with who leads: the more blocks a node proposes, the larger its mark. */
import type { JSX } from 'preact';
import { memo } from 'preact/compat';
import { useMemo } from 'preact/hooks';
import type { NodeColumns, Topology } from '../../api/live.ts';
import { type GraphLayout, layOutGraph } from '../logic/lay-out-graph.ts';
import { tellLeaders, tellLinks } from '../logic/tell-topology.ts';

interface DrawingProps {
  readonly topology: Topology;
  readonly nodes: NodeColumns | null;
}

export function TopologyDrawing({ topology, nodes }: DrawingProps): JSX.Element {
  const layout = useMemo(() => layOutGraph(topology), [topology]);
  const most = Math.max(0, ...(nodes?.proposedPerSec ?? []).map((value) => value ?? 0));
  const words = `${tellLinks(topology)} ${nodes === null ? '' : tellLeaders(nodes, topology)}`;
  return (
    <figure class="topology">
      <svg viewBox={`0 0 ${layout.width} ${layout.height}`} role="img" aria-label={words}>
        <Background layout={layout} />
        {layout.nodes.map((place, node) => (
          <Mark
            key={node}
            x={place.x}
            y={place.y}
            radius={layout.nodeRadius}
            state={nodes?.state[node] ?? 'planned'}
            share={most > 0 ? Math.round((10 * (nodes?.proposedPerSec[node] ?? 0)) / most) / 10 : 0}
            title={titleOf(node, nodes)}
          />
        ))}
      </svg>
      <figcaption>{words}</figcaption>
    </figure>
  );
}

const Background = memo(
  ({ layout }: { readonly layout: GraphLayout }): JSX.Element => (
    <g>
      {layout.regions.map(({ name, x, y, radius }) => (
        <g key={name}>
          <circle class="region" cx={x} cy={y} r={radius + 14} />
          <text
            x={x}
            y={y < layout.height / 2 - 5 ? y - radius - 19 : y + radius + 28}
            text-anchor="middle"
          >
            {name}
          </text>
        </g>
      ))}
      <path class="links" d={layout.links} />
    </g>
  ),
);

interface MarkProps {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly state: string;
  /** 0-1 of the node that leads most. */
  readonly share: number;
  readonly title: string;
}

const Mark = memo(
  ({ x, y, radius, state, share, title }: MarkProps): JSX.Element => (
    <g class={`mark ${state}`}>
      {share > 0 && (
        <circle
          class="leads"
          cx={x}
          cy={y}
          r={radius * (1 + 0.75 * share)}
          opacity={0.25 + 0.55 * share}
        />
      )}
      <circle class="node" cx={x} cy={y} r={radius * 0.8}>
        <title>{title}</title>
      </circle>
    </g>
  ),
);

/** Coarse on purpose: a title that changes each second is drawn each second. */
function titleOf(node: number, nodes: NodeColumns | null): string {
  return `node ${node}: ${nodes?.state[node] ?? 'planned'}`;
}
