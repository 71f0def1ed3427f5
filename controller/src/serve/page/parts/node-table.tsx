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
import { windowRows } from '../logic/window-rows.ts';
import { Scroll } from './basics.tsx';

interface NodeTableProps {
  readonly nodes: NodeColumns;
  readonly topology: Topology | null;
}

const rowPixels = 26;
const heightPixels = 420;

export function NodeTable({ nodes, topology }: NodeTableProps): JSX.Element {
  const [order, setOrder] = useState<NodeOrder>({ by: 'node', isDescending: false });
  const [topPixels, setTop] = useState(0);
  const count = nodes.state.length;
  const shown = windowRows(count, { topPixels, heightPixels, rowPixels });
  const rows = listNodeRows(nodes, topology, order, shown);
  return (
    <Scroll label="Nodes" class="tall" onScroll={(top) => setTop(Math.round(top / 100) * 100)}>
      <table class="nodes" aria-rowcount={count + 1}>
        <caption>
          {count} nodes: {tellStates(nodes)}. A heading sorts.
        </caption>
        <thead>
          <tr aria-rowindex={1}>
            {nodeColumnList.map((column) => (
              <Heading key={column.id} column={column} order={order} onSort={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={shown.first} />
          {rows.map((row, index) => (
            <Row key={row.node} row={row} position={shown.first + index + 2} />
          ))}
          <Gap rows={count - shown.end} />
        </tbody>
      </table>
    </Scroll>
  );
}

/** The room of rows that are not drawn. */
function Gap({ rows }: { readonly rows: number }): JSX.Element | null {
  if (rows === 0) return null;
  return (
    <tr class="gap">
      <td colSpan={nodeColumnList.length} style={{ height: `${rows * rowPixels}px` }} />
    </tr>
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

interface RowProps {
  readonly row: NodeRow;
  /** In the table, the heading included. */
  readonly position: number;
}

/** Rows whose text is as before are not drawn again: at 200 nodes most of a second's work. */
const Row = memo(
  ({ row: { node, state, cells }, position }: RowProps): JSX.Element => (
    <tr class={state} aria-rowindex={position}>
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
    before.position === after.position &&
    before.row.state === after.row.state &&
    before.row.cells.join() === after.row.cells.join(),
);
