/**
 * Who else changes what a node's packets meet? The kernel tells every change of a rule to whoever
 * listens (rtnetlink), so one process that listens in all namespaces finds also what is put back
 * before anybody looks, and costs nothing while nothing changes. Pure text.
 *
 * What is changed by our own tools is known by the process that asked for it, see `markOwn`.
 */

/** Files of the helper: what is ours, what was seen, and how it was at the beginning. */
const folder = '/tmp/witness';

/**
 * Shell function `own COMMAND...`: the command, whose process is noted beforehand as ours. Before
 * anybody listens there is no folder for it, and no need.
 */
export const markOwn = `own() { sh -c 'true 2>/dev/null >${folder}/own/$$; exec "$@"' own "$@"; }`;

/** Of each record in a log: `@@@ UNIX_MS NODE PROCESS KIND`, then lines of text. */
export const recordMark = '@@@';

/**
 * What else decides on a node's packets, as `key=value`: the size of packets, and rules of a
 * firewall. nftables counts its transactions, so what was taken back shows as well; the entries of
 * older tables are summed up without their counters.
 */
const fingerprint: string = String.raw`
my %getsockopt = (x86_64 => 55, i686 => 365, armv7l => 295, armv6l => 295, ppc64le => 340,
  ppc64 => 340, s390x => 365);
my $getsockopt = $getsockopt{(POSIX::uname())[4]} // 209;

# The device with this address, in the namespace that was entered last: (name, index).
sub find_device {
  my ($socket, $address) = @_;
  open my $names, '<', '/proc/thread-self/net/dev' or return;
  for (<$names>) {
    my ($name) = /^\s*([^:\s]+):/ or next;
    my $request = pack 'a16 x24', $name;
    ioctl $socket, 0x8915, $request or next;    # SIOCGIFADDR
    next if substr($request, 20, 4) ne inet_aton $address;
    $request = pack 'a16 x24', $name;
    ioctl $socket, 0x8933, $request or next;    # SIOCGIFINDEX
    return ($name, unpack 'x16 i', $request);
  }
  return;
}

sub fingerprint {
  my $index = shift;
  my $links = netlink(0, 0);
  my $filters = netlink(12, 0);
  # RTM_GETLINK
  my $link = ask($links, 18, pack 'C x3 l L L', 0, $index, 0, 0);
  my %values = link_values($link);
  my $generation = ask($filters, 10 << 8 | 16, pack 'C C n', 0, 0, 0);
  # NFT_MSG_NEWGEN: its first attribute is the number of the generation.
  $values{nftables} = unpack('S', substr $generation, 4, 2) == (10 << 8 | 15)
    ? unpack('N', substr $generation, 24, 4) : 0 if length $generation >= 28;
  $values{iptables} = old_tables();
  return join ' ', map { "$_=$values{$_}" } sort keys %values;
}

# Of a message RTM_NEWLINK.
sub link_values {
  my ($message, %values) = (shift);
  my %names = (4 => 'mtu', 13 => 'txqlen', 40 => 'gso_max_segs', 41 => 'gso_max_size');
  for (my $at = 32; $at + 4 <= length $message;) {
    my ($length, $type) = unpack 'S S', substr $message, $at, 4;
    last if $length < 4;
    $values{$names{$type}} = unpack 'L', substr $message, $at + 4, 4 if $names{$type} && $length >= 8;
    $at += ($length + 3) & ~3;
  }
  return %values;
}

sub old_tables {
  open my $names, '<', '/proc/thread-self/net/ip_tables_names' or return 'none';
  chomp(my @names = sort <$names>);
  return 'none' if !@names;
  socket my $raw, AF_INET, SOCK_RAW, 255 or return 'unknown';
  return join ',', map { $_ . ':' . table_sum($raw, $_) } @names;
}

sub table_sum {
  my ($raw, $name) = @_;
  my ($info, $length) = (pack('a84', $name), pack 'L', 84);
  # IPT_SO_GET_INFO: hooks and the size of all entries.
  syscall($getsockopt, fileno $raw, 0, 64, $info, $length) == 0 or return 'unknown';
  my $size = unpack 'x80 L', $info;
  my $entries = pack('a32 L x4', $name, $size) . "\0" x $size;
  $length = pack 'L', length $entries;
  # IPT_SO_GET_ENTRIES
  syscall($getsockopt, fileno $raw, 0, 65, $entries, $length) == 0 or return 'unknown';
  for (my $at = 40; $at + 112 <= length $entries;) {
    substr($entries, $at + 96, 16) = "\0" x 16;
    my $next = unpack 'S', substr $entries, $at + 90, 2;
    last if $next < 112;
    $at += $next;
  }
  return unpack '%32L*', substr $entries, 40;
}

sub netlink {
  my ($protocol, $groups) = @_;
  socket my $socket, 16, SOCK_RAW, $protocol or return;
  bind $socket, pack('S S L L', 16, 0, 0, $groups) or return;
  return $socket;
}

# The first message of the answer.
sub ask {
  my ($socket, $type, $body) = @_;
  return '' if !$socket;
  send $socket, pack('L S S L L', 16 + length $body, $type, 1, 1, 0) . $body, 0;
  my $set = '';
  vec($set, fileno $socket, 1) = 1;
  return '' if select($set, undef, undef, 2) <= 0;
  recv $socket, my $answer, 65536, 0;
  return $answer // '';
}
`;

/**
 * Begins to listen at some nodes, in a process of its own that outlives the script. Input: a line
 * `NODE ADDRESS` for each. Its log gets a record for each change by somebody else.
 */
export const beginProgram: string = String.raw`${fingerprint}
my ($folder, %watched) = ('${folder}');
system 'mkdir', '-p', "$folder/own";
my @lines = <DATA>;
for (@lines) {
  my ($node) = split;
  -e "/proc/$pid{$node}/ns/net" or node_gone($node, 'it has ended');
}
pipe(my $ready, my $tell) or die "no pipe: $!\n";
my $child = fork // die "no process: $!\n";
if ($child) {
  close $tell;
  my $said = join '', <$ready>;
  die $said if $said ne "ready\n";
  exit 0;
}
close $ready;
$SIG{__DIE__} = sub { print $tell @_ };
POSIX::setsid();
POSIX::close($_) for 8, 9;
open STDIN, '<', '/dev/null';
open STDOUT, '>', '/dev/null';
open STDERR, '>', '/dev/null';
open my $log, '>>', "$folder/log.$$" or die "no log: $!\n";
my $all = '';
for (@lines) {
  my ($node, $address) = split;
  enter_node($node);
  open my $namespace, '<', "/proc/$pid{$node}/ns/net" or die "node $node is not there: $!\n";
  socket my $inet, AF_INET, SOCK_DGRAM, 0 or die "no socket: $!\n";
  my ($device, $index) = find_device($inet, $address);
  die "node $node has no device with its data address\n" if !defined $index;
  # RTNLGRP_LINK and RTNLGRP_TC; NFNLGRP_NFTABLES
  my $route = netlink(0, 1 | 8);
  my $filter = netlink(12, 64);
  die "no netlink in node $node: $!\n" if !$route;
  my $print = fingerprint($index);
  open my $file, '>', "$folder/begin.$node" or die "no file: $!\n";
  print $file "$print\n";
  close $file;
  my %seat = (node => $node, namespace => $namespace, device => $device, index => $index,
    print => $print, next => 0, link => join ' ', grep { !/tables=/ } split ' ', $print);
  for ([$route, 0], [$filter, 1]) {
    my ($socket, $is_filter) = @$_;
    next if !$socket;
    $watched{fileno $socket} = { socket => $socket, seat => \%seat, is_filter => $is_filter };
    vec($all, fileno $socket, 1) = 1;
  }
}
open my $number, '>', "$folder/process.$$";
close $number;
print $tell "ready\n";
close $tell;
$SIG{__DIE__} = 'DEFAULT';
my ($left, %seats) = (500);
while ($left > 0) {
  my $wait;
  for my $seat (values %seats) {
    my $rest = $seat->{next} - time;
    $wait = $rest < 0 ? 0 : $rest if !defined $wait || $rest < $wait;
  }
  my $set = $all;
  if (select($set, undef, undef, $wait) > 0) {
    vec($set, $_, 1) && listen_to($watched{$_}) for keys %watched;
  }
  for my $seat (values %seats) {
    next if $seat->{next} > time;
    look($seat);
    delete $seats{$seat->{node}};
    $seat->{next} = time + 0.2;
    $left--;
  }
}

sub listen_to {
  my $one = shift;
  my $seat = $one->{seat};
  for (1 .. 1000) {
    my $from = recv $one->{socket}, my $text, 262144, MSG_DONTWAIT;
    if (!defined $from) {
      # ENOBUFS: some were lost.
      note($seat, 0) if $!{ENOBUFS};
      return;
    }
    for (my $at = 0; $at + 16 <= length $text;) {
      my ($length, $type, undef, undef, $process) = unpack 'L S S L L', substr $text, $at, 16;
      last if $length < 16;
      note($seat, $process) if is_foreign($one, $type, $process, substr $text, $at, $length);
      $at += ($length + 3) & ~3;
    }
  }
}

sub is_foreign {
  my ($one, $type, $process, $message) = @_;
  my $seat = $one->{seat};
  return 1 if $one->{is_filter};
  if ($type == 16) {
    return 0 if unpack('l', substr $message, 20, 4) != $seat->{index};
    my %now = link_values($message);
    my $text = join ' ', map { "$_=$now{$_}" } sort keys %now;
    return 0 if $text eq $seat->{link};
    $seat->{link} = $text;
    return 1;
  }
  return 0 if $type < 36 || $type > 46 || !$process;
  return !-e "$folder/own/$process";
}

sub note {
  my ($seat, $process) = @_;
  $seat->{process} = $process if !$seats{$seat->{node}};
  $seats{$seat->{node}} = $seat;
}

# What is there now, printed as an inspection would see it.
sub look {
  my $seat = shift;
  syscall($setns, fileno $seat->{namespace}, 0x40000000) == 0 or return;
  my $at = sprintf '%.0f', 1000 * time;
  my $print = fingerprint($seat->{index});
  my $script = join '; ', map { "printf '\\n\@\@ %s\\n' '$_->[0]'; $_->[1] dev $seat->{device}" }
    ['qdiscs', 'tc -j qdisc show'], ['classes', 'tc class show'],
    ['filters', 'tc -j filter show'], ['link', 'ip -j -d link show'];
  my $text = qx($script 2>&1);
  syswrite $log, "${recordMark} $at $seat->{node} $seat->{process} $seat->{print} now $print\n$text\n";
}
`;

/**
 * Ends the listening. Prints what is different from the beginning for each node, as
 * `NODE BEGIN now NOW`, then `log` and the records.
 */
export const endProgram: string = String.raw`${fingerprint}
my $folder = '${folder}';
for (<DATA>) {
  my ($node, $address) = split;
  open my $file, '<', "$folder/begin.$node" or next;
  chomp(my $begin = <$file> // '');
  enter_node($node);
  socket my $inet, AF_INET, SOCK_DGRAM, 0 or die "no socket: $!\n";
  my (undef, $index) = find_device($inet, $address);
  my $now = defined $index ? fingerprint($index) : 'none';
  print "$node $begin now $now\n" if $now ne $begin;
}
print "log\n";
select undef, undef, undef, 0.05;
for my $file (glob "$folder/process.*") {
  kill 'KILL', $1 if $file =~ /(\d+)$/;
  unlink $file;
}
for my $name (glob "$folder/log.*") {
  open my $log, '<', $name or next;
  print <$log>;
}
`;
