import type { JSX } from 'preact';
import { memo } from 'preact/compat';
import type { Tile } from '../logic/tell-run.ts';

export function Tiles({ tiles }: { readonly tiles: readonly Tile[] }): JSX.Element {
  return (
    <dl class="tiles">
      {tiles.map(({ label, value, note, tone }) => (
        <OneTile key={label} label={label} value={value} note={note} tone={tone} />
      ))}
    </dl>
  );
}

const OneTile = memo(
  ({ label, value, note, tone }: Tile): JSX.Element => (
    <div class={`tile ${tone}`}>
      <dt>{label}</dt>
      <dd>
        {value} <small>{note}</small>
      </dd>
    </div>
  ),
);
