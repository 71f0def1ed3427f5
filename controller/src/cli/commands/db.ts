import { once } from 'node:events';
import type { Command } from '../command.ts';

/** Keeps the database up for somebody to look into, until Ctrl-C. */
export const dbCommand: Command = {
  name: 'db',
  summary: 'Keep the database up and say how to look into it',
  positionals: [],
  options: {},
  examples: [['db', 'then, in another terminal, the psql line that it prints']],
  notes:
    'The tables and views, and the query behind every printed figure, are described in\n' +
    'docs/database.md. Runs may go on meanwhile.',
  async run(_args, { output, wiring, interrupts }) {
    const database = await wiring.openDatabase({
      onWarning: (text) => output.note(`warning: ${text}`),
    });
    try {
      if (output.json) output.printJson({ url: database.url });
      else output.print(`The database is ${database.location}.\n\n  ${database.psqlLine}\n`);
      output.note('It stays up until Ctrl-C.');
      if (!interrupts.stop.aborted) await once(interrupts.stop, 'abort');
      return 0;
    } finally {
      await database.close();
    }
  },
};
