/**
 * Perl that runs in a node's namespace to measure its links. Why not ping and iperf3: with answers
 * under way iputils ping waits at least 10 ms between two requests whatever it is told (asked for 1
 * ms it kept 7 ms in a slow guest, asked for 10 it kept 16 on kernel 6.18), and is one process for
 * each pair; iperf3 would have to be in the helper's image. Only modules of perl-base and
 * Time::HiRes. The time of arrival is the kernel's (SIOCGSTAMP), so a busy processor does not count
 * as delay of the network.
 */

/** What a datagram's payload becomes as a frame: UDP 8, IPv4 20, Ethernet 14 bytes more. */
export const frameOverheadBytes = 42;

/**
 * ICMP echo, 64 bytes as ping sends them, to many addresses side by side. Arguments, for each
 * address: ADDRESS COUNT INTERVAL_MS TIMEOUT_MS. Prints a line for each: `SENT RTT RTT ...` in ms,
 * in the order of the answers; each request counts its first whole answer that came in time.
 */
export const roundTripProgram: string = String.raw`
use strict; use warnings; use Socket; use Time::HiRes qw(time);
socket(my $s, AF_INET, SOCK_RAW, 1) or die "no raw socket: $!\n";
setsockopt $s, SOL_SOCKET, 33, pack('i', 1 << 22);
my $key = pack 'NN', $$, int(rand(2 ** 31));
my @pairs;
while (my ($to, $count, $interval, $timeout) = splice @ARGV, 0, 4) {
  push @pairs, { to => pack_sockaddr_in(0, inet_aton($to)), count => $count, sent => 0,
    every => $interval / 1000, patience => $timeout / 1000, rtts => [], open => {} };
}
my $stamp = "\0" x 16;
ioctl $s, 0x8906, $stamp;
my $start = time + 0.02;
# Streams do not fire at once.
$pairs[$_]{next} = $start + $pairs[$_]{every} * $_ / @pairs for 0 .. $#pairs;
while (1) {
  my $now = time;
  my $wake;
  for my $at (0 .. $#pairs) {
    my $pair = $pairs[$at];
    if ($pair->{sent} < $pair->{count} && $pair->{next} <= $now) {
      my $seq = $pair->{sent}++;
      my $body = $key . pack('NN', $at, $seq) . ("\x55" x 40);
      my $sum = checksum(pack('CCnnn', 8, 0, 0, $$ & 0xffff, $seq & 0xffff) . $body);
      $pair->{open}{$seq} = time;
      send $s, pack('CCnnn', 8, 0, $sum, $$ & 0xffff, $seq & 0xffff) . $body, 0, $pair->{to};
      $pair->{next} += $pair->{every};
      $pair->{next} = $now if $pair->{next} < $now - 0.1;
      $pair->{end} = time + $pair->{patience};
    }
    my $due = $pair->{sent} < $pair->{count} ? $pair->{next} : %{ $pair->{open} } ? $pair->{end} : next;
    next if $pair->{sent} >= $pair->{count} && $due <= $now;
    $wake = $due if !defined $wake || $due < $wake;
  }
  last if !defined $wake;
  my $rest = $wake - time;
  my $set = ''; vec($set, fileno $s, 1) = 1;
  next if !select $set, undef, undef, $rest > 0 ? $rest : 0;
  while (defined recv $s, my $packet, 2048, MSG_DONTWAIT) {
    my $at = ioctl($s, 0x8906, $stamp) ? do { my ($sec, $us) = unpack 'l!l!', $stamp; $sec + $us / 1e6 } : time;
    my $icmp = substr $packet, 4 * (ord($packet) & 15);
    next if length $icmp != 64 || ord($icmp) != 0 || substr($icmp, 8, 8) ne $key || checksum($icmp) != 0;
    my ($index, $seq) = unpack 'NN', substr $icmp, 16, 8;
    my $sent = $index < @pairs ? delete $pairs[$index]{open}{$seq} : undef;
    next if !defined $sent || $at - $sent > $pairs[$index]{patience};
    push @{ $pairs[$index]{rtts} }, sprintf '%.3f', 1000 * ($at - $sent);
  }
}
print join(' ', $_->{sent}, @{ $_->{rtts} }), "\n" for @pairs;

sub checksum {
  my $sum = unpack '%32n*', shift;
  $sum = ($sum >> 16) + ($sum & 0xffff) while $sum >> 16;
  return ~$sum & 0xffff;
}
`;

/**
 * Offers datagrams at a steady rate. Arguments: ADDRESS PORT DURATION_MS BITS_PER_SEC
 * PAYLOAD_BYTES AHEAD; the rate is one of frames, and AHEAD of them go out at once before, to use
 * up what a token bucket holds. The receiver gets a moment to be there first; its time begins with
 * the first one it gets. Prints `BITS_PER_SEC STARTED`: what it managed to offer, and when it
 * began, in Unix time.
 */
export const rateSenderProgram: string = String.raw`
use strict; use warnings; use Socket; use Time::HiRes qw(time);
my ($to, $port, $ms, $bits, $bytes, $ahead) = @ARGV;
socket(my $s, AF_INET, SOCK_DGRAM, 0) or die "no socket: $!\n";
setsockopt $s, SOL_SOCKET, 32, pack('i', 1 << 22);
my $address = pack_sockaddr_in($port, inet_aton($to));
my $payload = "\x55" x $bytes;
my $frame = $bytes + ${frameOverheadBytes};
my $per_sec = $bits / 8 / $frame;
select undef, undef, undef, 0.2;
my ($start, $sent, $done) = (time, 0, 0);
send $s, $payload, 0, $address for 1 .. $ahead;
my $end = $start + $ms / 1000;
while ((my $now = time) < $end) {
  my $due = 1 + ($now - $start) * $per_sec;
  # What a busy processor missed for long is not made up for.
  $sent = $due - $per_sec / 10 if $sent < $due - $per_sec / 10;
  for (1 .. 500) {
    last if $sent >= $due;
    send $s, $payload, 0, $address;
    $sent++, $done++;
  }
  select undef, undef, undef, 0.001 if $sent >= $due;
}
printf "%d %.3f\n", $done * $frame * 8 / (time - $start), $start;
`;

/**
 * Counts datagrams. Arguments: PORT DURATION_MS PATIENCE_MS. Prints `COUNT ELAPSED_MS LOST READY`: how
 * many came after the first of the last three quarters of the duration, and how long after it the
 * last one came; the duration begins with the first that comes at all, and ends early after a
 * second of silence. LOST are those that were there and found no room, because this process was too
 * slow; READY is the Unix time from which it listened.
 */
export const rateReceiverProgram: string = String.raw`
use strict; use warnings; use Socket; use Time::HiRes qw(time);
my ($port, $ms, $patience) = @ARGV;
socket(my $s, AF_INET, SOCK_DGRAM, 0) or die "no socket: $!\n";
setsockopt $s, SOL_SOCKET, 33, pack('i', 1 << 24);
bind $s, pack_sockaddr_in($port, INADDR_ANY) or die "port $port: $!\n";
my $ready = time;
my $stamp = "\0" x 16;
ioctl $s, 0x8906, $stamp;
my ($begin, $first, $last, $count) = (0, 0, 0, 0);
my $rest = $patience / 1000;
my $set = ''; vec($set, fileno $s, 1) = 1;
my $over = 0;
my $give_up = time + ($patience + 4 * $ms) / 1000;
while (!$over && time < $give_up && select(my $ready = $set, undef, undef, $rest)) {
  while (defined recv $s, my $packet, 2048, MSG_DONTWAIT) {
    my $at = ioctl($s, 0x8906, $stamp) ? do { my ($sec, $us) = unpack 'l!l!', $stamp; $sec + $us / 1e6 } : time;
    if (!$begin) { $begin = $at; $rest = 1 }
    last if $over = $at > $begin + $ms / 1000;
    next if $at < $begin + $ms / 4000;
    if ($first) { $count++; $last = $at } else { $first = $last = $at }
  }
}
my $lost = 0;
if (open my $sockets, '<', '/proc/self/net/udp') {
  /^\s*\d+: \S+:(\S+) .* (\d+)\s*$/ && hex($1) == $port && ($lost += $2) while <$sockets>;
}
printf "%d %.3f %d %.3f\n", $count, 1000 * ($last - $first), $lost, $ready;
`;
