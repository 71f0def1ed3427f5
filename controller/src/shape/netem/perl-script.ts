/**
 * Beginning of the Perl programs that measure links: one process enters the namespaces of all nodes
 * it needs, one after the other, and keeps sockets there, because starting a process in each would
 * take longer than the measurement. Only modules of perl-base and Time::HiRes. Pure text.
 */
import type { NamespaceScript } from '../../runtime/runtime.ts';

/**
 * `enter_node INDEX`: into the namespace of that node, by `$NODES` in the first argument.
 * `node_gone INDEX WHY`: ends with 69, as NodeNamespaces wants it.
 */
const enterNodes: string = String.raw`
use strict; use warnings; use Socket; use POSIX (); use Time::HiRes qw(time);
my %pid = map { split /=/ } split ' ', shift;
# The number of setns(2), which Perl has no name for; most architectures share a table.
my %numbers = (x86_64 => 308, i686 => 346, armv7l => 375, armv6l => 375, ppc64le => 350,
  ppc64 => 350, s390x => 339);
my $setns = $numbers{(POSIX::uname())[4]} // 268;
sub enter_node {
  my $node = shift;
  open my $namespace, '<', "/proc/$pid{$node}/ns/net" or node_gone($node, $!);
  # CLONE_NEWNET
  syscall($setns, fileno $namespace, 0x40000000) == 0 or die "namespace of node $node: $!\n";
}
sub node_gone {
  my ($node, $why) = @_;
  print STDERR "Node $node is not there: $why\n";
  exit 69;
}
`;

/**
 * @param program Perl that begins with `enterNodes`
 * @param nodes those that it enters
 * @param lines its input, one record in each
 */
export function perlScript(
  program: string,
  nodes: readonly number[],
  lines: readonly string[],
): NamespaceScript {
  const enters = [...new Set(nodes)].sort((a, b) => a - b);
  const text = `${enterNodes}${program}__END__\n${lines.join('\n')}\n`;
  return {
    nodeIndex: enters[0] ?? 0,
    enters,
    script: `exec perl - "$NODES" <<'PROGRAM'\n${text}PROGRAM\n`,
  };
}
