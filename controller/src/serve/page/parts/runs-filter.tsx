/** Search and filters of the list; each change is in the address. */
import type { JSX } from 'preact';
import { runtimeKinds } from '../../../model/runtime-traits.ts';
import type { RunsFilter } from '../logic/address.ts';

type Key = 'status' | 'verdict' | 'runtime' | 'shaper';

const choices: readonly {
  readonly key: Key;
  readonly label: string;
  readonly words: readonly string[];
}[] = [
  { key: 'verdict', label: 'Verdict', words: ['valid', 'suspect', 'invalid', 'unsafe', 'none'] },
  { key: 'status', label: 'Status', words: ['running', 'completed', 'interrupted', 'failed'] },
  { key: 'runtime', label: 'Runtime', words: runtimeKinds },
  { key: 'shaper', label: 'Shaper', words: ['netem', 'userspace', 'none'] },
];

interface FilterProps {
  readonly filter: RunsFilter;
  readonly onChange: (filter: RunsFilter) => void;
}

export function RunsFilterForm({ filter, onChange }: FilterProps): JSX.Element {
  const set = (key: keyof RunsFilter, value: string): void => {
    const { before: _, [key]: __, ...rest } = filter;
    onChange(value === '' ? rest : { ...rest, [key]: key === 'nodes' ? Number(value) : value });
  };
  return (
    <search>
      <form class="filter" aria-label="Runs" onSubmit={(event) => event.preventDefault()}>
        <label class="grow">
          Search
          <input
            type="search"
            value={filter.search ?? ''}
            placeholder="name, id, network, what is varied"
            onInput={(event) => set('search', event.currentTarget.value)}
          />
        </label>
        {choices.map(({ key, label, words }) => (
          <label key={key}>
            {label}
            <select
              value={filter[key] ?? ''}
              onChange={(event) => set(key, event.currentTarget.value)}
            >
              <option value="">any</option>
              {words.map((word) => (
                <option key={word} value={word}>
                  {word}
                </option>
              ))}
            </select>
          </label>
        ))}
        <label>
          Nodes
          <input
            type="number"
            min="1"
            max="1000"
            value={filter.nodes ?? ''}
            placeholder="any"
            onInput={(event) => set('nodes', event.currentTarget.value)}
          />
        </label>
      </form>
    </search>
  );
}
