/** The table of nodes, sorted by any column. */
import type { JSX } from 'preact';
import { memo } from 'preact/compat';
import { useState } from 'preact/hooks';
import type { NodeColumns, Topology } from '../../api/live.ts';
import {
  listNodeRows,
  type NodeColumn,
  type NodeOrder,
  type NodeRow,
  nodeColumnList,
  tellStates,
} from '../logic/node-rows.ts';
import { Scroll } from './basics.tsx';

interface NodeTableProps {
  readonly nodes: NodeColumns;
  readonly topology: Topology | null;
}

export function NodeTable({ nodes, topology }: NodeTableProps): JSX.Element {
  const [order, setOrder] = useState<NodeOrder>({ by: 'node', isDescending: false });
  const rows = listNodeRows(nodes, topology, order);
  return (
    <Scroll label="Nodes" class="tall">
      <table class="nodes">
        <caption>
          {nodes.state.length} nodes: {tellStates(nodes)}. A heading sorts.
        </caption>
        <thead>
          <tr>
            {nodeColumnList.map((column) => (
              <Heading key={column.id} column={column} order={order} onSort={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.node} row={row} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

interface HeadingProps {
  readonly column: NodeColumn;
  readonly order: NodeOrder;
  readonly onSort: (order: NodeOrder) => void;
}

function Heading({
  column: { id, title, description, isText = false },
  order,
  onSort,
}: HeadingProps): JSX.Element {
  const isOwn = order.by === id;
  const direction = order.isDescending ? 'descending' : 'ascending';
  // Figures are sorted to find the largest, names to find one.
  const next = isOwn ? !order.isDescending : !isText && id !== 'node';
  return (
    <th scope="col" class={isText ? 'lead' : ''} aria-sort={isOwn ? direction : undefined}>
      <button
        type="button"
        class="sort"
        title={description}
        onClick={() => onSort({ by: id, isDescending: next })}
      >
        {title}
        <span aria-hidden="true">{isOwn ? (order.isDescending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

/** Rows whose text is as before are not drawn again: at 200 nodes most of a second's work. */
const Row = memo(
  ({ row: { node, state, cells } }: { readonly row: NodeRow }): JSX.Element => (
    <tr class={state}>
      {cells.map((text, index) => {
        const column = nodeColumnList[index];
        return index === 0 ? (
          <th key={node} scope="row">
            {text}
          </th>
        ) : (
          <td key={column?.id} class={column?.isText ? 'lead' : ''}>
            {text}
          </td>
        );
      })}
    </tr>
  ),
  (before, after) =>
    before.row.state === after.row.state && before.row.cells.join() === after.row.cells.join(),
);
