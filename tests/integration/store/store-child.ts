/**
 * A testbed process of its own for tests of several processes. Arguments: what to do, data folder,
 * database URL or `-`, and what the action needs. Prints one line of result at the end.
 *   hold              opens the store, says `open`, and stays until standard input ends
 *   save SEED SUFFIX  saves an awkward run and closes
 *   drain             opens and closes, prints how many records are left
 */
import { systemClock } from '../../../controller/src/lib/system-clock.ts';
import { openStore } from '../../../controller/src/store/open-store.ts';
import { generateAwkwardRun } from '../../fixtures/awkward-run.ts';

const [action, dataFolder = '', databaseUrl, seed, suffix = ''] = process.argv.slice(2);
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const store = await openStore(
  { dataFolder, databaseUrl: databaseUrl === '-' ? undefined : databaseUrl },
  { clock: systemClock, signal: new AbortController().signal, onWarning: say },
);

if (action === 'hold') {
  say('open');
  for await (const _chunk of process.stdin);
} else if (action === 'save') {
  const { run, repetitions } = generateAwkwardRun({ seed: Number(seed), suffix, sizes: [4] });
  await store.saveRun(run);
  for (const repetition of repetitions) await store.saveRepetition(repetition);
}
await store.close();
say(`pending ${store.pending()}`);
