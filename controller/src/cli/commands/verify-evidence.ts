import { type CheckedEvidence, checkAll, readEvidenceFile } from '../../conduct/load-evidence.ts';
import { exitCodes } from '../../errors/catalogue.ts';
import { wrapText } from '../../lib/wrap-text.ts';
import type { Command } from '../command.ts';
import { loadStored } from '../load-stored.ts';
import { resolvePath } from '../print-result.ts';

/** Checks what nodes hold against each other as somebody who trusts none of them. */
export const verifyEvidenceCommand: Command = {
  name: 'verify-evidence',
  summary:
    'Check every piece of evidence of a run as a third party: keys, signatures, contradiction',
  positionals: [
    {
      name: 'run',
      describe: 'Run id, its beginning, latest (the default), or a result.json',
      required: false,
    },
  ],
  options: {},
  examples: [
    ['verify-evidence latest', 'of a stored run'],
    ['verify-evidence results/result.json', 'of what `testbed export` wrote, on any machine'],
    ['verify-evidence latest --json', 'every piece with its strings, signatures and key'],
  ],
  notes:
    'Nothing but the public keys and the strings themselves is believed; what they look like, and the same check in another language, is in docs/evidence.md. Exit code 6 if a piece proves nothing, 5 if one proves that an honest member broke the rules.',
  async run(args, context) {
    const { output, environment } = context;
    const name = args.positional('run') ?? 'latest';
    const source = /\.json$/i.test(name)
      ? await readEvidenceFile(resolvePath(name, environment))
      : (await loadStored(name, context)).stored;
    const pieces = checkAll(source);
    const proven = pieces.filter(({ flaw }) => flaw === null);
    const alarms = proven.filter(({ isAgainstHonest }) => isAgainstHonest);
    if (output.json) {
      output.printJson({
        pieces: pieces.length,
        proven: proven.length,
        againstHonest: alarms.length,
        evidence: pieces,
      });
    } else {
      output.print(formatEvidence(pieces, output.columns));
    }
    if (alarms.length > 0) return exitCodes.runFailed;
    return proven.length === pieces.length ? exitCodes.ok : exitCodes.untrusted;
  },
};

/** Lines of a kind are counted, not repeated. */
function formatEvidence(pieces: readonly CheckedEvidence[], columns: number): string {
  if (pieces.length === 0) return 'There is no evidence: nobody was caught, or nobody had to be.';
  const groups = new Map<string, number>();
  for (const { where, offence, offender, flaw, isAgainstHonest } of pieces) {
    const verdict = flaw === null ? 'proven' : `proves nothing: ${flaw}`;
    const alarm = flaw === null && isAgainstHonest ? ', a member that nobody made Byzantine' : '';
    const text = `${where}: ${offence} of node ${offender}${alarm}: ${verdict}`;
    groups.set(text, (groups.get(text) ?? 0) + 1);
  }
  const proven = pieces.filter(({ flaw }) => flaw === null).length;
  const lines = [...groups].map(([text, count]) =>
    wrapText(`${String(count).padStart(5)} x ${text}`, columns, ' '.repeat(8)),
  );
  const noun = pieces.length === 1 ? 'piece' : 'pieces';
  return [...lines, `${proven} of ${pieces.length} ${noun} of evidence proven.`].join('\n');
}
