import type { NodeProgram } from '../../plan/netem/compile-node-program.ts';
import { uniformTable } from '../../plan/netem/format-netem.ts';
import { ownHandle } from '../../plan/netem/tree.ts';
import { markOwn } from './witness-program.ts';

/**
 * Shell scripts that run in the namespace of one node, see runtime/runtime.ts NodeNamespaces. Pure
 * text. Every program goes to its tool in one batch: one process, however many lines.
 */

/** Prints the qdiscs of the node's device and of the host's end, which has to be there on demand. */
export function qdiscScript(needsPeer: boolean): string {
  return `set -e\n${title('qdiscs')}tc -j qdisc show dev "$DEV"\n${peerQdiscs(needsPeer)}\n`;
}

/**
 * Sets up a program in place of an earlier one of ours. The kernel removes a root only under the
 * handle named and adds one only where there is none but its own default, so a foreign one that
 * came after the check stays too.
 */
export function applyScript(program: NodeProgram): string {
  const lines = ['set -e', markOwn, removeRoot('own ', 'DEV')];
  if (program.ingress.length > 0) lines.push(needPeer, removeRoot('onhost ', 'PEER'));
  lines.push(
    ...program.links.flatMap(removalOf),
    batch('ip', 'links', program.links),
    batch('own tc', 'egress', program.egress),
    batch('onhost tc', 'ingress', program.ingress),
  );
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

/** The script ends when the last command took effect, also if there is none. */
export function changeScript(commands: readonly string[]): string {
  const needsTable = commands.some((command) => command.includes(uniformTable));
  const text = commands.map((line) => line.replace(/\b(DEV|PEER)\b/g, '$$$1')).join('\n');
  // tc is there and waits for its lines before any node gets them: all change at once.
  const change =
    text === ''
      ? 'together'
      : `{ together; printf '%s\\n' "${text}"; } | own tc -batch - || { echo "${stumble}egress" >&2; exit 1; }`;
  return `set -e\n${markOwn}\n${needsTable ? provideUniformTable : ''}${change}\n`;
}

/** Everything that `inspect` compares, in titled parts. */
export function inspectScript(program: NodeProgram): string {
  const duplicators = program.links.flatMap((line) => /^link add name (\S+)/.exec(line)?.[1] ?? []);
  const parts = [
    'set -e',
    `${title('qdiscs')}tc -j qdisc show dev "$DEV"`,
    `${title('classes')}tc class show dev "$DEV"`,
    `${title('filters')}tc -j filter show dev "$DEV"`,
    `${title('link')}ip -j -d link show dev "$DEV"`,
  ];
  if (duplicators.length > 0) {
    parts.push(`${title('detours')}tc -j filter show dev "$DEV" egress`);
    parts.push(`${title('arrivals')}tc -j filter show dev "$DEV" ingress`);
  }
  for (const name of duplicators) {
    parts.push(`${title(`device ${name}`)}tc -j qdisc show dev ${name} || true`);
  }
  parts.push(peerQdiscs(program.ingress.length > 0));
  if (program.ingress.length > 0) {
    parts.push(`${title('peer classes')}onhost tc class show dev "$PEER"`);
  }
  return `${parts.join('\n')}\n`;
}

/** Prints the qdiscs with their counters, also those of the host's end where a down rate is set. */
export function counterScript(hasDown: boolean): string {
  const own = `set -e\n${title('qdiscs')}tc -s -j qdisc show dev "$DEV"\n`;
  if (!hasDown) return own;
  return `${own}${needPeer}\n${title('peer qdiscs')}onhost tc -s -j qdisc show dev "$PEER"\n`;
}

/** @returns what was printed under each title */
export function readParts(stdout: string): ReadonlyMap<string, string> {
  const parts = stdout.split(/^@@ (.*)\n/m).slice(1);
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < parts.length; at += 2) {
    found.set(parts[at] ?? '', (parts[at + 1] ?? '').trim());
  }
  return found;
}

/** A title begins a line of its own even where what came before did not end its last one. */
function title(text: string): string {
  return `printf '\\n@@ %s\\n' '${text}'\n`;
}

/** clsact can only be ours where our root is: `findForeign` refused it elsewhere. */
function removeRoot(where: string, device: string): string {
  // What only looks needs no mark.
  const show = where.replace('own ', '');
  return [
    `case "$(${show}tc qdisc show dev "$${device}")" in`,
    `  *"htb ${ownHandle} root"*)`,
    `    case "$(${show}tc qdisc show dev "$${device}")" in`,
    `      *clsact*) ${where}tc qdisc del dev "$${device}" clsact ;;`,
    '    esac',
    `    ${where}tc qdisc del dev "$${device}" root handle ${ownHandle} ;;`,
    'esac',
  ].join('\n');
}

function removalOf(line: string): string[] {
  const name = /^link add name (\S+)/.exec(line)?.[1];
  return name === undefined
    ? []
    : [`if ip link show dev ${name} >/dev/null 2>&1; then ip link del dev ${name}; fi`];
}

/** One that fails says which of the program's it was, for `readStumble`. */
function batch(tool: string, name: keyof NodeProgram, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const text = lines.map((line) => line.replace(/\b(DEV|PEER)\b/g, '$$$1')).join('\n');
  return (
    `${tool} -batch - <<LINES || { echo "${stumble}${name}" >&2; exit 1; }\n` + `${text}\nLINES`
  );
}

const stumble = '@@ stumbled in ';

/**
 * @param stderr of a script that ran batches
 * @returns what the tools said, and the line of `batches` that one of them stumbled over, if any
 */
export function readStumble(
  stderr: string,
  batches: Partial<NodeProgram>,
): { readonly said: string; readonly line: string | null } {
  const [said = '', name = ''] = stderr.split(stumble);
  const lines = batches[name.trim() as keyof NodeProgram];
  const at = /Command failed -:(\d+)/.exec(said)?.[1];
  return { said: said.trim(), line: lines?.[Number(at) - 1] ?? null };
}

/** To tc no name is every device there is: of the host, all that are not ours. */
const needPeer = [
  'if [ -z "$PEER" ]; then',
  '  echo "The host has no end of the link $DEV, where its down rate is set." >&2; exit 1',
  'fi',
].join('\n');

function peerQdiscs(isNeeded: boolean): string {
  const show = `${title('peer qdiscs')}onhost tc -j qdisc show dev "$PEER"`;
  return isNeeded ? `${needPeer}\n${show}` : `if [ -n "$PEER" ]; then\n${show}\nfi`;
}

/**
 * A table of 4,096 values that makes `delay` uniform between mean - jitter and mean + jitter: the
 * unit of such tables is 1/8192 of the jitter. tc looks in one folder only, so its own tables are
 * linked beside it.
 */
const provideUniformTable = `TC_LIB_DIR=/tmp/testbed-tables
export TC_LIB_DIR
perl - $TC_LIB_DIR ${uniformTable}.dist <<'TABLE'
my ($folder, $name) = @ARGV;
exit if -e "$folder/$name";
mkdir $folder;
for my $table (glob '/usr/lib/tc/*.dist /usr/lib/*/tc/*.dist') {
  symlink $table, $folder . substr $table, rindex $table, '/';
}
open my $to, '>', "$folder/new.$$" or die "$folder cannot be written: $!\\n";
print $to int(($_ + 0.5) * 4 - 8192), "\\n" for 0 .. 4095;
close $to or die "$folder cannot be written: $!\\n";
rename "$folder/new.$$", "$folder/$name" or die "$folder/$name cannot be made: $!\\n";
TABLE
`;
