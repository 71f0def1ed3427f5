import { describe, expect, it } from '@jest/globals';
import { parseScenario } from '../../../controller/src/config/parse-scenario.ts';
import { createPlan } from '../../../controller/src/plan/create-plan.ts';

/** Name and seed of every cell, by what is varied besides the size. */
function cellsOf(vary: string): ReadonlyMap<string, string> {
  const text = `name: a\nruntime: docker\nnodes: [4]\nvary: ${vary}\n`;
  const plan = createPlan(parseScenario({ file: 'a.yaml', text }), 'docker', 'netem');
  const seeds = new Map(plan.order.map(({ cellId, seed }) => [cellId, seed]));
  return new Map(
    plan.cells.map(({ id, coordinates }) => {
      const place = coordinates.slice(1).map(({ axis, text: value }) => `${axis}=${value}`);
      return [place.sort().join(' '), `${id} ${seeds.get(id)}`];
    }),
  );
}

const long = (tail: string): string =>
  `{profile: {like: wan, loss: 1%, jitter: 5ms, queue: 900, rate: ${tail}}}`;

describe('a cell keeps its name and its seeds', () => {
  it.each([
    ['when a value is added', '{load.rate: [200, 1000]}', '{load.rate: [5, 200, 1000]}'],
    [
      'when numbers get a word beside them',
      '{resources.cpus: [0.5, 2]}',
      '{resources.cpus: [0.5, 2, none]}',
    ],
    [
      'when quantities get a word beside them',
      '{resources.memory: [64MiB, 1GiB], load.size: [128B]}',
      '{resources.memory: [none, 64MiB, 1GiB], load.size: [64B, 128B]}',
    ],
    [
      'when another value looks like its name',
      '{image: ["my:v1"]}',
      '{image: ["my_v1", "my/v1", "my:v1", "my-v1"]}',
    ],
    ['when another value looks like a number', '{image: [i5, x]}', '{image: [x, i5, "5", i-5]}'],
    [
      'when another long value begins like it',
      `{network: [${long('20Mbit')}]}`,
      `{network: [${long('30Mbit')}, ${long('20Mbit')}]}`,
    ],
    [
      'when the axes change places',
      '{load.rate: [200], engine.timeout: [1s]}',
      '{load.rate: [200], engine.timeout: [1s, 2s]}',
    ],
  ])('%s', (_, before, after) => {
    const old = cellsOf(before);
    const now = cellsOf(after);
    expect(now.size).toBeGreaterThan(old.size);
    for (const [place, own] of old) expect([place, now.get(place)]).toEqual([place, own]);
    const names = [...now.values()].map((own) => own.split(' ')[0]);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set([...now.values()].map((own) => own.split(' ')[1])).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9._-]{0,31}$/);
  });

  it('has seeds of its coordinates, however these are written and in whatever order', () => {
    const seeds = (vary: string): unknown =>
      [...cellsOf(vary).values()].map((own) => own.split(' ')[1]).sort();
    expect(seeds('{load.rate: [1000], engine.timeout: [1s]}')).toEqual(
      seeds('{engine.timeout: [1000ms], load.rate: [1000/s]}'),
    );
  });

  it('is called by its values where these fit into a name', () => {
    const names = [
      ...cellsOf(
        '{network.profile.loss: [0.1%], engine.timeout: [500ms], image: ["my-node:v1"]}',
      ).values(),
    ];
    expect(names[0]).toMatch(/^n4-l0.1pct-t500ms-my_node_v1 /);
  });
});
