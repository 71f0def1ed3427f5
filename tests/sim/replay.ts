/* Replays seeds: node tests/sim/replay.ts --seed 17 --kind byzantine [--count 1] [--size 6]
 * [--protocol pbft] [--mutant NAME] [--adding] [--trace]. Prints one line per seed. Exit code 1 if a seed fails. */
import { parseArgs } from 'node:util';
import { createAddingKeyring } from './keyring.ts';
import { mutants as chainedMutants } from './mutants.ts';
import { pbftMutants } from './pbft/mutants.ts';
import { createPbftScenario } from './pbft/scenario.ts';
import { pbft } from './pbft/subject.ts';
import { createScenario, type Scenario } from './scenario.ts';
import { runScenario } from './simulation.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1' },
    kind: { type: 'string', default: 'faults' },
    size: { type: 'string' },
    protocol: { type: 'string' },
    mutant: { type: 'string' },
    adding: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});

const kind = values.kind === 'byzantine' ? 'byzantine' : 'faults';
const mutants = [...chainedMutants, ...pbftMutants];
const mutant = mutants.find((each) => each.name === values.mutant);
if (values.mutant !== undefined && mutant === undefined) {
  throw new Error(
    `No mutant ${values.mutant}; there are: ${mutants.map((m) => m.name).join(', ')}`,
  );
}
const committeeSize = values.size === undefined ? mutant?.committeeSize : Number(values.size);
const isPbft = values.protocol === 'pbft' || values.mutant?.startsWith('pbft-') === true;
const scenarioOf = (seed: number): Scenario => {
  if (isPbft) return createPbftScenario(seed, kind, committeeSize ?? null);
  return createScenario(seed, kind, committeeSize === undefined ? {} : { committeeSize });
};
const write = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const first = Number(values.seed);
for (let seed = first; seed < first + Number(values.count); seed++) {
  const verdict = runScenario(scenarioOf(seed), {
    ...(values.adding ? { keyring: createAddingKeyring } : {}),
    ...(isPbft ? { subject: pbft } : {}),
    ...(mutant === undefined ? {} : { subject: mutant.subject, checksHabits: false }),
    ...(values.trace ? { trace: write } : {}),
  });
  const { traceHash, events, evidence } = verdict;
  write(
    `seed ${seed} ${kind}: ${verdict.kind}, ${verdict.detail} ` +
      `[${events} events, ${evidence} evidence, trace ${traceHash.toString(16)}]`,
  );
  if (verdict.kind !== 'pass') process.exitCode = 1;
}
